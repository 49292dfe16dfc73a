import { expect, test } from 'vitest';
import { treeLines } from '../backend/fake-text';
import { valueOf } from './line-value';

const value = { id: 'a "b"', 'odd key': [1, { deep: null }], empty: {}, list: [] };

test('a text is copied as it reads, a number as it is written', () => {
	const line = (text: string) => ({ text, depth: 1, fold_end: null, spans: [], cut: false });
	expect(valueOf([line(String.raw`id: "a \"b\", c",`)])).toBe('a "b", c');
	expect(valueOf([line('size: 12345678901234567890,')])).toBe('12345678901234567890');
	expect(valueOf([line('"one: two": "three: four"')])).toBe('three: four');
	expect(valueOf([line('"x: y"')])).toBe('x: y');
});

test('an object is copied whole, as JSON', () => {
	expect(JSON.parse(valueOf(treeLines(value)) ?? '')).toEqual(value);
});

test('what was cut is not copied', () => {
	expect(valueOf([{ text: '"long', depth: 0, fold_end: null, spans: [], cut: true }])).toBeNull();
});
