/** What the engine in memory answers about imports and descriptions of APIs. */
import type { Backend } from './index';
import { BackendError } from './error';
import type { Event } from './types/Event';

type Importing = Pick<Backend, 'previewImport' | 'importRequests' | 'operations' | 'operation'>;

/** `tell` takes what happens on the way. */
export function fakeImport(tell: (event: Event) => void): Importing {
	return {
		previewImport: async (source) => {
			const name = source.kind === 'file' ? source.path : source.name;
			if (name.endsWith('.txt')) {
				throw new BackendError({
					code: 'input',
					message: 'it is none of the formats that can be imported',
					hint: 'These are known: curl, postman, openapi, har, insomnia.'
				});
			}
			return {
				format: 'openapi',
				label: 'OpenAPI description',
				name: 'Acme API',
				base_url: 'https://acme.example',
				requests: 12,
				folders: 3,
				environments: [],
				secrets: [{ place: 'Sign in', what: 'the value of `token`', why: 'secrets are not kept in files' }],
				not_carried: [{ place: 'webhooks', what: 'user.created', why: 'a request that the service sends' }],
				describes: true
			};
		},
		importRequests: async (wanted) => {
			tell({ kind: 'import_progress', id: wanted.id, done: 6, of: 12 });
			tell({ kind: 'import_progress', id: wanted.id, done: 12, of: 12 });
			return {
				format: 'openapi',
				name: 'Acme API',
				base_url: 'https://acme.example',
				made: [`${wanted.folder}/users/list_users.toml`, `${wanted.folder}/users/get_user.toml`],
				kept: [],
				not_carried: []
			};
		},
		operations: async () => [
			{ method: 'GET', url: '{{base_url}}/api/v1/users', name: 'List users' },
			{ method: 'GET', url: '{{base_url}}/api/v1/users/{{userId}}', name: 'Get a user' }
		],
		operation: async (_connector, method, url) => {
			if (method !== 'GET' || !/\/users$/.test(url)) return null;
			return {
				name: { method, url: '{{base_url}}/api/v1/users', name: 'List users' },
				description: 'Lists users of the org.',
				query: [{ name: 'limit', value: '200', enabled: false, description: 'How many at once' }],
				headers: [],
				body: { kind: 'none' }
			};
		}
	};
}
