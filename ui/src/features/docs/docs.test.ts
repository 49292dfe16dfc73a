import { expect, test } from 'vitest';
import { fake } from '../../backend/fake';
import { markdown } from '../../lib/markdown';
import { Layout } from '../../lib/layout.svelte';
import { Session } from '../../lib/session.svelte';
import { Docs } from './docs.svelte';
import { callOf, find, functionEntry, operationEntry, wordAt, type Entry } from './entries';

const GET_USER = { method: 'GET', url: '{{base_url}}/api/v1/users/{{userId}}', name: 'Retrieve a user' };

async function opened() {
	const backend = fake({ open: true });
	backend.operations = async () => [GET_USER];
	backend.operation = async () => ({
		name: GET_USER,
		description: 'One user.',
		query: [],
		headers: [],
		body: { kind: 'none' }
	});
	const session = new Session(backend);
	await session.open(await backend.workspace());
	const docs = new Docs(backend, session, new Layout(backend));
	await docs.show();
	return { docs, session };
}

const named = (entry: Entry) => (entry.kind === 'function' ? entry.help.name : entry.operation.url);

test('one field finds functions and endpoints, the nearest name first', async () => {
	const { docs } = await opened();
	docs.text = 'get';
	expect(docs.found.map(named)).toEqual(['http.get', GET_USER.url]);
	docs.text = 'retrieve user';
	expect(docs.found.map(named)).toEqual([GET_USER.url]);
	docs.text = 'nothing has this';
	expect(docs.found).toEqual([]);
	docs.text = '';
	expect(docs.found).toHaveLength(5);
});

test('the word at the caret opens its function, with or without what stands before it', async () => {
	const { docs } = await opened();
	await docs.showAt('let all = csv.parse(text);', 15);
	expect(docs.entry).toMatchObject({ help: { name: 'csv.parse' } });
	await docs.showAt('    text.sha256()', 11);
	expect(docs.entry).toMatchObject({ help: { name: 'sha256' } });
});

test('the path of a call opens its endpoint', async () => {
	const { docs } = await opened();
	await docs.showAt('    http.get(`/api/v1/users/${encode_path(input.user)}`)', 22);
	expect(docs.entry).toMatchObject({ operation: { url: GET_USER.url } });
	expect(docs.operation?.description).toBe('One user.');
});

test('what is at a place of a line is told', () => {
	const line = 'let user = http.get(`/api/v1/users/${input.id}`); user.groups.len()';
	expect(wordAt(line, 5)).toEqual({ name: 'user' });
	expect(wordAt(line, 17)).toEqual({ name: 'http.get' });
	expect(wordAt(line, 25)).toEqual({ method: 'GET', path: '/api/v1/users/{{value}}' });
	expect(wordAt(line, line.indexOf('groups') + 2)).toEqual({ name: 'user.groups' });
	expect(wordAt('  ', 1)).toBeNull();
});

test('an endpoint is called as a script calls it', () => {
	expect(callOf(GET_USER)).toBe('http.get(`/api/v1/users/${encode_path(input.userId)}`)');
	expect(callOf({ method: 'POST', url: '{{base_url}}/api/v1/groups', name: '' })).toBe(
		'http.post("/api/v1/groups", #{  })'
	);
	expect(callOf({ method: 'OPTIONS', url: '{{base_url}}/a', name: '' })).toBe('http.request("OPTIONS", "/a").send()');
});

test('a function whose words match comes after one whose name does', () => {
	const help = (name: string, description: string) =>
		functionEntry({ name, signature: `${name}()`, description, example: '', group: 'G', file: null, options: [] });
	const entries = [help('chunk', 'Like pluck.'), help('unpluck', ''), help('pluck', ''), operationEntry(GET_USER)];
	expect(find(entries, 'pluck').map(named)).toEqual(['pluck', 'unpluck', 'chunk']);
});

test('only links to pages of the web keep their address', () => {
	const text = '[a](https://acme.example/x) [b](javascript:alert(1)) [c](file:///etc/passwd)';
	const links = markdown(text, true).match(/href="[^"]*"/g);
	expect(links).toEqual(['href="https://acme.example/x"']);
	expect(markdown(text)).not.toContain('href');
});

test('a link is followed only after its address was shown', async () => {
	const { docs } = await opened();
	const followed: string[] = [];
	docs.backend.openLink = async (address) => void followed.push(address);
	docs.asked = 'https://acme.example/x';
	expect(followed).toEqual([]);
	await docs.follow();
	expect(followed).toEqual(['https://acme.example/x']);
	expect(docs.asked).toBeNull();
});
