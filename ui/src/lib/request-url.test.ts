import { describe, expect, test } from 'vitest';
import type { Pair } from '../backend/types/Pair';
import { goesElsewhere, joinUrl, splitUrl } from './request-url';

function row(name: string, value: string, change: Partial<Pair> = {}): Pair {
	return { name, value, enabled: true, description: '', ...change };
}

const url = '{{base_url}}/api/v1/users';

test('a request goes elsewhere where its origin is another than the connection’s', () => {
	const base = 'https://acme.okta.com/';
	expect(goesElsewhere('https://acme.example/a', base)).toBe(true);
	expect(goesElsewhere('http://acme.okta.com/a', base)).toBe(true);
	for (const url of ['https://ACME.okta.com:443/a', '{{base_url}}/a', '/a', 'https://{{host}}/a', 'https://x.{{d}}/a'])
		expect(goesElsewhere(url, base)).toBe(false);
	expect(goesElsewhere('https://acme.example/a', null)).toBe(false);
});

describe('the URL bar and the query rows', () => {
	test('show the same parameters', () => {
		const query = [
			row('limit', '20'),
			row('q', '{{name}}', { description: 'Who' }),
			row('filter', 'status eq "ACTIVE"', { enabled: false })
		];
		const text = joinUrl(url, query);
		expect(text).toBe(`${url}?limit=20&q={{name}}`);
		expect(splitUrl(text, query)).toEqual({ url, query });
	});

	test('keep the description of a row whose value or name is typed over', () => {
		const before = [row('limit', '20', { description: 'How many' })];
		expect(splitUrl(`${url}?limit=50`, before).query).toEqual([row('limit', '50', { description: 'How many' })]);
		expect(splitUrl(`${url}?limits=20`, before).query).toEqual([row('limits', '20', { description: 'How many' })]);
	});

	test('lose only rows that are taken out of the URL', () => {
		const before = [row('a', '1'), row('b', '2', { enabled: false }), row('c', '3')];
		expect(splitUrl(`${url}?c=3`, before).query.map((row) => row.name)).toEqual(['b', 'c']);
		expect(splitUrl(url, before).query.map((row) => row.name)).toEqual(['b']);
	});

	test('escape what would break a parameter in two, and nothing else', () => {
		const query = [row('search', 'a&b = 50% +x')];
		const text = joinUrl(url, query);
		expect(splitUrl(text, []).query).toEqual(query);
		expect(joinUrl(url, [row('f', 'a eq "b"')])).toBe(`${url}?f=a eq "b"`);
	});
});
