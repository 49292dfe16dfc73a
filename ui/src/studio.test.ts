import { expect, test, vi } from 'vitest';
import { fake } from './backend/fake';
import { commands } from './commands';
import { find, commandEntries, symbolEntries } from './features/palette/entries';
import { Exporter } from './features/export/exporter.svelte';
import { Draft } from './features/connection/draft.svelte';
import { headline } from './features/tests/tests.svelte';
import { left } from './features/connection/sign-in.svelte';
import { WriteAsks } from './features/connection/write-asks.svelte';
import { dotTone, healthWords } from './lib/connections';
import { Studio } from './studio.svelte';

async function started(): Promise<Studio> {
	const studio = new Studio(fake());
	await studio.start();
	await studio.startWithSandbox();
	return studio;
}

test('without a workspace the welcome view shows, and no failure', async () => {
	const studio = new Studio(fake());
	await studio.start();
	expect(studio.session.workspace).toBeNull();
	expect(studio.failure).toBeNull();
	expect(studio.welcome?.templates.map((each) => each.id)).toContain('okta');
});

test('the first start shows a request beside the action of the same name', async () => {
	const studio = await started();
	expect(studio.tester.active?.title).toBe('Get a user');
	expect(studio.editor.active?.file.path).toBe('actions/get_user.rhai');
	expect(studio.runner.file?.path).toBe('actions/get_user.rhai');
});

test('a workspace comes back with the files and the layout it was left with', async () => {
	const backend = fake({ open: true });
	const file = { connector: 'okta', path: 'actions/list_users.rhai' };
	const request = { connector: 'okta', path: 'requests/users/create_user.toml' };
	const gone = { connector: 'okta', path: 'actions/gone.rhai' };
	const { path } = await backend.workspace();
	await backend.remember(`open:${path}`, { requests: [request], files: [gone, file], request, file });
	await backend.remember(`layout:${path}`, { mode: 'call', sidebar: 300 });
	const studio = new Studio(backend);
	await studio.start();
	expect(studio.tester.active?.title).toBe('Create a user');
	expect(studio.editor.documents.map((each) => each.file.path)).toEqual([file.path]);
	expect([studio.layout.mode, studio.layout.sidebar]).toEqual(['call', 300]);
	expect(studio.session.toasts).toEqual([]);
});

test('what is opened while a workspace comes back stays in front', async () => {
	for (const before of [null, 'actions/get_user.rhai']) {
		const backend = fake({ open: true });
		const mine = { connector: 'okta', path: 'actions/list_users.rhai' };
		if (before !== null) {
			const file = { connector: 'okta', path: before };
			await backend.remember(`open:${(await backend.workspace()).path}`, {
				requests: [],
				files: [file],
				request: null,
				file
			});
		}
		let late = () => {};
		const { readFile, openRequest } = backend;
		backend.openRequest = async (file) => {
			await new Promise<void>((done) => (late = done));
			return openRequest.call(backend, file);
		};
		backend.readFile = async (file) => {
			if (file.path !== mine.path) await new Promise<void>((done) => (late = done));
			return readFile.call(backend, file);
		};
		const studio = new Studio(backend);
		const start = studio.start();
		await vi.waitFor(() => expect(studio.session.workspace).not.toBeNull());
		await studio.openFile(mine);
		// Whatever the start still waits for comes now, behind what was clicked.
		const done = Promise.race([start.then(() => true), new Promise((next) => setTimeout(next))]);
		for (let over = await done; over !== true;) {
			late();
			over = await Promise.race([start.then(() => true), new Promise((next) => setTimeout(next))]);
		}
		expect(studio.editor.active?.file).toEqual(mine);
		expect(studio.selected).toEqual(mine);
		expect(studio.runner.file).toEqual(mine);
		expect(studio.editor.documents).toHaveLength(2);
	}
});

test('of two files that were clicked, the second stays in front however late the first comes', async () => {
	const studio = await started();
	const [slow, quick] = ['actions/list_users.rhai', 'actions/create_user.rhai'].map((path) => ({
		connector: 'okta',
		path
	}));
	const { readFile } = studio.backend;
	let late = () => {};
	studio.backend.readFile = async (file) => {
		if (file.path === slow!.path) await new Promise<void>((done) => (late = done));
		return readFile.call(studio.backend, file);
	};
	const first = studio.openFile(slow!);
	await studio.openFile(quick!);
	late();
	await first;
	expect(studio.editor.active?.file).toEqual(quick);
	expect(studio.runner.file).toEqual(quick);
});

test('a layout kept before there was a documentation pane still shows the sandbox panel', async () => {
	const backend = fake({ open: true });
	const key = `layout:${(await backend.workspace()).path}`;
	await backend.remember(key, { showSandbox: true });
	const studio = new Studio(backend);
	await studio.start();
	expect([studio.sandbox.open, studio.views.docs.open]).toEqual([true, false]);
	await studio.views.docs.show();
	expect([studio.sandbox.open, studio.views.docs.open]).toEqual([false, true]);
	await vi.waitFor(async () => expect(await backend.recall(key)).toMatchObject({ side: 'docs' }));
});

