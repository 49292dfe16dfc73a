/**
 * An engine in memory, with a believable workspace: for tests, and for working on the window in a browser.
 * It answers at once and never touches disk or network.
 */
import { emptyRequest } from '../lib/empty-request';
import type { Backend } from './index';
import type { CaseReport } from './types/CaseReport';
import type { TestReport } from './types/TestReport';
import type { BodyLine } from './types/BodyLine';
import type { SendRequest } from './types/SendRequest';
import type { BodySummary } from './types/BodySummary';
import type { ConnectionView } from './types/ConnectionView';
import type { DiffLine } from './types/DiffLine';
import type { Event } from './types/Event';
import type { FileKind } from './types/FileKind';
import type { FileRef } from './types/FileRef';
import type { Problem } from './types/Problem';
import type { SavedRequest } from './types/SavedRequest';
import type { TreeEntry } from './types/TreeEntry';
import type { Workspace } from './types/Workspace';
import { BackendError } from './error';
import { CONNECTIONS, connectionTest, PUBLIC_KEY, SANDBOX, tokenState } from './fake-connections';
import { call, FILES, FORM, GROUPS, REQUESTS, USER } from './fake-okta';
import { fakeImport } from './fake-import';
import { fakeLanguage } from './fake-language';
import { fakeSandbox } from './fake-sandbox';
import { fakeSending } from './fake-sending';
import { fakeTester, promptsOf } from './fake-tester';
import { diffLine, fold, pathOf, rawLines, spans, treeLines } from './fake-text';

const PATH = '/home/ada/acme-connectors';
const NAME = /^[a-z][a-z0-9_]*$/;
const ENDINGS: Partial<Record<FileKind, string>> = { schema: '.json', request: '.toml' };

export interface FakeOptions {
	/** Whether a workspace is open from the start. */
	open?: boolean;
}

/** One case of each outcome. */
export const FAKE_TESTS: TestReport = {
	passed: 1,
	failed: 1,
	skipped: 1,
	coverage: [],
	time_ms: 12,
	cases: [
		testCase('finds a user by login', {}),
		testCase('unknown user gives a clear error', {
			ok: false,
			message: 'error.code: expected "http_404", found "http_400"',
			failures: [
				{
					path: 'error.code',
					message: 'expected "http_404", found "http_400"',
					difference: ['- http_404', '+ http_400'],
					line: 8
				}
			]
		}),
		testCase('waits for a decision', { skipped: true, message: 'not decided yet' })
	]
};

function testCase(name: string, more: Partial<CaseReport>): CaseReport {
	return {
		action: 'get_user',
		name,
		ok: true,
		skipped: false,
		message: null,
		failures: [],
		notes: [],
		file: 'tests/get_user.toml',
		line: 2,
		time_ms: 4,
		...more
	};
}

