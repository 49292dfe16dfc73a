import { expect, test } from 'vitest';
import { fake } from '../../backend/fake';
import type { SavedRequest } from '../../backend/types/SavedRequest';
import { emptyRequest } from '../../lib/empty-request';
import { Session } from '../../lib/session.svelte';
import { describeUses } from '../../lib/variables';
import { AuthWays, fromChoice, toChoice } from './auth-ways.svelte';
import { assertionOf, demandOf, valueText } from './demands';
import { paramRows } from './rows';
import { Tester } from './tester.svelte';

async function started() {
	const backend = fake({ open: true });
	const session = new Session(backend);
	await session.open(await backend.workspace());
	const tester = new Tester(backend, session);
	await tester.open({ connector: 'okta', path: 'requests/users/get_user.toml' });
	return { backend, session, tester, tab: tester.active! };
}

test('an assertion is typed as text and comes back as it was typed', () => {
	const typed: [Parameters<typeof assertionOf>[1], string, unknown][] = [
		['equals', '200', 200],
		['equals', 'ACTIVE', 'ACTIVE'],
		['equals', '"200"', '200'],
		['contains', '{"a":1}', { a: 1 }],
		['one_of', '200, 201', [200, 201]],
		['type', 'string', 'string'],
		['absent', 'false', false]
	];
	for (const [key, text, value] of typed) {
		const { assertion, wrong } = assertionOf('status', key, text);
		expect(demandOf(assertion)).toEqual({ key, value });
		expect(wrong).toBeNull();
	}
	expect(valueText('equals', '200')).toBe('"200"');
	expect(valueText('equals', 'ACTIVE')).toBe('ACTIVE');
});

test('a demand that cannot hold says what it needs', () => {
	expect(assertionOf('time_ms', 'at_most', 'soon').wrong).toBe('Needs a number.');
	expect(assertionOf('$.id', 'type', 'text').wrong).toMatch(/^Needs one of string/);
	expect(assertionOf('$', 'length', '1.5').wrong).toBe('Needs a whole number.');
});

test('a request inherits how the nearest folder signs, and says which', async () => {
	const { backend, tab } = await started();
	const ways = new AuthWays(backend);
	await ways.load('okta', tab.file!.path, null);
	expect(ways.inherited).toEqual({ folder: null, auth: { from: 'inherit' } });
	const folder = { connector: 'okta', path: 'requests/users' };
	await backend.saveRequestFolder(folder, { ...(await backend.requestFolder(folder)), auth: { from: 'none' } });
	await ways.load('okta', tab.file!.path, null);
	expect(ways.inherited?.folder).toBe('requests/users');
	expect(ways.label(ways.inherited!.auth)).toBe('No auth');
});

test('choosing another way to sign in keeps nothing of the one before', () => {
	const own = fromChoice('own:bearer', { from: 'inherit' });
	expect(own).toEqual({ from: 'own', kind: 'bearer', settings: {} });
	expect(toChoice(fromChoice('way:api_token', own))).toBe('way:api_token');
});

test('a value is set where it was asked to be', async () => {
	const { backend, session, tester, tab } = await started();
	await session.environments.choose('preview');
	await tester.setVariable(tab, 'group', 'g1', 'request');
	await tester.setVariable(tab, 'group', 'g2', 'folder');
	await tester.setVariable(tab, 'group', 'g3', 'environment');
	await tester.setVariable(tab, 'group', 'g4', 'workspace');
	expect(tab.draft.variables['group']).toBe('g1');
	const folder = await backend.requestFolder({ connector: 'okta', path: 'requests/users' });
	expect(folder.variables['group']).toBe('g2');
	expect(session.environments.active?.variables['group']).toBe('g3');
	expect((await backend.workspaceVariables())['group']).toBe('g4');
});