test('the run panel has an action again, also where another kind of script was in front', async () => {
	const backend = fake({ open: true });
	const [action, method] = ['actions/get_user.rhai', 'methods/paging.rhai'].map((path) => ({
		connector: 'okta',
		path
	}));
	const { path } = await backend.workspace();
	await backend.remember(`open:${path}`, { requests: [], files: [action, method], request: null, file: method });
	const studio = new Studio(backend);
	await studio.start();
	expect(studio.editor.active?.file).toEqual(method);
	expect(studio.runner.file).toEqual(action);
});

test('make action opens the script and fills the run form', async () => {
	const studio = await started();
	await studio.tester.send();
	await studio.tester.makeAction();
	await new Promise((done) => setTimeout(done));
	expect(studio.selected?.path).toBe('actions/get_user.rhai');
	expect(studio.runner.values).toMatchObject({ user: 'ada.lovelace@acme.example' });
});

test('deleting a file asks, closes its tab and takes it from the tree', async () => {
	const studio = await started();
	studio.askDelete({ connector: 'okta', path: 'actions/get_user.rhai' }, 'get_user');
	expect(studio.dialog?.kind).toBe('confirm');
	if (studio.dialog?.kind === 'confirm') await studio.dialog.run();
	expect(studio.editor.documents).toEqual([]);
	expect(studio.files.map((each) => each.path)).not.toContain('actions/get_user.rhai');
});

test('the palette offers only commands that can be used now', async () => {
	const closed = new Studio(fake());
	const labels = (studio: Studio, text: string) =>
		find(text, commandEntries(commands(studio)), [], 'commands').map((each) => each.entry.label);
	expect(labels(closed, 'export')).toEqual([]);
	const studio = await started();
	expect(labels(studio, 'export')).toEqual(['Export the connector']);
	expect(labels(studio, '>make')[0]).toBe('Make action from GET Get a user');
});

test('no two commands share a chord', async () => {
	// The editor listens for its keys itself, where it has the focus.
	const listed = commands(await started()).filter((each) => !each.handledElsewhere);
	const keys = listed.flatMap((each) => each.keys ?? []);
	expect(keys.filter((each, index) => keys.indexOf(each) !== index)).toEqual([]);
});

test('an export is refused while a check fails', async () => {
	const backend = fake({ open: true });
	const preview = await backend.exportPreview('okta');
	const broken = {
		...backend,
		exportPreview: async () => ({
			...preview,
			checks: [{ name: 'Scripts', state: 'failed' as const, detail: '1 error', problems: [] }]
		})
	};
	const exporter = new Exporter(broken, 'okta');
	await exporter.load();
	expect(exporter.obstacle).toBe('Mend this first: Scripts.');
	expect(await exporter.export()).toBeNull();
});

test('the command line says the same export', async () => {
	const exporter = new Exporter(fake({ open: true }), 'okta');
	await exporter.load();
	expect(exporter.command('/home/ada/acme-connectors')).toBe(
		'joinery export /home/ada/acme-connectors/okta --output /home/ada/acme-connectors/okta-0.1.0.joinery'
	);
});

test('a connection is checked field by field before it is sent', async () => {
	const draft = new Draft(fake({ open: true }), 'okta', null);
	await draft.load();
	draft.values['domain'] = 'https://acme.okta.com';
	expect(await draft.save()).toBeNull();
	expect(draft.wrong).toEqual({
		name: 'A profile needs a name.',
		domain: 'This does not look like “acme.okta.com”.',
		token: 'API token is required.'
	});
	draft.name = 'acme-preview';
	draft.values['domain'] = 'acme.oktapreview.com';
	draft.values['token'] = 'abc';
	expect((await draft.save())?.base_url).toBe('https://acme.oktapreview.com');
});

test('an address typed for a domain is offered as the domain it holds, and tested again', async () => {
	const draft = new Draft(fake({ open: true }), 'okta', null);
	await draft.load();
	draft.values['domain'] = 'https://acme.oktapreview.com/admin';
	draft.values['token'] = 'abc';
	await draft.check();
	expect(draft.test).toMatchObject({ ok: false, cause: 'domain_has_scheme' });
	if (draft.test?.fix) await draft.apply(draft.test.fix);
	expect(draft.values['domain']).toBe('acme.oktapreview.com');
	expect(draft.test?.ok).toBe(true);
	expect(draft.stale).toBe(false);
	draft.values['token'] = 'other';
	expect(draft.stale).toBe(true);
});

