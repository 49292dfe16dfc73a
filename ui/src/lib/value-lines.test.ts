import { expect, test } from 'vitest';
import { linesOfText, linesOfValue } from './value-lines';

const shown = (lines: ReturnType<typeof linesOfValue>) => lines.map((each) => '  '.repeat(each.depth) + each.text);

test('a value is laid out as a tree that folds', () => {
	const lines = linesOfValue({ id: 1, tags: ['a', null], 'odd name': {} });
	expect(shown(lines)).toEqual(['{', '  id: 1', '  tags: [', '    "a"', '    null', '  ]', '  "odd name": {}', '}']);
	expect([lines[0]?.fold_end, lines[2]?.fold_end, lines[1]?.fold_end]).toEqual([7, 5, null]);
	expect(lines[1]?.spans).toEqual([0, 2, 7, 4, 5, 5]);
});

test('a text is a tree where it is JSON, else lines', () => {
	expect(shown(linesOfText('{"a":1}'))).toEqual(['{', '  a: 1', '}']);
	expect(shown(linesOfText('one\ntwo'))).toEqual(['one', 'two']);
	expect(shown(linesOfText('17'))).toEqual(['17']);
});
