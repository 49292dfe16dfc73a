import { expect, test, vi } from 'vitest';
import type { Event } from './types/Event';

type Heard = (event: { payload: Event }) => void;

const listeners: Heard[] = [];

vi.mock('@tauri-apps/api/event', () => ({
	// As the window does it: nothing is heard before the call has been there and back.
	listen: async (_: string, heard: Heard) => {
		await new Promise((wake) => setTimeout(wake, 5));
		listeners.push(heard);
	}
}));

test('who begins to listen hears the very next event', async () => {
	const { tauri } = await import('./tauri');
	const event: Event = { kind: 'sign_in_page', id: 'a', url: 'https://acme.okta.com/authorize' };
	const send = () => listeners.forEach((heard) => heard({ payload: event }));
	tauri.listen(() => undefined);
	await new Promise((wake) => setTimeout(wake, 20));

	const heard: Event[] = [];
	const stop = tauri.listen((event) => heard.push(event));
	send();
	expect(heard).toEqual([event]);
	stop();
	send();
	expect(heard).toHaveLength(1);
});
