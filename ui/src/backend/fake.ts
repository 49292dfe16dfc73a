/**
 * An engine in memory, with a believable workspace: for tests, and for working on the window in a browser.
 * It answers at once and never touches disk or network.
 */
import { emptyRequest } from '../lib/empty-request';
import type { Backend } from './index';
import type { SendRequest } from './types/SendRequest';
import type { Event } from './types/Event';
import type { FileKind } from './types/FileKind';
import type { FileRef } from './types/FileRef';
import type { Problem } from './types/Problem';
import type { SavedRequest } from './types/SavedRequest';
import type { TreeEntry } from './types/TreeEntry';
import type { Workspace } from './types/Workspace';
import { BackendError } from './error';
import { fakeBodies } from './fake-bodies';
import { fakeConnecting } from './fake-connecting';
import { SANDBOX } from './fake-connections';
import { fakeDebugging } from './fake-debugging';
import { call, FILES, GROUPS, REQUESTS, USER } from './fake-okta';
import { fakeDemo } from './fake-demo';
import { fakeExport } from './fake-export';
import { FILE_TEMPLATES } from './fake-files';
import { fakeFlows, FLOW_FILES, FLOWS } from './fake-flows';
import { fakeImport } from './fake-import';
import { fakeLanguage } from './fake-language';
import { fakeRuns } from './fake-runs';
import { fakeSandbox } from './fake-sandbox';
import { fakeSending } from './fake-sending';
import { fakeSettings } from './fake-settings';
import { fakeTester, promptsOf } from './fake-tester';
import { fakeTests } from './fake-tests';
import { spans, stem } from './fake-text';
import { fakeReference } from './fake-reference';
import { fakeTriggers } from './fake-triggers';
import { fakeVersions } from './fake-versions';

const PATH = '/home/ada/acme-connectors';
const NAME = /^[a-z][a-z0-9_]*$/;
const ENDINGS: Partial<Record<FileKind, string>> = { schema: '.json', request: '.toml' };

export interface FakeOptions {
	/** Whether a workspace is open from the start. */
	open?: boolean;
}

export function fake(options: FakeOptions = {}): Backend {
	const files = new Map(Object.entries({ ...FILES, ...FLOW_FILES }));
	const requests = new Map<string, SavedRequest>(Object.entries(structuredClone(REQUESTS)));
	const memory = new Map<string, unknown>();
	const documents = new Map<string, { language: string; lines: string[] }>();
	const language = fakeLanguage((uri, text) => check(uri.replace(/^.*\/okta\//, ''), text));
	const bodies = fakeBodies();
	const versions = new Map<string, number>();
	const heard = new Set<(event: Event) => void>();
	let isOpen = options.open ?? false;
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
	const connecting = fakeConnecting((event) => heard.forEach((each) => each(event)));
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
		return {
			path: PATH,
			name: 'acme-connectors',
			branch: 'main',
			connectors: [okta, slack],
			flows: FLOWS,
			connection: connecting.chosen()
		};
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
				{ id: 'okta', label: 'Okta', description: 'People, groups, apps, roles, policies and events' },
				{ id: 'slack', label: 'Slack', description: 'Messages, questions with buttons, slash commands' },
				{ id: 'box', label: 'Box', description: 'Folders, collaborations, users and events' },
				{ id: 'chargebee', label: 'Chargebee', description: 'Customers and subscriptions' },
				{ id: 'flows', label: 'Flows', description: 'These four and the flows that join them' },
				{ id: 'rest', label: 'REST API', description: 'A bearer token or an API key, one request and one action' },
				{ id: 'oauth2', label: 'OAuth 2.0 API', description: 'People sign in with the browser' },
				{ id: 'webhook', label: 'Webhook', description: 'A trigger that checks the signature of what it is sent' },
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
		keepDroppedPackage: async (name) => `/home/ada/.local/share/joinery/dropped/${name}`,
		installPackage: async () => {
			isOpen = true;
			return workspace();
		},
		takeAsked: async () => null,
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
		fileTemplates: async () => FILE_TEMPLATES,
		createFromTemplate: async (connector, template, answers) =>
			backend.createFile(
				connector,
				FILE_TEMPLATES.find((each) => each.id === template)?.kind ?? 'action',
				answers.name
			),
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
				body: bodies.keep(`send-${number}`, USER),
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
		importCurl: async (_shown, text) => {
			const url = /https?:\/\/[^\s'"]+/.exec(text)?.[0] ?? '';
			return { request: { ...emptyRequest(), url }, not_carried: [], held: [] };
		},
		...fakeImport((event) => heard.forEach((each) => each(event))),
		requestPrompts: async (shown) => promptsOf(shown.request),
		listEnvironments: async () => tester.environments(),
		...tester.answers,
		requestAsCurl: async ({ request }, secrets) =>
			`curl -X ${request.method} '${request.url.replace('{{base_url}}', SANDBOX)}' -H 'authorization: SSWS ${secrets ? 'opensesame' : '$TOKEN'}'`,
		makeAction: async (connector) => ({
			file: { connector, path: 'actions/get_user.rhai' },
			name: 'get_user',
			schema: { connector, path: 'schemas/user.json' },
			input: { user: USER.profile.login },
			test: null,
			left: []
		}),

		...bodies.answers(
			() => sends,
			async () => {
				const sent = await backend.sendRequest({ request: { method: 'GET', url: SANDBOX } } as SendRequest);
				sends--;
				return sent;
			}
		),
		...fakeRuns(bodies, save),
		...fakeTriggers((event) => heard.forEach((each) => each(event))),

		...connecting.answers,
		sandboxStatus: async () => ({ url: SANDBOX, users: 250 }),
		startSandbox: async () => ({ url: SANDBOX, users: 250 }),
		...fakeSandbox(SANDBOX),

		...fakeDemo(),
		saveTest: async (test) => {
			const file = { connector: 'okta', path: 'tests/get_user.toml' };
			files.set(file.path, `[[case]]\nname = "${test.name}"\nexpect_snapshot = true\n`);
			return { file, line: 2 };
		},
		...fakeTests((event) => heard.forEach((each) => each(event))),
		...fakeExport(PATH, () => check('actions/get_user.rhai', files.get('actions/get_user.rhai') ?? '')),

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
		...fakeDebugging(PATH),

		recall: async (key) => memory.get(key) ?? null,
		notify: async () => undefined,
		remember: async (key, value) => void memory.set(key, structuredClone(value)),
		...fakeFlows(),
		...fakeSettings(),
		...fakeReference(),
		...fakeVersions(
			{
				read: (path) => files.get(path.replace('okta/', '')) ?? null,
				write: (path, text) => save(path.replace('okta/', ''), text)
			},
			(event) => heard.forEach((each) => each(event))
		),
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