test('what a request asks is answered before it is sent, or it is not sent', async () => {
	const { backend, tester, tab } = await started();
	const sent: unknown[] = [];
	const { sendRequest } = backend;
	backend.sendRequest = (send) => {
		sent.push([send.answers, send.environment]);
		return sendRequest(send);
	};
	await tester.session.environments.choose('production');
	tab.edit({ headers: [{ name: 'X-Ticket', value: '{{prompt("Ticket", "OPS-1")}}' }] });
	tester.onprompts = async () => null;
	await tester.send();
	expect(sent).toEqual([]);
	tester.onprompts = async (prompts) => Object.fromEntries(prompts.map((each) => [each.label, each.default ?? '']));
	await tester.send();
	expect(sent).toEqual([[{ Ticket: 'OPS-1' }, 'production']]);
});

test('a folder asks too, where the request itself asks nothing', async () => {
	const { backend, tester, tab } = await started();
	backend.requestPrompts = async () => [{ label: 'Passcode', default: null, secret: true }];
	const asked: string[] = [];
	tester.onprompts = async (prompts) => {
		asked.push(...prompts.map((each) => each.label));
		return null;
	};
	await tester.send();
	expect(asked).toEqual(['Passcode']);
	expect(tab.sent).toBeNull();
});

test('a tab that was closed opens again as it was, the last one first', async () => {
	const { tester, tab } = await started();
	tab.edit({ method: 'PATCH' });
	tester.newRequest();
	tester.close(tester.active!.id);
	tester.close(tab.id);
	tester.reopen();
	expect(tester.active).toBe(tab);
	expect(tester.active?.draft.method).toBe('PATCH');
});

test('a request that is moved or renamed keeps its tab and its changes', async () => {
	const { backend, tester, tab } = await started();
	tab.edit({ method: 'PATCH' });
	const from = tab.file!;
	tester.moved(from, await backend.moveRequest(from, 'requests/groups'), 'Get somebody');
	expect(tab.file?.path).toBe('requests/groups/get_user.toml');
	expect([tab.title, tab.draft.method, tab.dirty]).toEqual(['Get somebody', 'PATCH', true]);
	tester.moved({ connector: 'okta', path: 'requests/groups' }, { connector: 'okta', path: 'requests/teams' });
	expect(tab.file?.path).toBe('requests/teams/get_user.toml');
});

test('a request that is renamed while it is being opened is found under its new name', async () => {
	const { backend, tester, tab } = await started();
	const from = tab.file!;
	tester.close(tab.id);
	const failed = tester.session.toasts.length;
	// Its file is gone before the window hears where it went.
	const renamed = tester.follow(from, backend.renameFile(from, 'Get somebody'), 'Get somebody');
	await Promise.all([tester.open(from), renamed]);
	expect(tester.active?.title).toBe('Get somebody');
	expect(tester.active?.file?.path).toBe('requests/users/Get somebody.toml');
	expect(tester.session.toasts).toHaveLength(failed);
});

test('a table says what the variables in a value stand for, and which has none', () => {
	const variables = [
		{ name: 'city', scope: 'folder' as const, value: 'Turin', secret: false, reason: null },
		{ name: 'nobody', scope: null, value: null, secret: false, reason: null }
	];
	expect(describeUses('{{city}}', variables)).toEqual({ tip: 'city: Turin, from the folder', missing: false });
	expect(describeUses('{{city}} {{nobody}}', variables)?.missing).toBe(true);
	expect(describeUses('plain', variables)).toBeNull();
	expect(describeUses('{{city}}', null)).toBeNull();
});

test('calls of functions are no parameters; variables of parts and of auth are', () => {
	const request: SavedRequest = {
		...emptyRequest(),
		url: '{{base_url}}/users/{{uuid()}}/{{user}}',
		auth: { from: 'own', kind: 'bearer', settings: { token: '{{my_token}}' } },
		body: {
			kind: 'multipart',
			parts: [
				{
					name: 'f',
					value: '{{note}}',
					file: null,
					filename: null,
					content_type: null,
					disabled: false,
					description: ''
				}
			]
		}
	};
	expect(paramRows(request, []).map((row) => row.name)).toEqual(['user', 'base_url', 'note', 'my_token']);
});
