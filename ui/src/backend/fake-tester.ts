/** What the request tester asks besides sending: variables, environments, folders. For the fake backend only. */
import type { Backend } from './index';
import type { EnvironmentView } from './types/EnvironmentView';
import type { Prompt } from './types/Prompt';
import type { RequestFolder } from './types/RequestFolder';
import type { SavedRequest } from './types/SavedRequest';
import { BackendError } from './error';
import { FORM } from './fake-okta';

type Answers = Pick<
	Backend,
	| 'knownVariables'
	| 'templateFunctions'
	| 'inheritedAuth'
	| 'authKinds'
	| 'workspaceVariables'
	| 'saveWorkspaceVariables'
	| 'saveEnvironment'
	| 'removeEnvironment'
	| 'addFixture'
	| 'chooseFile'
	| 'duplicateRequest'
	| 'moveRequest'
	| 'newRequestFolder'
	| 'requestFolder'
	| 'saveRequestFolder'
>;

/** The questions of `{{prompt("…")}}` in a request. */
export function promptsOf(request: SavedRequest): Prompt[] {
	const found = JSON.stringify(request).matchAll(/\{\{prompt\(\\"([^"\\]*)\\"(?:, ?\\"([^"\\]*)\\")?\)\}\}/g);
	return Array.from(found, (each) => ({ label: each[1]!, default: each[2] ?? null, secret: false }));
}

const NO_FOLDER: RequestFolder = {
	name: null,
	description: null,
	auth: { from: 'inherit' },
	headers: [],
	variables: {}
};

export function fakeTester(requests: Map<string, SavedRequest>): {
	answers: Answers;
	environments: () => EnvironmentView[];
} {
	let environments: EnvironmentView[] = [
		{ name: 'preview', color: 'orange', variables: { user: 'grace.hopper@acme.example' } },
		{ name: 'production', color: 'red', variables: {} }
	];
	let workspace: Record<string, string> = {};
	const folders = new Map<string, RequestFolder>();

	const answers: Answers = {
		knownVariables: async ({ request }) => [
			...Object.entries(workspace).map(([name, value]) => view(name, 'workspace', value)),
			view('base_url', 'connection', 'http://127.0.0.1:41730'),
			...Object.entries(request.variables).map(([name, value]) => view(name, 'request', value))
		],
		templateFunctions: async () => [
			{ name: 'uuid', signature: 'uuid()', meaning: 'A random UUID of version 4.' },
			{ name: 'now', signature: 'now([format], [offset])', meaning: 'The time in UTC.' },
			{ name: 'prompt', signature: 'prompt(label, [default])', meaning: 'What a person types before it is sent.' }
		],
		inheritedAuth: async (_connector, path) => {
			for (let folder = parent(path); folder !== ''; folder = parent(folder)) {
				const says = folders.get(folder);
				if (says && says.auth.from !== 'inherit') return { folder, auth: says.auth };
			}
			return { folder: null, auth: { from: 'inherit' } };
		},
		authKinds: async () => [
			{ kind: 'bearer', label: 'Bearer token', form: { fields: [secret('token', 'Token')] } },
			{ kind: 'api_key', label: 'API key', form: FORM.auth[0]!.form! }
		],
		workspaceVariables: async () => workspace,
		saveWorkspaceVariables: async (variables) => void (workspace = variables),
		saveEnvironment: async (environment) => {
			if (!/^[\w-]+$/.test(environment.name)) {
				throw new BackendError({
					code: 'usage',
					message: `\`${environment.name}\` cannot be the name of an environment`
				});
			}
			environments = [...environments.filter((each) => each.name !== environment.name), environment].sort((a, b) =>
				a.name.localeCompare(b.name)
			);
		},
		removeEnvironment: async (name) => void (environments = environments.filter((each) => each.name !== name)),
		addFixture: async (source) => source.split('/').at(-1)!,
		chooseFile: async () => '/home/ada/photo.png',
		duplicateRequest: async (file) => {
			const path = file.path.replace('.toml', '_copy.toml');
			const request = requests.get(file.path)!;
			requests.set(path, { ...structuredClone(request), name: `${request.name} copy` });
			return { ...file, path };
		},
		moveRequest: async (file, folder) => {
			for (const [path, request] of [...requests]) {
				if (path !== file.path && !path.startsWith(`${file.path}/`)) continue;
				requests.delete(path);
				requests.set(`${folder}/${file.path.split('/').at(-1)}${path.slice(file.path.length)}`, request);
			}
			return { ...file, path: `${folder}/${file.path.split('/').at(-1)}` };
		},
		newRequestFolder: async (connector, above, name) => {
			const path = `${above}/${name.toLowerCase()}`;
			folders.set(path, { ...NO_FOLDER, name });
			return { connector, path };
		},
		requestFolder: async (folder) => structuredClone(folders.get(folder.path) ?? NO_FOLDER),
		saveRequestFolder: async (folder, says) => void folders.set(folder.path, structuredClone(says))
	};
	return { answers, environments: () => environments };
}

function view(name: string, scope: 'workspace' | 'connection' | 'request', value: string) {
	return { name, scope, value, secret: false, reason: null };
}

function secret(name: string, label: string) {
	const control = { kind: 'secret' as const };
	return { name, label, hint: null, control, required: true, pattern: null, default: null };
}

function parent(path: string): string {
	return path.split('/').slice(0, -1).join('/');
}
