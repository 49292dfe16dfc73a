import { expect, test } from 'vitest';
import type { Field } from '../backend/types/Field';
import type { JsonValue } from '../backend/types/serde_json/JsonValue';
import {
	controlOf,
	errorAt,
	fieldError,
	isShown,
	linesOf,
	listOf,
	objectOf,
	pairsOf,
	startingValues,
	typedValue,
	withChoice,
	withList
} from './form-values';

function field(change: Partial<Field>): Field {
	return {
		name: 'a',
		label: null,
		hint: null,
		type: 'string',
		format: null,
		required: false,
		default: null,
		options: [],
		pick_list: null,
		depends_on: [],
		of: null,
		properties: [],
		control: null,
		secret: false,
		when: null,
		sticky: false,
		convert: null,
		nullable: false,
		...change
	};
}

test('typed text becomes the JSON its field asks for', () => {
	expect(typedValue(field({}), '12')).toBe('12');
	expect(typedValue(field({ type: 'integer' }), '12')).toBe(12);
	expect(typedValue(field({ type: 'number' }), '1.5')).toBe(1.5);
	expect(typedValue(field({}), '')).toBeUndefined();
});

test('text that is no number is kept and named under the field', () => {
	const age = field({ type: 'integer' });
	const value = typedValue(age, 'twelve');
	expect(value).toBe('twelve');
	expect(fieldError(age, value)).toBe('Needs a whole number.');
	expect(fieldError(age, 1.5)).toBe('Needs a whole number.');
});

test('a required field without a value says so', () => {
	expect(fieldError(field({ required: true, label: 'User' }), undefined)).toBe('User is required.');
	expect(fieldError(field({ required: true, nullable: true }), null)).toBeNull();
});

test('a form begins with what was given, then defaults, and keeps keys it does not know', () => {
	const fields = [field({ name: 'a', default: 1 }), field({ name: 'b', default: 2 })];
	expect(startingValues(fields, { a: 5, other: true })).toEqual({ a: 5, b: 2, other: true });
});

test('fields are drawn as their type says', () => {
	expect(controlOf(field({ type: 'boolean' }))).toBe('switch');
	expect(controlOf(field({ options: [{ value: 1, label: 'One' }] }))).toBe('select');
	expect(controlOf(field({ secret: true }))).toBe('password');
	expect(controlOf(field({ type: 'array' }))).toBe('json');
	expect(controlOf(field({ format: 'date-time' }))).toBe('date-time');
});

test('a field with a condition shows only when it holds', () => {
	const shown = field({ when: { field: 'kind', equals: 'a' } });
	expect(isShown(shown, { kind: 'a' })).toBe(true);
	expect(isShown(shown, { kind: 'b' })).toBe(false);
});

test('a field waits for the value of another in every way the engine knows', () => {
	const shown = (when: Field['when'], value: JsonValue) => isShown(field({ name: 'b', when }), { a: value });
	expect(shown({ field: 'a', not_equals: 'x' }, 'y')).toBe(true);
	expect(shown({ field: 'a', not_equals: 'x' }, 'x')).toBe(false);
	expect(shown({ field: 'a', in: [1, 2] }, 2)).toBe(true);
	expect(shown({ field: 'a', in: [1, 2] }, 3)).toBe(false);
	expect(shown({ field: 'a', exists: false }, null)).toBe(true);
	expect(shown({ field: 'a' }, null)).toBe(false);
});

test('a pick list makes a select that keeps a value it does not hold', () => {
	const group = field({ pick_list: 'groups', hint: 'Which group' });
	const list = { options: [{ value: 1, label: 'Everyone' }], note: null };
	expect(controlOf(group)).toBe('text');
	expect(controlOf(withList(group, list, 1))).toBe('select');
	expect(withList(group, list, 9).options.map((option) => option.label)).toEqual(['Everyone', '9']);
	expect(withList(group, { options: [], note: 'Loading' }, undefined).hint).toBe('Loading');
});

test('a list of known values is chosen from, in their order', () => {
	const options = ['a', 'b', 'c'].map((value) => ({ value, label: value }));
	const list = field({ type: 'array', of: field({ options }) });
	expect(controlOf(list)).toBe('multiselect');
	expect(withChoice(list, undefined, 'b', true)).toEqual(['b']);
	expect(withChoice(list, ['other', 'b'], 'a', true)).toEqual(['a', 'b', 'other']);
	expect(withChoice(list, ['b'], 'b', false)).toBeUndefined();
	expect(controlOf(withList(field({ type: 'array' }), { options, note: null }, undefined))).toBe('multiselect');
});

test('an object of texts is a table of names and values, any other is JSON', () => {
	expect(controlOf(field({ type: 'object', control: 'key_value' }))).toBe('key-value');
	expect(pairsOf({ a: '1' })).toEqual([{ name: 'a', value: '1' }]);
	expect(pairsOf({ a: 1 })).toBeNull();
	expect(
		objectOf([
			{ name: 'a', value: '1' },
			{ name: '', value: 'x' },
			{ name: 'a', value: '2' }
		])
	).toEqual({ a: '2' });
	expect(objectOf([])).toBeUndefined();
});

test('an object of known parts is a group, a list of texts is lines', () => {
	expect(controlOf(field({ type: 'object', properties: [field({})] }))).toBe('group');
	expect(controlOf(field({ type: 'object', properties: [field({})], control: 'key_value' }))).toBe('key-value');
	expect(controlOf(field({ type: 'array', of: field({ type: 'integer' }) }))).toBe('lines');
	expect(controlOf(field({ type: 'array', of: field({ type: 'object' }) }))).toBe('json');
	expect(controlOf(field({ type: 'array' }))).toBe('json');
});

test('lines are a list and back, as long as a line can hold each value', () => {
	const numbers = field({ type: 'array', of: field({ type: 'integer' }) });
	expect(listOf(numbers, '1\n\n 2\nthree\n')).toEqual([1, 2, 'three']);
	expect(listOf(numbers, ' \n')).toBeUndefined();
	expect(linesOf(['a', 2])).toBe('a\n2');
	expect(linesOf(undefined)).toBe('');
	expect(linesOf([{ a: 1 }])).toBeNull();
	expect(linesOf(['two\nlines'])).toBeNull();
});

test('what is wrong stands at its path, or at the control that draws it whole', () => {
	const errors = { 'profile.email': 'must be an email address', 'tags[1]': 'must be text' };
	expect(errorAt(errors, 'profile.email', true)).toBe('Must be an email address.');
	expect(errorAt(errors, 'profile', false)).toBeNull();
	expect(errorAt(errors, 'profile', true)).toBe('profile.email must be an email address.');
	expect(errorAt(errors, 'tags', true)).toBe('tags[1] must be text.');
	expect(errorAt(errors, 'tag', true)).toBeNull();
});
