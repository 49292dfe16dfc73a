import { expect, test } from 'vitest';
import { rowAfter } from './line-keys';

test('keys lead by a row, a page, or to an end, and never beyond', () => {
	expect(rowAfter('ArrowDown', 3, 10, 100)).toBe(4);
	expect(rowAfter('PageUp', 3, 10, 100)).toBe(0);
	expect(rowAfter('PageDown', 95, 10, 100)).toBe(99);
	expect(rowAfter('End', 0, 10, 100)).toBe(99);
	expect(rowAfter('Enter', 0, 10, 100)).toBeNull();
});
