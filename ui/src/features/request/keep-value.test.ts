import { expect, test } from 'vitest';
import { fake } from '../../backend/fake';
import { Session } from '../../lib/session.svelte';
import { keepValue, nameOf } from './keep-value';
import { Tester } from './tester.svelte';

async function open() {
	const backend = fake({ open: true });
	const session = new Session(backend);
	await session.open(await backend.workspace());
	const tester = new Tester(backend, session);
	await tester.open({ connector: 'okta', path: 'requests/users/get_user.toml' });
	const tab = tester.active!;
	tab.edit({ capture: [], assert: [] });
	return { session, tester, tab };
}

test('a value becomes a variable once, under a name that is free', async () => {
	const { tester, tab, session } = await open();
	keepValue(tester, tab, 'capture', '$.id', '"00u1"');
	keepValue(tester, tab, 'capture', '$.id', '"00u1"');
	keepValue(tester, tab, 'capture', '$.profile.id', '"x"');
	keepValue(tester, tab, 'capture', '$.sessionToken', '"x"');
	expect(tab.draft.capture).toEqual([
		{ name: 'id', subject: '$.id' },
		{ name: 'id_2', subject: '$.profile.id' },
		{ name: 'session_token', subject: '$.sessionToken', secret: true }
	]);
	expect(tab.section).toBe('assert');
	session.toasts.at(-1)?.action?.run();
	expect(tab.draft.capture).toHaveLength(2);
});

test('a value is checked as it is, and only to be there where it would not stay exact', async () => {
	const { tester, tab } = await open();
	keepValue(tester, tab, 'assert', '$.status', '"ACTIVE"');
	keepValue(tester, tab, 'assert', '$.big', '12345678901234567890');
	keepValue(tester, tab, 'assert', '$.profile', '{"a":1}');
	keepValue(tester, tab, 'assert', '$.text', null);
	expect(tab.draft.assert).toEqual([
		{ subject: '$.status', equals: 'ACTIVE' },
		{ subject: '$.big', absent: false },
		{ subject: '$.profile', absent: false },
		{ subject: '$.text', absent: false }
	]);
});

test('a variable is called like the last member of its path', () => {
	expect(['$', '$[0]', '$.users[3].lastLogin', "$['odd key']"].map(nameOf)).toEqual([
		'value',
		'value',
		'last_login',
		'key'
	]);
});
