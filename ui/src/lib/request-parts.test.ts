import { expect, test } from 'vitest';
import { fromText, toText } from './bulk';
import { faultPlace, formatJson } from './format-json';
import { looksLikeUrl, withPathVariables } from './request-url';
import { suggestHeaderValue, suggestVariable } from './suggest';
import { describeVariable, isMissing, variablesIn } from './variables';

test('rows go to text and back, descriptions and all', () => {
	const rows = [
		{ name: 'Accept', value: 'application/json', enabled: true, description: 'what comes' },
		{ name: 'If-Match', value: '{{etag: no}}', enabled: false, description: '' }
	];
	expect(toText(rows)).toBe('Accept: application/json\n// If-Match: {{etag: no}}');
	expect(fromText(toText(rows), rows)).toEqual(rows);
	expect(fromText('limit=20\nq\t1', [])).toMatchObject([
		{ name: 'limit', value: '20' },
		{ name: 'q', value: '1' }
	]);
});

test('path parameters of a pasted URL become variables, ports and queries stay', () => {
	expect(withPathVariables('https://acme.okta.com:8443/users/:id/groups?at=10:30')).toBe(
		'https://acme.okta.com:8443/users/{{id}}/groups?at=10:30'
	);
	expect(['https://a.b/c', '/api/:id', '{{base_url}}/x', 'curl https://a.b', 'a/b'].map(looksLikeUrl)).toEqual([
		true,
		true,
		true,
		false,
		false
	]);
});

test('JSON is laid out around its variables', () => {
	expect(formatJson('{"id":{{id}},"to":"{{user}}@acme.example","n":1}')).toBe(
		'{\n  "id": {{id}},\n  "to": "{{user}}@acme.example",\n  "n": 1\n}'
	);
	expect(formatJson('{"id":}')).toBeNull();
	expect(faultPlace('{\n  "id":}')).toMatch(/^Line 2, column 8: /);
});

test('calls with quoted arguments are found whole', () => {
	const text = '{{now("date", "-1d")}} {{ user }} {{prompt("Who }} is it?")}}';
	expect(variablesIn(text).map((use) => use.name)).toEqual(['now("date", "-1d")', 'user', 'prompt("Who }} is it?")']);
	const failed = { name: 'file("x")', scope: null, value: null, secret: false, reason: 'there is no file' };
	expect([isMissing(undefined, 'user'), isMissing(undefined, 'uuid()'), isMissing(failed, failed.name)]).toEqual([
		true,
		false,
		true
	]);
	expect(describeVariable(failed, failed.name).source).toBe('there is no file.');
});

test('a cell completes variables between braces, and what a header usually says', async () => {
	const names = async () => ({
		variables: [{ name: 'user', scope: 'request' as const, value: 'ada', secret: false, reason: null }],
		functions: [{ name: 'uuid', signature: 'uuid()', meaning: 'A random UUID.' }]
	});
	const found = await suggestVariable('id-{{us}}', 7, names);
	expect(found).toMatchObject({ from: 3, to: 9, items: [{ value: '{{user}}' }] });
	expect(await suggestVariable('plain', 5, names)).toBeNull();
	expect(suggestHeaderValue('authorization', 'ssws').items).toEqual([{ value: 'SSWS {{token}}' }]);
});
