/** The webhook side of a trigger: the listener on this machine, what was delivered to it, and replaying that. */
import { BackendError } from '../../backend/error';
import type { DeliveryView } from '../../backend/types/DeliveryView';
import type { Heard } from '../../backend/types/Heard';
import type { Replayed } from '../../backend/types/Replayed';
import type { TriggerWatch } from './watch.svelte';

let nextListener = 1;

export class Hooks {
	/** Newest first. */
	deliveries = $state.raw<DeliveryView[]>([]);
	selected = $state<number | null>(null);
	/** What the script makes of the delivery in hand. */
	replayed = $state.raw<Replayed | null>(null);
	replaying = $state(false);
	/** The id of the listener that runs. */
	listener = $state<string | null>(null);
	/** Where it takes deliveries; null until it does. */
	url = $state<string | null>(null);
	/** How the service reaches it, where that is not this machine. */
	publicUrl = $state('');
	subscribed = $state(false);
	filter = $state('');
	shown = $state<'all' | 'emitted' | 'rejected'>('all');
	/** How long the script took for a delivery that this window heard of, by its number. */
	took = $state.raw<Readonly<Record<number, number>>>({});

	readonly watch: TriggerWatch;

	rows = $derived.by(() => {
		const wanted = this.filter.trim().toLowerCase();
		return this.deliveries.filter((each) => {
			const state = stateOf(each);
			if (this.shown === 'emitted' && state !== 'emitted') return false;
			if (this.shown === 'rejected' && state !== 'rejected' && state !== 'failed') return false;
			return wanted === '' || `${each.method} ${each.body}`.toLowerCase().includes(wanted);
		});
	});
	delivery = $derived(this.deliveries.find((each) => each.id === this.selected) ?? null);
	/** The last answer to a question whether this address is ours. */
	verified = $derived(this.deliveries.find((each) => stateOf(each) === 'verified') ?? null);

	constructor(watch: TriggerWatch) {
		this.watch = watch;
	}

	clear(): void {
		this.deliveries = [];
		this.selected = null;
		this.replayed = null;
		this.url = null;
		this.subscribed = false;
		this.took = {};
	}

	async load(): Promise<void> {
		const { asked } = this.watch;
		if (!asked) return;
		this.deliveries = await this.watch.backend.triggerDeliveries(asked);
		if (this.selected === null && this.deliveries[0]) await this.select(this.deliveries[0].id);
	}

	/** Takes deliveries until it is stopped. */
	async start(): Promise<void> {
		const { watch } = this;
		const { asked } = watch;
		if (!asked || this.listener !== null) return;
		const id = `listener-${Date.now()}-${nextListener++}`;
		this.listener = id;
		watch.failure = null;
		const url = this.publicUrl.trim();
		try {
			await watch.backend.listenTrigger({ id, trigger: asked, public_url: url === '' ? null : url });
		} catch (thrown) {
			if (this.listener === id) watch.failure = BackendError.from(thrown);
		} finally {
			if (this.listener === id) {
				this.listener = null;
				this.url = null;
				this.subscribed = false;
				await watch.refresh();
			}
		}
	}

	async stop(): Promise<void> {
		if (this.listener === null) return;
		await this.watch.backend.cancel(this.listener).catch((thrown: unknown) => this.watch.session.fail(thrown));
	}

	/** Takes back a subscription that was left at the service. */
	async unsubscribe(): Promise<void> {
		const { asked, backend } = this.watch;
		if (!asked) return;
		try {
			await backend.unsubscribeTrigger(asked);
			await this.watch.refresh();
		} catch (thrown) {
			this.watch.failure = BackendError.from(thrown);
		}
	}

	async select(id: number): Promise<void> {
		this.selected = id;
		this.replayed = null;
		await this.replay(id);
	}

	/** Asks the script anew what it makes of a delivery; nothing is handed on or remembered. */
	async replay(id: number): Promise<void> {
		const { asked, backend } = this.watch;
		if (!asked) return;
		this.replaying = true;
		try {
			const replayed = await backend.replayDelivery(asked, id);
			if (this.selected === id) this.replayed = replayed;
		} catch (thrown) {
			this.watch.failure = BackendError.from(thrown);
		} finally {
			this.replaying = false;
		}
	}

	hear(id: string, heard: Heard): void {
		if (id !== this.listener) return;
		if (heard.what === 'listening') this.url = heard.url;
		else if (heard.what === 'subscribed') {
			this.subscribed = !heard.back && heard.error === null;
			const { error } = heard;
			if (error) this.watch.failure = new BackendError({ message: error.message, hint: error.hint ?? undefined });
			void this.watch.refresh();
		} else {
			this.took = { ...this.took, [heard.delivery]: heard.time_ms };
			this.watch.delivered(heard.events);
			void this.watch.refresh();
		}
	}
}

export type DeliveryState = 'emitted' | 'nothing' | 'verified' | 'rejected' | 'failed' | 'waiting';

/** What became of a delivery. */
export function stateOf({ status, events, error, method, body }: DeliveryView): DeliveryState {
	if (error !== null) return 'failed';
	if (status === 0) return 'waiting';
	if (status >= 400) return 'rejected';
	if (events > 0) return 'emitted';
	return method === 'GET' || body.includes('"challenge"') ? 'verified' : 'nothing';
}