test('a saved profile shows what it holds, keeps its secret, and stays typed while another is looked at', async () => {
	const studio = await started();
	studio.newConnection();
	if (studio.dialog?.kind !== 'connection') throw new Error('the dialog is open');
	const { profiles } = studio.dialog;
	const acme = studio.session.connections.find((each) => each.name === 'acme')!;
	await profiles.select(acme);
	const draft = profiles.draft!;
	expect(draft.values['domain']).toBe('acme.okta.com');
	expect([draft.keeps('token'), draft.dirty]).toEqual([true, false]);
	draft.values['domain'] = 'acme.oktapreview.com';
	expect(profiles.dirty).toBe(true);
	await profiles.select(studio.session.connections[0]!);
	expect(profiles.draft?.name).toBe('sandbox');
	await profiles.select(acme);
	expect(profiles.draft).toBe(draft);
	// No secret typed: the one kept is used.
	expect((await draft.save())?.environment).toBe('preview');
	await vi.waitFor(() =>
		expect(studio.session.connections.find((each) => each.name === 'acme')?.base_url).toContain('oktapreview')
	);
});

test('a test that said yes is what the saved profile is known by', async () => {
	const backend = fake({ open: true });
	const draft = new Draft(backend, 'okta', null);
	await draft.load();
	Object.assign(draft, { name: 'fresh', values: { domain: 'acme.okta.com', token: 'abc' } });
	await draft.check();
	const saved = await draft.save();
	expect([dotTone(saved!), healthWords(saved!)]).toEqual(['ok', 'works']);
});

test('a sign-in by browser saves the profile first, and shows the page until it is done', async () => {
	const backend = fake({ open: true });
	const draft = new Draft(backend, 'okta', null);
	await draft.load();
	draft.auth = 'sign_in';
	await draft.signInByBrowser();
	expect(draft.wrong).toMatchObject({ name: 'A profile needs a name.' });
	Object.assign(draft, { name: 'me', values: { domain: 'acme.okta.com', client_id: '0oa8' } });
	await draft.signInByBrowser();
	expect([draft.signIn.token?.kind, draft.signIn.running, draft.signIn.page]).toEqual(['DPoP', null, null]);
	expect([draft.editing?.name, draft.dirty]).toEqual(['me', false]);
	// Opened again, it is still signed in; that nobody is would be no failure.
	const again = new Draft(backend, 'okta', draft.editing);
	await again.load();
	expect([again.signIn.token?.scopes.length, again.signIn.error]).toEqual([2, null]);
});

test('a key pair made for a profile stands in for the key that would be typed', async () => {
	const draft = new Draft(fake({ open: true }), 'okta', null);
	await draft.load();
	draft.auth = 'service_app';
	Object.assign(draft, { values: { domain: 'acme.okta.com', client_id: '0oa8' } });
	await draft.generateKey();
	expect(draft.wrong).toEqual({ name: 'A profile needs a name.' });
	draft.name = 'nightly';
	await draft.generateKey();
	expect([draft.key?.kid, draft.values['key_id'], draft.madeKey]).toEqual(['4f1c9a', '4f1c9a', true]);
	expect((await draft.save())?.name).toBe('nightly');
});

test('what is left of a token is said in the unit a person would use', () => {
	expect([left(59_000, 0), left(3_600_000, 0), left(90_000_000, 0), left(0, 5)]).toEqual([
		'59 s',
		'60 min 0 s',
		'25 hours',
		null
	]);
});

test('a write to a live org waits for an answer, the oldest first', async () => {
	const backend = fake({ open: true });
	const answers: unknown[] = [];
	const asks = new WriteAsks({ ...backend, answerWrite: async (...given) => void answers.push(given) });
	const write = { method: 'DELETE', org: 'acme.okta.com', path: '/api/v1/users/7', connection: 'acme' };
	asks.hear({ kind: 'write_asked', id: 'write-0', write });
	asks.hear({ kind: 'write_asked', id: 'write-1', write });
	expect(asks.first?.id).toBe('write-0');
	await asks.answer('write-0', true, false);
	expect(answers).toEqual([['write-0', { send: true, remember: false }]]);
	// The run was stopped: its question goes.
	asks.hear({ kind: 'write_settled', id: 'write-1' });
	expect(asks.first).toBeNull();
});

test('a connection is saved for the folder of its connector', async () => {
	const backend = fake({ open: true });
	const folders: string[] = [];
	const draft = new Draft(
		{
			...backend,
			saveConnection: (sent) => {
				folders.push(sent.connector);
				return backend.saveConnection(sent);
			}
		},
		'.',
		null
	);
	await draft.load();
	Object.assign(draft, { name: 'acme', values: { domain: 'acme.okta.com', token: 'abc' } });
	await draft.save();
	// The whole workspace is the connector.
	expect(folders).toEqual(['.']);
});

