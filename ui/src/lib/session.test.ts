import { describe, expect, test, vi } from 'vitest';
import { BackendError } from '../backend/error';
import { fake } from '../backend/fake';
import { Session } from './session.svelte';

async function open() {
	const backend = fake({ open: true });
	const session = new Session(backend);
	await session.open(await backend.workspace());
	return { backend, session };
}

describe('session', () => {
	test('opening a workspace picks its first connector that can be read', async () => {
		const { session } = await open();
		expect(session.tree?.id).toBe('okta');
		expect(session.active?.sandbox).toBe(true);
		expect(session.sandbox?.users).toBe(250);
		expect([session.errors, session.warnings]).toEqual([0, 1]);
	});

	test('a connector that cannot be read has no problems beside its error', async () => {
		const { session } = await open();
		await session.chooseConnector('slack');
		expect(session.tree?.error?.message).toContain('connector.toml');
		expect(session.problems).toEqual([]);
	});

	test('refreshing keeps the connector and sees new files', async () => {
		const { backend, session } = await open();
		await backend.createFile('okta', 'action', 'reset_password');
		await session.refresh();
		const actions = session.tree?.groups.find((group) => group.kind === 'action');
		expect(actions?.entries.map((entry) => entry.label)).toContain('reset_password');
	});

	test('a long run that ends while nobody looks is told by the system', async () => {
		const { backend, session } = await open();
		const told: string[] = [];
		backend.notify = async (text) => void told.push(text);
		const focus = vi.spyOn(document, 'hasFocus').mockReturnValue(false);
		session.ended('quick', 9_999);
		session.ended('get_user succeeded', 10_000);
		focus.mockReturnValue(true);
		session.ended('seen', 60_000);
		expect(told).toEqual(['get_user succeeded']);
		expect(session.announcement).toBe('seen');
	});

	test('another connection forgets the rate limit of the last one', async () => {
		const { session } = await open();
		session.rateLimit = { limit: 600, remaining: 1, reset: 0 };
		await session.chooseConnection('acme');
		expect(session.active?.name).toBe('acme');
		expect(session.rateLimit).toBeNull();
	});

	test('messages go after a while, failures stay, three at most', () => {
		vi.useFakeTimers();
		const session = new Session(fake());
		session.toast('one');
		session.toast('two');
		session.fail(new BackendError({ code: 'conflict', message: 'changed on disk', hint: 'Load it again.' }));
		session.toast('four');
		expect(session.toasts.map((toast) => toast.text)).toEqual(['two', 'changed on disk', 'four']);
		vi.advanceTimersByTime(6000);
		expect(session.toasts).toMatchObject([{ text: 'changed on disk', hint: 'Load it again.', tone: 'bad' }]);
		vi.useRealTimers();
	});
});
