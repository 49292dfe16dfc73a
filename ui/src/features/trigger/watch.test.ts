import { afterEach, expect, test, vi } from 'vitest';
import { fake } from '../../backend/fake';
import { BackendError } from '../../backend/error';
import { Session } from '../../lib/session.svelte';
import { stateOf } from './hooks.svelte';
import { TriggerWatch } from './watch.svelte';
import { aboutDelivery, actorOf, targetOf } from './wording';

const file = { connector: 'okta', path: 'triggers/new_user_created.rhai' };

async function open() {
	const backend = fake({ open: true });
	const session = new Session(backend);
	await session.open(await backend.workspace());
	const watch = new TriggerWatch(backend, session);
	backend.listen((event) => watch.hear(event));
	await watch.choose(file);
	return { backend, session, watch };
}

afterEach(() => {
	vi.useRealTimers();
});

test('a poll brings events, newest first, and drops what came before', async () => {
	const { watch } = await open();
	await watch.poll();
	await watch.poll();
	expect([watch.emitted, watch.duplicates]).toEqual([2, 1]);
	expect(watch.view?.cursor).toBe('/api/v1/logs?after=2');
	expect(watch.last?.report.pages[0]?.calls.length).toBe(1);
	watch.shown = 'duplicates';
	expect(watch.rows.map((each) => each.key)).toEqual(['key-of-event-1']);
	watch.shown = 'all';
	watch.filter = 'mary';
	expect(watch.rows.map((each) => targetOf(each.event))).toEqual(['Mary Jackson']);
});

test('a poll asked for before the trigger is known waits for it', async () => {
	const { watch } = await open();
	watch.clear();
	const chosen = watch.choose(file);
	expect(watch.view).toBeNull();
	await Promise.all([watch.createSampleUser(), chosen]);
	expect(watch.polls.length).toBe(1);
});

test('it polls by itself until it is paused', async () => {
	const { watch } = await open();
	vi.useFakeTimers();
	watch.setEvery(15);
	watch.start();
	await vi.advanceTimersByTimeAsync(0);
	expect(watch.polls.length).toBe(1);
	expect(watch.nextMs).toBe(Date.now() + 15_000);
	await vi.advanceTimersByTimeAsync(30_000);
	expect(watch.polls.length).toBe(3);
	watch.pause();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(watch.polls.length).toBe(3);
	expect(watch.nextMs).toBeNull();
});

test('the cursor can be put elsewhere, and what is known forgotten', async () => {
	const { watch } = await open();
	await watch.poll();
	expect(await watch.setCursor({ newest: 'never' })).toBe(true);
	expect(watch.view?.cursor).toEqual({ newest: 'never' });
	expect(watch.view?.known).toBe(1);
	await watch.forgetEvents();
	expect(watch.view?.known).toBe(0);
	await watch.rewind();
	expect(watch.view?.cursor).toBeNull();
});

test('skipping to now shows nothing of what was passed over', async () => {
	const { watch, session } = await open();
	await watch.skipToNow();
	expect(watch.events).toEqual([]);
	expect(watch.view?.cursor).toBe('/api/v1/logs?after=1');
	expect(session.announcement).toBe('Passed over 1 event');
});

test('an event is handed on once more, and to a flow', async () => {
	const { watch, backend } = await open();
	const handed: string[] = [];
	backend.handEventToFlow = async (flow) => void handed.push(flow);
	await watch.poll();
	await watch.replay(watch.event!, 'onboarding');
	expect(handed).toEqual(['onboarding']);
	expect(watch.emitted).toBe(2);
	backend.handEventToFlow = () => Promise.reject(new BackendError({ message: 'The handler failed.' }));
	await watch.replay(watch.event!, 'onboarding');
	expect(watch.failure?.message).toBe('The handler failed.');
	expect(watch.emitted).toBe(2);
});

test('a sample user is made in the sandbox org only, and looked for', async () => {
	const { watch, session } = await open();
	expect((await watch.createSampleUser())?.name).toBe('Alma Abel');
	expect(watch.polls.length).toBe(1);
	session.connections = session.connections.map((each) => ({ ...each, sandbox: false }));
	expect(await watch.createSampleUser()).toBeNull();
});

test('a poll that fails says why and keeps what was found', async () => {
	const { watch, backend } = await open();
	await watch.poll();
	const report = watch.last!.report;
	const error = { ...(watch.failure ?? {}), code: 'http_403', message: 'No scope for the log.', hint: 'Grant it.' };
	backend.pollTrigger = async () => ({ ...report, pages: [], ended: 'failed', error: error as never });
	await watch.poll();
	expect(watch.failure?.message).toBe('No scope for the log.');
	expect(watch.events.length).toBe(1);
	expect(watch.last?.failed).toBe(true);
});

test('a listener is verified, takes deliveries, and gives its subscription back', async () => {
	const { watch } = await open();
	const { hooks } = watch;
	const listening = hooks.start();
	await vi.waitFor(() => expect(hooks.deliveries.length).toBe(3));
	expect(hooks.url).toMatch(/\/hooks\/new_user_created$/);
	expect(hooks.deliveries.map(stateOf)).toEqual(['rejected', 'emitted', 'verified']);
	expect(hooks.subscribed).toBe(true);
	expect(watch.events.map((each) => each.by)).toEqual(['hook']);
	hooks.shown = 'rejected';
	expect(hooks.rows.length).toBe(1);
	await hooks.stop();
	await listening;
	expect([hooks.listener, hooks.url, watch.view?.subscription]).toEqual([null, null, null]);
});

test('a delivery is replayed without being handed on', async () => {
	const { watch } = await open();
	const { hooks } = watch;
	const listening = hooks.start();
	await vi.waitFor(() => expect(hooks.deliveries.length).toBe(3));
	const events = watch.events.length;
	await hooks.select(hooks.verified!.id);
	expect(hooks.replayed?.body).toContain('verification');
	expect(watch.events.length).toBe(events);
	await hooks.stop();
	await listening;
});

test('another trigger begins with nothing of the one before', async () => {
	const { watch } = await open();
	watch.start();
	await vi.waitFor(() => expect(watch.polls.length).toBe(1));
	await watch.choose({ ...file, path: 'triggers/other.rhai' });
	expect([watch.live, watch.events, watch.polls]).toEqual([false, [], []]);
});

test('rows name what an event is about, whatever the service calls it', () => {
	expect(targetOf({ target: [{ displayName: 'Ada' }] })).toBe('Ada');
	expect(targetOf({ profile: { login: 'ada@acme.example' } })).toBe('ada@acme.example');
	expect(targetOf([1, 2])).toBe('[1,2]');
	expect(actorOf({ actor: { alternateId: 'hr' } })).toBe('hr');
	expect(aboutDelivery('{"event_type":"paid","id":"ev_1"}')).toEqual({ kind: 'paid', target: 'ev_1' });
	expect(aboutDelivery('plain text')).toEqual({ kind: '', target: 'plain text' });
});
