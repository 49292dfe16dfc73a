import { expect, test } from 'vitest';
import { fuzzy, pieces, rank } from './fuzzy';

function best(query: string, ...names: string[]): string[] {
	return rank(query, names, (name) => name).map((each) => each.item);
}

test('a word at the start goes before the same word inside', () => {
	expect(best('user', 'create_user', 'user', 'list_users')).toEqual(['user', 'list_users', 'create_user']);
});

test('the first letters of words find the whole', () => {
	expect(best('ma', 'Show all commands', 'Make action', 'Email')[0]).toBe('Make action');
	expect(best('gu', 'groups', 'get_user')).toEqual(['get_user']);
});

test('scattered letters count only where nothing else fits', () => {
	expect(best('get', 'Light or dark as the system', 'Get a user')).toEqual(['Get a user']);
	expect(best('gtusr', 'get_user', 'create_user')).toEqual(['get_user']);
});

test('a letter that is missing rules a name out', () => {
	expect(fuzzy('xyz', 'get_user', true)).toBeNull();
});

test('matched letters are told apart', () => {
	const match = fuzzy('gu', 'get_user');
	expect(pieces('get_user', match?.at ?? [])).toEqual([
		{ text: 'g', hit: true },
		{ text: 'et_', hit: false },
		{ text: 'u', hit: true },
		{ text: 'ser', hit: false }
	]);
});
