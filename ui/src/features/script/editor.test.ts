import { expect, test } from 'vitest';
import { fake } from '../../backend/fake';
import type { Problem } from '../../backend/types/Problem';
import type { RunReport } from '../../backend/types/RunReport';
import { Session } from '../../lib/session.svelte';
import { Editor } from './editor.svelte';
import { diagnosticsOf, offsetOf, runNotesOf } from './notes';

const file = { connector: 'okta', path: 'actions/get_user.rhai' };

async function open() {
	const backend = fake({ open: true });
	const session = new Session(backend);
	await session.open(await backend.workspace());
	const editor = new Editor(backend, session);
	await editor.open(file);
	return { backend, session, editor, document: editor.active! };
}

function type(document: Awaited<ReturnType<typeof open>>['document'], text: string) {
	document.dispatch({ changes: { from: 0, insert: text } });
}

test('saving writes the text and takes the new version', async () => {
	const { editor, document, backend } = await open();
	const { version } = document;
	type(document, '// new\n');
	await editor.save();
	expect(document.version).not.toBe(version);
	expect((await backend.readFile(file)).text).toMatch(/^\/\/ new\n/);
});

test('a file changed on disk is not overwritten before the person chooses', async () => {
	const { editor, document, backend } = await open();
	await backend.saveFile(file, '// theirs\n', null);
	type(document, '// mine\n');
	document.dirty = true;
	await editor.save();
	expect(document.conflict).toBe(true);
	expect((await backend.readFile(file)).text).toBe('// theirs\n');
	await editor.keepMine(document);
	expect(document.conflict).toBe(false);
	expect((await backend.readFile(file)).text).toMatch(/^\/\/ mine/);
});

test('reloading takes the text on disk', async () => {
	const { editor, document, backend } = await open();
	await backend.saveFile(file, '// theirs\n', null);
	await editor.reload(document);
	expect(document.now.doc.toString()).toBe('// theirs\n');
	expect(document.dirty).toBe(false);
});

test('columns count characters, offsets count units', async () => {
	expect(offsetOf('"😀" + x', 7)).toBe(7);
	const { document } = await open();
	type(document, '"😀" + x\n');
	const problem = {
		file: file.path,
		line: 1,
		column: 7,
		end_column: 8,
		severity: 'error',
		code: 'x',
		message: 'm',
		hint: null
	} as const;
	const [mark] = diagnosticsOf([problem], document.now.doc);
	expect(document.now.doc.sliceString(mark!.from, mark!.to)).toBe('x');
});

test('what a check says on a line is not said again by the run that failed there', () => {
	const problem = {
		file: 'a.rhai',
		line: 2,
		column: 1,
		end_column: null,
		severity: 'error',
		code: 'syntax',
		message: 'no such name',
		hint: null
	};
	const error = {
		code: 'syntax',
		message: 'no such name',
		hint: null,
		file: 'a.rhai',
		line: 2,
		column: 1,
		stack: [],
		details: null
	};
	const report = { calls: [], error } as unknown as RunReport;
	expect(runNotesOf(report, 'a.rhai', [problem as Problem])).toEqual([
		{ line: 2, kind: 'error', text: '', failed: true }
	]);
	expect(runNotesOf(report, 'a.rhai', [])[0]?.text).toBe('no such name');
});
