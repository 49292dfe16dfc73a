import { expect, test } from 'vitest';
import { functionAt } from './script-functions';

const SCRIPT = `//! Find
import "methods/a" as a;

fn first(list, name) {
    list[0]
}

fn all() { [] }
`;

test('a line belongs to the function that begins there or above', () => {
	expect(functionAt(SCRIPT, 5)).toEqual({ name: 'first', parameters: ['list', 'name'] });
	expect(functionAt(SCRIPT, 4)?.name).toBe('first');
	expect(functionAt(SCRIPT, 8)).toEqual({ name: 'all', parameters: [] });
});

test('above the first function there is none', () => {
	expect(functionAt(SCRIPT, 2)).toBeNull();
});
