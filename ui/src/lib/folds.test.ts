import { expect, test } from 'vitest';
import { Folds } from './folds';

test('folded lines leave the rows, and come back', () => {
	const folds = new Folds();
	folds.toggle(2, 5);
	expect(folds.hidden).toBe(3);
	expect([0, 1, 2, 3, 4].map((row) => folds.lineAt(row))).toEqual([0, 1, 2, 6, 7]);
	expect([0, 2, 4, 5, 6].map((line) => folds.rowOf(line))).toEqual([0, 2, 2, 2, 3]);
	folds.toggle(2, 5);
	expect(folds.hidden).toBe(0);
	expect(folds.lineAt(4)).toBe(4);
});

test('a fold inside a fold counts once, and is still there when the outer one opens', () => {
	const folds = new Folds();
	folds.toggle(3, 4);
	folds.toggle(1, 6);
	expect(folds.hidden).toBe(5);
	folds.toggle(1, 6);
	expect(folds.hidden).toBe(1);
	expect(folds.has(3)).toBe(true);
});

test('rows and lines agree over many folds', () => {
	const folds = new Folds();
	for (let head = 0; head < 2_000; head += 10) folds.toggle(head, head + 4);
	for (const row of [0, 1, 5, 6, 599, 600, 1100]) expect(folds.rowOf(folds.lineAt(row))).toBe(row);
	expect(folds.hidden).toBe(800);
});
