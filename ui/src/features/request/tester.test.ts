import { expect, test } from 'vitest';
import { fake } from '../../backend/fake';
import { BackendError } from '../../backend/error';
import { Session } from '../../lib/session.svelte';
import { fromParamRows, paramRows } from './rows';
import { Tester } from './tester.svelte';

const file = { connector: 'okta', path: 'requests/users/get_user.toml' };

async function open() {
	const backend = fake({ open: true });
	const session = new Session(backend);
	await session.open(await backend.workspace());
	const tester = new Tester(backend, session);
	const path = session.tree?.groups.flatMap((group) => (group.kind === 'request' ? group.entries : []));
	const leaf = path?.flatMap((entry) => entry.children ?? [entry]).find((entry) => entry.label === 'Get a user');
	await tester.open({ ...file, path: leaf?.path ?? file.path });
	return { backend, session, tester, tab: tester.active! };
}

test('an answer brings its first lines, and the rate limit for the status bar', async () => {
	const { tester, tab, session } = await open();
	await tester.send();
	expect(tab.sent?.response.status).toBe(200);
	expect(tab.answer?.viewer?.lines?.get(0)?.text).toContain('{');
	expect(session.rateLimit?.limit).toBeGreaterThan(0);
	expect(tab.sending).toBeNull();
});

test('a send tells how long it waits for a rate limit, and how far it is with its pages', async () => {
	const { tab } = await open();
	tab.hear({ kind: 'send_waits', id: 'send', until: 1_764_000_045 });
	expect(tab.waits).toBe(1_764_000_045);
	tab.hear({ kind: 'send_waits', id: 'send', until: null });
	expect(tab.waits).toBeNull();
	tab.hear({ kind: 'send_receives', id: 'send', status: 200, size: 4096 });
	expect(tab.coming).toEqual({ status: 200, size: 4096 });
	tab.hear({ kind: 'send_progress', id: 'send', pages: 2, entries: 400, size: 9 });
	expect(tab.progress).toEqual({ pages: 2, entries: 400, size: 9 });
});

test('a send that fails keeps the last answer', async () => {
	const { tester, tab, backend } = await open();
	await tester.send();
	const { sent } = tab;
	backend.sendRequest = () => Promise.reject(new BackendError({ code: 'network', message: 'Refused.' }));
	await tester.send();
	expect(tab.error?.message).toBe('Refused.');
	expect(tab.sent).toBe(sent);
});

test('a changed request is dirty until it is saved, and the change is in the file', async () => {
	const { tester, tab, backend } = await open();
	tab.typeUrl(`${tab.draft.url}?expand=blocks`);
	expect(tab.dirty).toBe(true);
	await tester.save();
	expect(tab.dirty).toBe(false);
	const reread = await backend.openRequest(tab.file!);
	expect(reread.request.query.find((row) => row.enabled !== false)).toMatchObject({ name: 'expand', value: 'blocks' });
});

test('the table has a row for each variable of the path, and none for what the connection gives', async () => {
	const { tab, session, backend } = await open();
	const variables = await backend.requestVariables({
		connector: 'okta',
		path: tab.file!.path,
		request: tab.draft,
		connection: session.connection,
		environment: null
	});
	const rows = paramRows(tab.draft, variables);
	expect(rows.filter((row) => row.in === 'path').map((row) => row.name)).toEqual(['user']);
	const typed = rows.map((row) => (row.name === 'user' ? { ...row, value: 'grace' } : row));
	expect(fromParamRows(typed, tab.draft).variables.user).toBe('grace');
	expect(fromParamRows(typed, tab.draft).query).toMatchObject(tab.draft.query);
});

test('a request without a file is saved under a name made from its own', async () => {
	const { tester, session } = await open();
	tester.newRequest();
	tester.active!.typeUrl('{{base_url}}/api/v1/users/{{user}}/groups?limit=2');
	tester.active!.edit({ name: '/users/ada@acme.example from get_user.rhai:14' });
	await tester.save();
	const path = 'requests/users_ada_acme_example_from_get_user_rhai_14.toml';
	expect(tester.active?.file?.path).toBe(path);
	expect(session.toasts.at(-1)?.text).toContain(path);
});

test('a file that holds no request opens as text', async () => {
	const { tester, backend } = await open();
	const shown: [string, number][] = [];
	tester.onunreadable = (file, line) => shown.push([file.path, line]);
	backend.openRequest = () => Promise.reject(new BackendError({ message: 'unclosed array', line: 7 }));
	await tester.open({ connector: 'okta', path: 'requests/broken.toml' });
	expect(shown).toEqual([['requests/broken.toml', 7]]);
});

test('a pasted curl command fills the request and can be undone', async () => {
	const { tester, tab, backend } = await open();
	const before = tab.draft;
	const request = { ...before, name: '', url: 'https://acme.example/a', method: 'PUT' };
	backend.importCurl = () =>
		Promise.resolve({
			request,
			not_carried: [{ place: 'curl', what: '--insecure', why: 'set it in the connection' }],
			held: ['cookie']
		});
	await tester.takeCurl(tab, 'curl -X PUT https://acme.example/a');
	expect(tab.draft).toMatchObject({ name: before.name, method: 'PUT', url: 'https://acme.example/a' });
	expect(tab.urlText).toContain('https://acme.example/a');
	expect(tester.session.toasts.at(-1)?.text).toBe(
		'Taken from the curl command. Held until Joinery closes, and in no file: cookie. Left out: --insecure (set it in the connection).'
	);
	tester.session.toasts.at(-1)?.action?.run();
	expect(tab.draft).toEqual(before);
});

test('a save tells once of a credential that stands written out, and it moves to the connection', async () => {
	const { tester, tab, session } = await open();
	await session.chooseConnection('acme');
	const row = { name: 'Authorization', value: 'SSWS sesame', enabled: true, description: '' };
	tab.edit({ headers: [row] });
	const told = () => session.toasts.filter((each) => each.text.includes('authorization'));
	await tester.save();
	await tester.save();
	expect(told()).toHaveLength(1);

	await tester.secrets.ask(tab);
	expect(tester.secrets.asked?.literal).toEqual({ part: 'headers', name: 'authorization' });
	const kept = await tester.backend.keepSecret({ shown: tester.inContext(tab), at: 0, name: 'okta_key' });
	tester.secrets.kept(tab, kept);
	expect(tab.draft.headers[0]?.value).toBe('SSWS {{okta_key}}');
	expect(told()).toEqual([]);
	await tester.save();
	expect(told()).toEqual([]);
	await tester.secrets.ask(tab);
	expect(session.toasts.at(-1)?.text).toBe('No credential stands written out in this request.');

	// One that is in memory only can still be kept.
	const asked: string[] = [];
	tester.secrets.onheld = (name) => asked.push(name);
	tab.variables = [{ name: 'cookie', scope: 'run', value: null, secret: true, reason: null }];
	await tester.secrets.ask(tab);
	expect(asked).toEqual(['cookie']);
});
