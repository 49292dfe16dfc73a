import { EditorState, Text } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { expect, test } from 'vitest';
import { piecesOf } from '../token-classes';
import { changedLines } from './change-bar';
import { jsonFault } from './json-check';
import { knownVariables } from './variable-chips';
import { variableMarks } from './variable-marks';

test('JSON with variables reads, inside and outside of texts', () => {
	expect(jsonFault('{ "a": {{count}}, "b": "Hello {{name}}", "{{key}}": [1, {{x}}] }')).toBeNull();
});

test('a fault in JSON is placed where it is', () => {
	expect(jsonFault('{ "a": 1,\n  "b" 2 }')?.at).toBe(16);
	expect(jsonFault('{ "a": 1, }')?.at).toBe(10);
	expect(jsonFault('[1, 2')?.at).toBe(5 - 1);
});

test('the change bar stands beside lines that differ from the saved ones, only those', () => {
	const saved = Text.of(['a', 'b', 'c', 'd']);
	expect(changedLines(saved, Text.of(['a', 'x', 'c', 'new', 'd']))).toEqual([2, 4]);
	expect(changedLines(saved, Text.of(['a', 'd']))).toEqual([2]);
	expect(changedLines(saved, saved)).toEqual([]);
});

test('spans cut a line into pieces that say the whole line', () => {
	const pieces = piecesOf('let a = 1;', [0, 3, 1, 8, 9, 5]);
	expect(pieces.map((piece) => piece.text).join('')).toBe('let a = 1;');
	expect(pieces[0]).toEqual({ text: 'let', class: 'tok-keyword' });
});

test('variables in a body are marked, and red where nothing gives them a value', () => {
	const doc = '{"a": "{{city}}",\n "b": "{{nobody}}"}';
	const view = new EditorView({ state: EditorState.create({ doc, extensions: [variableMarks(() => undefined)] }) });
	const marked = (name: string) => [...view.dom.querySelectorAll(name)].map((each) => each.textContent);
	expect(marked('.cm-chip-open')).toEqual(['{{city}}', '{{nobody}}']);
	// Until the engine has answered nothing is called missing.
	expect(marked('.cm-chip-missing')).toEqual([]);
	const city = { name: 'city', scope: 'folder' as const, value: 'Turin', secret: false, reason: null };
	view.dispatch({ effects: knownVariables.of([city]) });
	expect(marked('.cm-chip-missing')).toEqual(['{{nobody}}']);
	view.destroy();
});
