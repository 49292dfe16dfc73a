import { LSPPlugin } from '@codemirror/lsp-client';
import { EditorView } from '@codemirror/view';
import { expect, test, vi } from 'vitest';
import type { Backend } from '../../backend';
import { fake } from '../../backend/fake';
import { Session } from '../../lib/session.svelte';
import { Editor } from './editor.svelte';
import { applyFix } from './fixes';
import { rename } from './rename';
import { sanitize } from '../../lib/sanitize';
import { transport } from './transport';
import { fileOf, uriOf } from './uris';

// jsdom lays nothing out.
Range.prototype.getClientRects = () => [] as unknown as DOMRectList;

const file = { connector: 'okta', path: 'actions/get_user.rhai' };

async function open(watch: (backend: Backend) => void = () => undefined) {
	const backend = fake({ open: true });
	const sent: { method: string; params: Record<string, unknown> }[] = [];
	const { languageMessage } = backend;
	backend.languageMessage = (message) => {
		sent.push(JSON.parse(message));
		return languageMessage(message);
	};
	watch(backend);
	const session = new Session(backend);
	await session.open(await backend.workspace());
	const editor = new Editor(backend, session);
	await editor.open(file);
	const document = editor.active!;
	const view = new EditorView({ state: document.state });
	document.view = view;
	await vi.waitFor(() => expect(sent.some((each) => each.method === 'textDocument/didOpen')).toBe(true));
	return { backend, session, editor, document, view, sent };
}

test('addresses lead to files and back', () => {
	for (const folder of ['/home/ada/my work', 'C:\\work', '/w']) {
		for (const connector of ['okta', 'a b', '.']) {
			const ref = { connector, path: 'actions/größe.rhai' };
			const uri = uriOf(folder, ref);
			expect(uri).toMatch(/^file:\/\/\/[^ \\]+$/);
			expect(fileOf(folder, [connector], uri)).toEqual(ref);
		}
	}
	expect(uriOf('/w', { connector: '.', path: 'connection.rhai' })).toBe('file:///w/connection.rhai');
	expect(fileOf('/w', ['okta'], 'file:///elsewhere/a.rhai')).toBeNull();
});

test('messages are given one after the other and answers reach who listens', async () => {
	const log: string[] = [];
	let release = () => {};
	const wire = transport({
		startLanguageServer: async () => undefined,
		languageMessage: async (message) => {
			log.push(message);
			if (message === 'first') await new Promise<void>((resolve) => (release = resolve));
			if (message === 'broken') throw new Error('no');
			return [`${message} answered`];
		}
	});
	wire.subscribe((message) => log.push(message));
	for (const message of ['first', 'broken', 'last']) wire.send(message);
	await vi.waitFor(() => expect(log).toEqual(['first']));
	release();
	await vi.waitFor(() => expect(log).toEqual(['first', 'first answered', 'broken', 'last', 'last answered']));
});

test('what is typed reaches the server and its findings the list of problems', async () => {
	const { document, session, view } = await open();
	view.dispatch({ changes: { from: 0, insert: 'result.phone = 1;\n' } });
	document.state = view.state;
	await vi.waitFor(() => expect(document.problems).toMatchObject([{ line: 1, end_column: 13 }]));
	await vi.waitFor(() => expect(session.problems.map((each) => each.code)).toContain('unknown-field'));
});

test('a document stays open for the server until its tab is closed', async () => {
	const { editor, document, view, sent } = await open();
	view.destroy();
	document.view = null;
	expect(sent.some((each) => each.method === 'textDocument/didClose')).toBe(false);
	editor.close(document.id);
	await vi.waitFor(() => expect(sent.some((each) => each.method === 'textDocument/didClose')).toBe(true));
});

test('renaming opens the files it changes', async () => {
	const { editor, view } = await open();
	await rename(view, 4, 'new');
	expect(editor.documents.map((each) => each.file.path)).toEqual([file.path, 'actions/list_users.rhai']);
	for (const each of editor.documents) expect(each.now.doc.line(1).text).toMatch(/^new/);
});

test('a fix changes the file it is found in, and another that it names', async () => {
	const { editor, view } = await open();
	const start = { line: 0, character: 0 };
	const edits = (newText: string) => [{ range: { start, end: start }, newText }];
	const { uri } = LSPPlugin.get(view)!;
	const otherUri = uri.replace('get_user', 'list_users');
	await applyFix(view, { title: 'Fix', edit: { changes: { [uri]: edits('here '), [otherUri]: edits('there ') } } });
	expect(view.state.doc.line(1).text).toMatch(/^here /);
	const opened = editor.documents.find((each) => each.file.path === 'actions/list_users.rhai');
	expect(opened?.now.doc.line(1).text).toMatch(/^there /);
});

test('docs show text and nothing that acts', () => {
	const html = sanitize(
		'<p onclick="x()">a <code class="k">b</code><img src=x onerror=y><script>z</script><a href="javascript:q">c</a></p>'
	);
	expect(html).toBe('<p>a <code class="k">b</code>c</p>');
});

test('an editor waits for a language server that takes its time', async () => {
	const backend = fake({ open: true });
	const { languageMessage } = backend;
	const sent: string[] = [];
	backend.languageMessage = async (message) => {
		const { method } = JSON.parse(message) as { method: string };
		sent.push(method);
		// A busy machine.
		if (method === 'initialize') await new Promise((late) => setTimeout(late, 10_000));
		return languageMessage(message);
	};
	const session = new Session(backend);
	await session.open(await backend.workspace());
	vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
	try {
		const editor = new Editor(backend, session);
		void editor.open(file).then(() => new EditorView({ state: editor.active!.state }));
		await vi.advanceTimersByTimeAsync(20_000);
		expect(sent).toContain('initialize');
		expect(sent).toContain('initialized');
	} finally {
		vi.useRealTimers();
	}
});
