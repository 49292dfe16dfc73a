import { describe, expect, test } from 'vitest';
import { joinUrl, splitUrl } from './request-url';

const url = '{{base_url}}/api/v1/users';

describe('the URL bar and the query rows', () => {
	test('show the same parameters', () => {
		const query = [
			{ name: 'limit', value: '20' },
			{ name: 'q', value: '{{name}}', description: 'Who' },
			{ name: 'filter', value: 'status eq "ACTIVE"', enabled: false }
		];
		const text = joinUrl(url, query);
		expect(text).toBe(`${url}?limit=20&q={{name}}`);
		expect(splitUrl(text, query)).toEqual({ url, query });
	});

	test('keep the description of a row whose value or name is typed over', () => {
		const before = [{ name: 'limit', value: '20', description: 'How many' }];
		expect(splitUrl(`${url}?limit=50`, before).query).toEqual([
			{ name: 'limit', value: '50', description: 'How many' }
		]);
		expect(splitUrl(`${url}?limits=20`, before).query).toEqual([
			{ name: 'limits', value: '20', description: 'How many' }
		]);
	});

	test('lose only rows that are taken out of the URL', () => {
		const before = [
			{ name: 'a', value: '1' },
			{ name: 'b', value: '2', enabled: false },
			{ name: 'c', value: '3' }
		];
		expect(splitUrl(`${url}?c=3`, before).query.map((row) => row.name)).toEqual(['b', 'c']);
		expect(splitUrl(url, before).query.map((row) => row.name)).toEqual(['b']);
	});

	test('escape what would break a parameter in two, and nothing else', () => {
		const query = [{ name: 'search', value: 'a&b = 50% +x' }];
		const text = joinUrl(url, query);
		expect(splitUrl(text, []).query).toEqual(query);
		expect(joinUrl(url, [{ name: 'f', value: 'a eq "b"' }])).toBe(`${url}?f=a eq "b"`);
	});
});