export function fake(options: FakeOptions = {}): Backend {
	const files = new Map(Object.entries(FILES));
	const requests = new Map<string, SavedRequest>(Object.entries(structuredClone(REQUESTS)));
	const memory = new Map<string, unknown>();
	const documents = new Map<string, { language: string; lines: string[] }>();
	const language = fakeLanguage((uri, text) => check(uri.replace(/^.*\/okta\//, ''), text));
	const bodies = new Map<string, { text: string; tree: BodyLine[] }>();
	const found = new Map<string, { text: string; lines: number[] }>();
	const filters: string[] = [];
	const pins = new Set<number>();
	const versions = new Map<string, number>();
	const heard = new Set<(event: Event) => void>();
	let isOpen = options.open ?? false;
	let chosen = 'sandbox';
	let runs = 13;
	let sends = 0;
	let recent = [
		{ path: PATH, name: 'acme-connectors', connectors: ['okta', 'slack'], opened_ms: Date.now() - 12 * 60_000 },
		{
			path: '/home/ada/northwind-demo',
			name: 'northwind-demo',
			connectors: ['okta'],
			opened_ms: Date.now() - 86_400_000
		}
	];
	let connections: ConnectionView[] = CONNECTIONS;
	let tested = '';
	const signedIn = new Set<string>();
	const tester = fakeTester(requests);

	function workspace(): Workspace {
		if (!isOpen) throw new BackendError({ code: 'usage', message: 'No workspace is open.' });
		const okta = {
			folder: 'okta',
			id: 'okta',
			title: 'Okta',
			version: '0.1.0',
			groups: GROUPS.map(({ kind, label, folder }) => ({ kind, label, entries: entries(kind, folder) })).filter(
				(group) => group.entries.length > 0
			),
			error: null
		};
		const slack = {
			folder: 'slack',
			id: 'slack',
			title: 'slack',
			version: '',
			groups: [
				{
					kind: 'manifest' as const,
					label: 'Manifest',
					entries: [{ label: 'connector.toml', path: 'connector.toml', method: null, children: null }]
				}
			],
			error: {
				code: 'invalid' as const,
				message: 'connector.toml: expected a string after `title =`',
				hint: 'Put the title in quotes.',
				file: 'connector.toml',
				line: 3,
				column: 9
			}
		};
		return { path: PATH, name: 'acme-connectors', branch: 'main', connectors: [okta, slack], connection: chosen };
	}

	function entries(kind: FileKind, folder: string): TreeEntry[] {
		if (kind === 'request') return requestEntries();
		const paths = [...files.keys()].filter((path) =>
			folder === '' ? path.endsWith('.md') : folder.endsWith('/') ? path.startsWith(folder) : path === folder
		);
		const whole = ['manifest', 'connection', 'document'].includes(kind);
		return paths.map((path) => ({ label: whole ? path : stem(path), path, method: null, children: null }));
	}

	function requestEntries(): TreeEntry[] {
		const top: TreeEntry[] = [];
		for (const [path, request] of requests) {
			const leaf = { label: request.name, path, method: request.method, children: null };
			const folder = path.split('/').slice(0, -1).join('/');
			if (folder === 'requests') top.push(leaf);
			else {
				let entry = top.find((each) => each.path === folder);
				if (!entry) {
					const name = stem(folder);
					entry = { label: name[0]!.toUpperCase() + name.slice(1), path: folder, method: null, children: [] };
					top.push(entry);
				}
				entry.children?.push(leaf);
			}
		}
		return top;
	}

	function find(file: FileRef): string {
		const text = files.get(file.path);
		if (text === undefined) {
			throw new BackendError({
				code: 'unavailable',
				message: `No file ${file.path} in ${file.connector}.`,
				file: file.path
			});
		}
		return text;
	}

	function check(path: string, text: string): Problem[] {
		const line = text.split('\n').findIndex((each) => each.includes('result.phone'));
		if (!path.endsWith('get_user.rhai') || line === -1) return [];
		const column = text.split('\n')[line]!.indexOf('result') + 1;
		return [
			{
				file: path,
				line: line + 1,
				column,
				end_column: column + 12,
				severity: 'warning',
				code: 'unknown-field',
				message: 'Schema “user” has no field “phone”',
				hint: null
			}
		];
	}

	function keep(id: string, value: unknown): BodySummary {
		const text = JSON.stringify(value, null, 2);
		const tree = fold(treeLines(value));
		bodies.set(id, { text, tree });
		return {
			id,
			size: text.length,
			kind: 'json',
			format: 'json',
			content_type: 'application/json',
			raw_lines: text.split('\n').length,
			tree_lines: tree.length,
			pretty_lines: text.split('\n').length,
			hex_lines: Math.ceil(text.length / 16),
			has_table: Array.isArray(value),
			lossy: false,
			complete: true,
			error: null
		};
	}

	function body(id: string) {
		const found = bodies.get(id);
		if (!found) throw new BackendError({ code: 'unavailable', message: 'This body was closed.' });
		return found;
	}

	function diff(): DiffLine[] {
		return fold([
			diffLine('same', '{', 0),
			diffLine('same', 'id: "00ub0oNGTSWTBKOLGLNR"', 1),
			diffLine('same', 'name: "Ada Lovelace"', 1),
			diffLine('changed', 'department: "Finance" → "Engineering"', 1),
			diffLine('added', 'groups: [', 1),
			diffLine('added', '"Everyone"', 2),
			diffLine('added', '"Engineering"', 2),
			diffLine('added', '"Okta administrators"', 2),
			diffLine('added', ']', 1),
			diffLine('same', 'phone: null', 1),
			diffLine('same', '}', 0)
		]);
	}

	function save(path: string, text: string) {
		files.set(path, text);
		const version = (versions.get(path) ?? 1) + 1;
		versions.set(path, version);
		return { version: String(version), problems: check(path, text) };
	}

	const changed = (paths: string[]) => heard.forEach((each) => each({ kind: 'files_changed', paths }));

	const backend: Backend = {
		welcome: async () => ({
			version: '0.1.0',
			secrets: 'Secrets live in the system keychain.',
			recent,
			templates: [
				{ id: 'okta', label: 'Okta', description: 'Users, groups and the System Log of an Okta org' },
				{ id: 'rest', label: 'REST with paging', description: 'A REST API with a key, pages and errors' },
				{ id: 'empty', label: 'Empty', description: 'A manifest and one action that says hello' }
			]
		}),
		startWithSandbox: async () => {
			isOpen = true;
			return workspace();
		},
		openWorkspace: async () => {
			isOpen = true;
			return workspace();
		},
		newWorkspace: async () => {
			isOpen = true;
			return workspace();
		},
		workspace: async () => workspace(),
		forgetWorkspace: async (path) => {
			recent = recent.filter((each) => each.path !== path);
		},
		chooseFolder: async () => PATH,
		choosePackage: async () => '/home/ada/okta-0.1.0.joinery',

		readFile: async (file) => ({ file, text: find(file), version: String(versions.get(file.path) ?? 1) }),
		saveFile: async (file, text, version) => {
			if (version !== null && version !== String(versions.get(file.path) ?? 1)) {
				throw new BackendError({
					code: 'conflict',
					message: `${file.path} was changed by another program.`,
					hint: 'Load it again, or save over it.',
					file: file.path
				});
			}
			return save(file.path, text);
		},
		createFile: async (connector, kind, name) => {
			if (!NAME.test(name)) {
				throw new BackendError({
					code: 'usage',
					message: `“${name}” is not a name for a file.`,
					hint: 'Use lower-case letters, digits and _, such as get_user.'
				});
			}
			const path = `${kind}s/${name}${ENDINGS[kind] ?? '.rhai'}`;
			if (kind === 'request') {
				requests.set(path, { ...emptyRequest(), name: name.replaceAll('_', ' ') });
			} else files.set(path, kind === 'schema' ? '{\n  "type": "object"\n}\n' : `//! ${name}\n`);
			return { connector, path };
		},
		renameFile: async (file, name) => {
			const path = file.path.replace(/[^/]+(\.\w+)$/, `${name}$1`);
			const request = requests.get(file.path);
			if (request) {
				requests.delete(file.path);
				requests.set(path, { ...request, name });
			} else {
				files.set(path, find(file));
				files.delete(file.path);
			}
			return { connector: file.connector, path };
		},
		deleteFile: async (file) => {
			if (!requests.delete(file.path)) files.delete(file.path);
			changed([file.path]);
		},
		checkFile: async (file, text) => check(file.path, text),
		checkConnector: async () => [...files].flatMap(([path, text]) => check(path, text)),

		openRequest: async (file) => {
			const request = requests.get(file.path);
			if (!request) throw new BackendError({ code: 'unavailable', message: `No request ${file.path}.` });
			return { file, request: structuredClone(request) };
		},
		saveRequest: async (file, request) => void requests.set(file.path, structuredClone(request)),
		sendRequest: async (send) => {
			const number = ++sends;
			const url = send.request.url.replace('{{base_url}}', SANDBOX).replace('{{user}}', USER.profile.login);
			const timing = {
				dns_ms: null,
				connect_ms: 0.4,
				tls_ms: null,
				wait_ms: 9.1,
				download_ms: 1.2,
				total_ms: 11
			};
			return {
				number,
				request: {
					method: send.request.method,
					url,
					headers: [
						{ name: 'accept', value: 'application/json' },
						{ name: 'authorization', value: 'SSWS ••••••••' }
					],
					body: null
				},
				response: {
					status: 200,
					reason: 'OK',
					version: 'HTTP/1.1',
					url,
					headers: call('', 0, 11, 590, 10).headers,
					size: 1912,
					wire_size: 842,
					timing,
					hops: [
						{ method: send.request.method, url, status: 200, location: null, reason: 'final', delay_ms: 0, timing }
					],
					rate_limit: { limit: 600, remaining: 590, reset: Math.floor(Date.now() / 1000) + 41 }
				},
				body: keep(`send-${number}`, USER),
				assertions: [{ subject: 'status', ok: true, message: 'status is 200' }],
				captures: [],
				pages: null,
				hints: [],
				sign_in: []
			};
		},
		requestVariables: async () => [
			{ name: 'base_url', scope: 'connection', value: SANDBOX, secret: false, reason: null },
			{ name: 'user', scope: 'request', value: USER.profile.login, secret: false, reason: null },
			{ name: 'group', scope: null, value: null, secret: false, reason: null }
		],
		...fakeSending(
			(event) => heard.forEach((each) => each(event)),
			(path) => [...requests.keys()].filter((each) => each === path || each.startsWith(`${path}/`))
		),
		importCurl: async (text) => {
			const url = /https?:\/\/[^\s'"]+/.exec(text)?.[0] ?? '';
			return { request: { ...emptyRequest(), url }, not_carried: [] };
		},
		...fakeImport((event) => heard.forEach((each) => each(event))),
		requestPrompts: async (shown) => promptsOf(shown.request),
		listEnvironments: async () => tester.environments(),
		...tester.answers,
		requestAsCurl: async ({ request }) =>
			`curl -X ${request.method} '${request.url.replace('{{base_url}}', SANDBOX)}' -H 'authorization: SSWS $TOKEN'`,
		makeAction: async (connector) => ({
			file: { connector, path: 'actions/get_user.rhai' },
			name: 'get_user',
			schema: { connector, path: 'schemas/user.json' },
			input: { user: USER.profile.login },
			test: null,
			left: []
		}),

		bodyLines: async (id, view, from, count) => {
			const { text, tree } = body(id);
			return { from, lines: (view === 'tree' ? tree : rawLines(text)).slice(from, from + count) };
		},
		bodySummary: async (id) => keep(id, JSON.parse(body(id).text)),
		diffLines: async (_run, from, count) => ({ from, lines: diff().slice(from, from + count) }),
		bodyText: async (id, maxBytes) => body(id).text.slice(0, maxBytes),
		bodyPath: async (id, line) => pathOf(body(id).tree, line),
		bodyPlace: async (id, line) => {
			const path = pathOf(body(id).tree, line);
			if (path === null) return null;
			return {
				json_path: path,
				script_path: path.replace('$', 'response.body'),
				crumbs: [
					{ label: '$', line: 0 },
					{ label: path.replace(/^.*[.[]/, ''), line }
				]
			};
		},
		bodyValue: async (id, line) => body(id).tree[line]?.text ?? null,
		bodyFolds: async () => new Uint32Array(),
		bodyBytes: async (id) => new TextEncoder().encode(body(id).text).buffer,
		saveBody: async () => undefined,
		chooseBodyTarget: async (name) => `/home/ada/${name}`,
		chooseTarget: async (_title, name) => `/home/ada/${name}`,
		findInBody: async ({ body: id, find }) => {
			const wanted = find.text.toLowerCase();
			const lines = body(id).tree.flatMap((line, at) => (line.text.toLowerCase().includes(wanted) ? [at] : []));
			found.set(id, { text: wanted, lines });
			return { count: lines.length, kept: lines.length };
		},
		forgetFound: async (id) => void found.delete(id),
		bodyHit: async (id, _view, number) => {
			const line = found.get(id)?.lines[number];
			if (line === undefined) return null;
			const start = body(id).tree[line]?.text.toLowerCase().indexOf(found.get(id)!.text) ?? 0;
			return { line, start, end: start + found.get(id)!.text.length };
		},
		filterBody: async ({ filter, remember }) => {
			if (!filter.startsWith('$'))
				throw new BackendError({ code: 'input', message: 'a path begins with `$`', column: 1 });
			if (remember) filters.unshift(filter);
			const value = filter === '$.profile' ? USER.profile : USER;
			return { kind: 'json_path', values: 1, body: keep(`filtered-${filter}`, value) };
		},
		recentFilters: async () => [...filters],
		bodyTable: async () => ({ columns: ['id', 'name'], rows: 2 }),
		sortTable: async () => undefined,
		tableRows: async (_body, from) => ({
			from,
			rows: [
				[
					{ text: '1', class: 'number' as const },
					{ text: 'Ada', class: 'string' as const }
				],
				[
					{ text: '2', class: 'number' as const },
					{ text: 'Grace', class: 'string' as const }
				]
			].slice(from)
		}),
		diffBodies: async () => {
			const lines = diff();
			const changes = lines.flatMap((line, at) => (line.mark === 'same' ? [] : [at]));
			return { id: 'diff-1', lines: lines.length, added: 1, removed: 0, changed: 1, changes };
		},
		bodyDiffLines: async (_id, from, count) => ({ from, lines: diff().slice(from, from + count) }),
		closeBody: async (id) => void bodies.delete(id),

		pastSends: async () =>
			Array.from({ length: sends }, (_, at) => ({
				number: sends - at,
				sent_ms: Date.now() - at * 60_000,
				method: 'GET',
				url: `${SANDBOX}/api/v1/users/me`,
				status: 200,
				time_ms: 11,
				pinned: pins.has(sends - at)
			})),
		pastResponse: async (number) => {
			const { request, response } = await backend.sendRequest({
				request: { method: 'GET', url: SANDBOX }
			} as SendRequest);
			sends--;
			return { request, response, body: keep(`past-${number}`, USER) };
		},
		pinSend: async (number, pinned) => void (pinned ? pins.add(number) : pins.delete(number)),
		saveExample: async (request, _number, name) => ({
			connector: request.connector,
			path: request.path.replace(/\.toml$/, `.examples/${name}.json`)
		}),
		certificates: async () => [],

		describeAction: async (file, _text, _connection, answers) => ({
			config: [],
			answers,
			deprecated: null,
			name: stem(file.path),
			title: 'Get a user',
			description: 'Gets one user by ID, login or email.',
			fields: [
				field('user', { label: 'User', hint: 'ID, login or email', required: true }),
				field('include_groups', { label: 'Include groups', type: 'boolean', default: false })
			],
			last_input: { user: USER.profile.login, include_groups: true },
			waiting: [],
			error: null
		}),
		pickList: async () => [
			{ value: 'everyone', label: 'Everyone' },
			{ value: 'engineering', label: 'Engineering' }
		],
		forgetWaiting: async () => undefined,
		runAction: async (run) => {
			const number = ++runs;
			const output = {
				id: USER.id,
				name: 'Ada Lovelace',
				department: 'Engineering',
				groups: ['Everyone', 'Engineering', 'Okta administrators'],
				phone: null
			};
			const user = '/api/v1/users/00ub0oNGTSWTBKOLGLNR';
			return {
				number,
				action: stem(run.file.path),
				ok: true,
				output: {
					value: keep(`run-${number}`, output),
					diff_lines: diff().length,
					first_change: diff().findIndex((line) => line.mark !== 'same'),
					previous: number - 1,
					added: 1,
					removed: 0,
					changed: 1
				},
				error: null,
				calls: [
					call('/api/v1/users/ada.lovelace%40acme.example', 2, 11, 589, 14),
					call(`${user}/groups?limit=2`, 15, 10, 588, 10),
					call(`${user}/groups?after=00g1emaKYZ&limit=2`, 27, 9, 587, 10)
				],
				console: [
					{ level: 'info', text: 'found Ada Lovelace', file: 'actions/get_user.rhai', line: 15 },
					{ level: 'print', text: '3 groups in 2 pages', file: 'methods/paging.rhai', line: 12 }
				],
				warnings: [],
				input: run.input,
				time_ms: 38,
				compile_ms: 2,
				saved: run.save ? save(run.save.file.path, run.save.text) : null
			};
		},
		cancel: async () => {},

		connections: async () => connections,
		connectionForm: async () => FORM,
		saveConnection: async (draft) => {
			const domain = draft.values['domain'] ?? '';
			const label = FORM.auth.find((each) => each.id === draft.auth)?.label ?? draft.auth;
			const preview = domain.endsWith('.oktapreview.com');
			const view: ConnectionView = {
				name: draft.name,
				connector: draft.connector,
				sandbox: false,
				auth: label,
				auth_id: draft.auth,
				base_url: `https://${domain}`,
				environment: draft.environment ?? (preview ? 'preview' : 'production'),
				given_environment: draft.environment,
				live: true,
				read_only: draft.read_only ?? 'ask',
				health:
					tested === JSON.stringify(draft)
						? { state: 'ok', reason: null, tested_ms: Date.now() }
						: { state: 'unknown', reason: null, tested_ms: null },
				values: { domain },
				secrets: ['token'],
				warning: null
			};
			connections = [...connections.filter((each) => each.name !== draft.name), view];
			heard.forEach((each) => each({ kind: 'connections_changed' }));
			return view;
		},
		testConnection: async (draft) => {
			const found = connectionTest(draft);
			if (found.ok) tested = JSON.stringify(draft);
			return found;
		},
		removeConnection: async (name) => {
			connections = connections.filter((each) => each.name !== name);
		},
		chooseConnection: async (name) => {
			chosen = name;
		},
		signIn: async (signIn) => {
			heard.forEach((each) =>
				each({ kind: 'sign_in_page', id: signIn.id, url: 'https://acme.okta.com/oauth2/v1/authorize' })
			);
			signedIn.add(signIn.connection);
			return tokenState();
		},
		tokenState: async (_connector, connection) => {
			if (signedIn.has(connection)) return tokenState();
			throw new BackendError({ code: 'sign_in_needed', message: 'nobody has signed in to this connection yet' });
		},
		signOut: async (_connector, connection) => {
			signedIn.delete(connection);
			return { left: false, message: `Signed out of ${connection}, and Okta revoked its tokens.`, hint: null };
		},
		generateKey: async () => PUBLIC_KEY,
		publicKey: async () => PUBLIC_KEY,
		answerWrite: async (id) => heard.forEach((each) => each({ kind: 'write_settled', id })),
		sandboxStatus: async () => ({ url: SANDBOX, users: 250 }),
		startSandbox: async () => ({ url: SANDBOX, users: 250 }),
		...fakeSandbox(SANDBOX),

		saveTest: async (test) => {
			const file = { connector: 'okta', path: 'tests/get_user.toml' };
			files.set(file.path, `[[case]]\nname = "${test.name}"\nexpect_snapshot = true\n`);
			return { file, line: 2 };
		},
		runTests: async () => FAKE_TESTS,
		exportPreview: async () => ({
			id: 'okta',
			version: '0.1.0',
			file_name: 'okta-0.1.0.joinery',
			folder: PATH,
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
					problems: check('actions/get_user.rhai', files.get('actions/get_user.rhai') ?? '')
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
		}),

		openDocument: async (id, language, text) => void documents.set(id, { language, lines: text.split('\n') }),
		editDocument: async (id, fromLine, removedLines, inserted) => {
			documents.get(id)?.lines.splice(fromLine, removedLines, ...inserted);
		},
		documentLines: async (id, from, count) => {
			const document = documents.get(id);
			return document?.lines.slice(from, from + count).map((line) => spans(line, document.language)) ?? [];
		},
		closeDocument: async (id) => void documents.delete(id),
		startLanguageServer: async () => language.start(),
		languageMessage: async (message) => language.message(message),

		recall: async (key) => memory.get(key) ?? null,
		remember: async (key, value) => void memory.set(key, structuredClone(value)),
		setTitle: async (title) => {
			document.title = title;
		},
		listen: (listener) => {
			heard.add(listener);
			return () => heard.delete(listener);
		}
	};
	return backend;
}

function stem(path: string): string {
	return path
		.split('/')
		.at(-1)!
		.replace(/\.(rhai|json|toml|md)$/, '');
}

function field(name: string, more: object) {
	return {
		name,
		label: null,
		hint: null,
		type: 'string' as const,
		format: null,
		required: false,
		default: null,
		options: [],
		pick_list: null,
		depends_on: [],
		of: null,
		properties: [],
		control: null,
		secret: false,
		when: null,
		sticky: false,
		convert: null,
		nullable: false,
		...more
	};
}