test('what was not saved is there again with the workspace', async () => {
	const backend = fake({ open: true });
	const before = new Studio(backend);
	await before.start();
	const script = before.editor.active;
	script?.dispatch({ changes: { from: 0, insert: '// not saved\n' } });
	if (script) script.dirty = true;
	before.tester.active?.edit({ url: '{{base_url}}/api/v1/groups' });
	before.tester.newRequest();
	before.tester.active?.edit({ url: '{{base_url}}/api/v1/apps' });
	await before.leave();
	expect(before.dialog).toBeNull();

	const after = new Studio(backend);
	await after.start();
	expect(after.editor.active?.now.doc.toString()).toMatch(/^\/\/ not saved\n/);
	expect(after.editor.active).toMatchObject({ dirty: true, conflict: false });
	expect(after.tester.tabs.map((each) => [each.draft.url, each.dirty])).toEqual([
		['{{base_url}}/api/v1/groups', true],
		['{{base_url}}/api/v1/apps', true]
	]);
	expect(after.drafts()?.kept.files).toHaveLength(1);
});

test('script brings the run panel to the right, and a maximised pane gives way to what is opened', async () => {
	const studio = await started();
	const { layout } = studio;
	layout.choose('script');
	expect([layout.dock, layout.shows('run'), layout.shows('tester')]).toEqual(['right', true, false]);
	layout.maximise('run');
	expect([layout.shows('run'), layout.shows('editor')]).toEqual([true, false]);
	layout.toggleRun('right');
	expect([layout.shows('run'), layout.shows('editor')]).toEqual([false, true]);
	layout.maximise('editor');
	await studio.openFile({ connector: 'okta', path: 'requests/users/get_user.toml' });
	expect(layout.shows('tester')).toBe(true);
});

test('the palette finds the functions of the open script', async () => {
	const lines: number[] = [];
	const entries = symbolEntries('//! A\n\nfn execute(connection, input) {\n}\nfn page(url) {}', (line) =>
		lines.push(line)
	);
	const found = find('@pa', [...commandEntries(commands(await started())), ...entries], [], 'all');
	expect(found.map((each) => each.entry.label)).toEqual(['page(url)']);
	await found[0]?.entry.run();
	expect(lines).toEqual([5]);
	expect(find('page', entries, [], 'all')).toEqual([]);
});

test('a run is saved as a test, which opens at its case', async () => {
	const studio = await started();
	studio.saveTest();
	expect(studio.dialog).toBeNull();
	await studio.openFile({ connector: 'okta', path: 'actions/get_user.rhai' });
	await studio.runner.choose({ connector: 'okta', path: 'actions/get_user.rhai' });
	await studio.runner.run();
	studio.saveTest();
	expect(studio.dialog?.kind).toBe('save-test');
	await studio.testSaved(await studio.backend.saveTest({ number: 1, name: 'finds Ada' }));
	expect(studio.dialog).toBeNull();
	expect(studio.editor.active?.file.path).toBe('tests/get_user.toml');
});

test('tests run in a view of their own, which a file closes', async () => {
	const studio = await started();
	await studio.views.runTests();
	expect(studio.layout.view).toBe('tests');
	expect(studio.layout.shows('editor')).toBe(false);
	expect(headline(studio.views.tests.report!)).toBe('1 failed, 1 of 3 cases passed, 1 not run');
	await studio.openFile({ connector: 'okta', path: 'actions/get_user.rhai' }, 13);
	expect(studio.layout.view).toBeNull();
	expect(studio.layout.shows('editor')).toBe(true);
});

test('a save runs the tests again that ran last, and then no action', async () => {
	const studio = await started();
	const file = { connector: 'okta', path: 'actions/get_user.rhai' };
	await studio.views.runTests();
	await studio.openFile(file, 1);
	const ran: number[] = [];
	const { runTests, runAction } = studio.backend;
	studio.backend.runTests = (run) => (ran.push(run.cases.length), runTests(run));
	studio.backend.runAction = (run) => (ran.push(-1), runAction(run));
	await studio.editor.save();
	await vi.waitFor(() => expect(ran).toEqual([0]));
	await studio.runner.choose(file);
	await studio.runner.run();
	await studio.editor.save();
	expect(ran).toEqual([0, -1, -1]);
});

test('a trigger opens at work, and saving it polls anew', async () => {
	const studio = await started();
	await studio.openFile({ connector: 'okta', path: 'triggers/new_user_created.rhai' });
	expect(studio.layout.view).toBe('trigger');
	expect(studio.editor.active?.name).toBe('new_user_created.rhai');
	await studio.views.watch.poll();
	await studio.editor.save();
	await vi.waitFor(() => expect(studio.views.watch.polls.length).toBe(2));
	const { watch } = studio.views;
	watch.start();
	await studio.leave();
	expect([watch.live, watch.file]).toEqual([false, null]);
});
