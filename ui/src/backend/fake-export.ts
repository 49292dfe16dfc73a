/** What the engine in memory answers about exports. */
import type { Backend } from './index';
import type { Problem } from './types/Problem';

/** `folder`: where packages go; `problems`: what the check of schemas finds. */
export function fakeExport(
	folder: string,
	problems: () => Problem[]
): Pick<Backend, 'exportPreview' | 'exportPackage'> {
	return {
		exportPreview: async () => ({
			id: 'okta',
			version: '0.1.0',
			file_name: 'okta-0.1.0.joinery',
			folder,
			contents: [
				{ kind: 'manifest', label: 'connector.toml', files: 1, size: 1212 },
				{ kind: 'connection', label: 'connection.rhai', files: 1, size: 2104 },
				{ kind: 'action', label: 'actions', files: 5, size: 9410 },
				{ kind: 'trigger', label: 'triggers', files: 1, size: 2020 },
				{ kind: 'method', label: 'methods', files: 2, size: 3180 },
				{ kind: 'schema', label: 'schemas', files: 3, size: 7702 },
				{ kind: 'request', label: 'requests', files: 6, size: 5904 },
				{ kind: 'document', label: 'documents', files: 2, size: 3901 }
			],
			files: 21,
			size: 35433,
			sha256: '9b1f6c27e0a45d1877c3f2ab5de809149b1f6c27e0a45d1877c3f2ab5de80914',
			checks: [
				{ name: 'Scripts', state: 'passed', detail: '9 scripts, no errors', problems: [] },
				{
					name: 'Schemas',
					state: 'warning',
					detail: 'get_user returns “phone”, not in “user”',
					problems: problems()
				},
				{ name: 'Requests', state: 'passed', detail: '6 requests can be read', problems: [] },
				{ name: 'Secret scan', state: 'passed', detail: '21 files, nothing found', problems: [] }
			],
			time_ms: 94
		}),
		exportPackage: async (_connector, folder, fileName) => ({
			path: `${folder}/${fileName}`,
			size: 12_480,
			sha256: '9b1f6c27e0a45d1877c3f2ab5de809149b1f6c27e0a45d1877c3f2ab5de80914'
		})
	};
}
