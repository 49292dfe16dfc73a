/** A trigger in memory: each poll finds a user and hands an old one again; a listener hears one delivery. */
import type { Backend } from './index';
import { call } from './fake-okta';
import { BackendError } from './error';
import type { DeliveryView } from './types/DeliveryView';
import type { Event } from './types/Event';
import type { JsonValue } from './types/serde_json/JsonValue';

type Triggers = Pick<
	Backend,
	| 'triggerView'
	| 'pollTrigger'
	| 'setTriggerCursor'
	| 'forgetTriggerEvents'
	| 'rewindTrigger'
	| 'listenTrigger'
	| 'unsubscribeTrigger'
	| 'triggerDeliveries'
	| 'replayDelivery'
	| 'handEventToFlow'
	| 'createSampleUser'
	| 'cancel'
>;

const PEOPLE = ['Katherine Johnson', 'Dorothy Vaughan', 'Mary Jackson', 'Annie Easley', 'Hedy Lamarr'];
const URL = 'http://127.0.0.1:40123/hooks/new_user_created';

export function fakeTriggers(tell: (event: Event) => void): Triggers {
	let cursor: JsonValue = null;
	let polls = 0;
	let known = 0;
	let subscribed = false;
	let deliveries: DeliveryView[] = [];
	const listeners = new Map<string, () => void>();

	const event = (at: number): JsonValue => ({
		uuid: `5f0b83e2-6c1f-11f0-9c41-${String(at).padStart(12, '0')}`,
		eventType: 'user.lifecycle.create',
		actor: { displayName: 'HR import' },
		target: [{ type: 'User', displayName: PEOPLE[at % PEOPLE.length] ?? '' }]
	});
	const found = (at: number, duplicate: boolean) => ({ key: `key-of-event-${at}`, duplicate, event: event(at) });

	function deliver(id: string, more: Partial<DeliveryView>): void {
		const delivery: DeliveryView = {
			id: deliveries.length + 1,
			received_ms: Date.now(),
			method: 'POST',
			query: '',
			headers: [{ name: 'authorization', value: '••••••••' }],
			body: JSON.stringify({ data: { events: [event(7)] } }, null, 2),
			status: 200,
			events: 1,
			error: null,
			...more
		};
		deliveries = [delivery, ...deliveries];
		const events = delivery.events > 0 ? [found(7, false)] : [];
		tell({
			kind: 'trigger_heard',
			id,
			heard: { what: 'delivered', delivery: delivery.id, events, duplicates: 0, time_ms: 4 }
		});
	}

	return {
		triggerView: async () => ({
			polls: true,
			listens: true,
			subscribes: true,
			dedupes: true,
			cursor,
			known,
			subscription: subscribed ? { url: URL, since_ms: Date.now(), value: { id: 'who1' } } : null,
			flows: ['onboarding']
		}),
		pollTrigger: async (poll) => {
			if (poll.trigger.connection === null) {
				throw new BackendError({ code: 'usage', message: 'no connection is chosen', hint: 'Choose one first.' });
			}
			polls++;
			known = Math.max(known, polls);
			cursor = `/api/v1/logs?after=${polls}`;
			const events = [found(polls, false), ...(polls > 1 ? [found(polls - 1, true)] : [])];
			const page = {
				number: polls,
				events,
				cursor,
				calls: [call('/api/v1/logs', 1, 9, 117, 1)],
				console: [],
				time_ms: 12
			};
			return { pages: [page], ended: 'caught_up', error: null, time_ms: 14 };
		},
		setTriggerCursor: async (_trigger, wanted) => void (cursor = wanted),
		forgetTriggerEvents: async () => void (known = 0),
		rewindTrigger: async () => {
			cursor = null;
			known = 0;
		},
		listenTrigger: async ({ id, public_url }) => {
			tell({ kind: 'trigger_heard', id, heard: { what: 'listening', url: public_url ?? URL } });
			deliver(id, { method: 'GET', body: '', events: 0 });
			subscribed = true;
			tell({ kind: 'trigger_heard', id, heard: { what: 'subscribed', back: false, error: null } });
			deliver(id, {});
			deliver(id, { status: 401, events: 0 });
			await new Promise<void>((stopped) => listeners.set(id, stopped));
			subscribed = false;
		},
		unsubscribeTrigger: async () => void (subscribed = false),
		triggerDeliveries: async () => deliveries,
		replayDelivery: async (_trigger, id) => {
			const delivery = deliveries.find((each) => each.id === id);
			const status = delivery?.status ?? 500;
			const challenged = delivery?.method === 'GET';
			return {
				status,
				headers: challenged ? [{ name: 'content-type', value: 'application/json' }] : [],
				body: challenged ? '{\n  "verification": "abc"\n}' : '',
				events: delivery && delivery.events > 0 ? [event(7)] : [],
				error: null,
				console: [],
				time_ms: 3
			};
		},
		handEventToFlow: async () => undefined,
		createSampleUser: async () => ({
			id: '00u9',
			name: 'Alma Abel',
			detail: 'alma.abel@acme.example',
			status: 'STAGED'
		}),
		cancel: async (id) => {
			listeners.get(id)?.();
			listeners.delete(id);
		}
	};
}
