import { EditorView } from '@codemirror/view';
import { expect, test } from 'vitest';
import { breakpointGutter, markBreakpoints } from './breakpoints';
import { wayAt } from './value-hover';

/** An editor with a breakpoint at line 2 of three, and where it was said to have moved to. */
function marked() {
	const moves: number[] = [];
	const moved = (lines: ReadonlyMap<number, number>) => void moves.push(lines.get(7) ?? 0);
	const gutter = breakpointGutter({ toggle: () => undefined, menu: () => undefined, moved });
	const view = new EditorView({ doc: 'one\ntwo\nthree', extensions: gutter });
	view.dispatch({ effects: markBreakpoints([{ id: 7, line: 2, look: 'solid', words: 'Breakpoint' }]) });
	return { view, moves };
}

test('a breakpoint moves with its line', () => {
	const { view, moves } = marked();
	view.dispatch({ changes: { from: 0, insert: 'zero\n' } });
	view.dispatch({ changes: { from: view.state.doc.line(3).from, insert: '\n' } });
	view.dispatch({ changes: { from: view.state.doc.line(4).from, insert: '    ' } });
	expect(moves).toEqual([3, 4]);
	view.dispatch({ changes: { from: view.state.doc.line(3).from, to: view.state.doc.line(4).from } });
	expect(moves).toEqual([3, 4, 3]);
});

test('where another text takes the place of all, a breakpoint keeps its line', () => {
	const { view, moves } = marked();
	view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: 'ONE\nTWO\nTHREE\nFOUR' } });
	view.dispatch({ changes: { from: 0, insert: 'zero\n' } });
	expect(moves).toEqual([3]);
});

test('under the pointer is the way up to the word there, unless it is called', () => {
	const line = '    found.push(user.profile.email);';
	const way = (word: string) => wayAt(line, line.indexOf(word) + 1)?.text ?? null;
	expect([way('user'), way('profile'), way('email'), way('found'), way('push')]).toEqual([
		'user',
		'user.profile',
		'user.profile.email',
		'found',
		null
	]);
});
