/** One request being sent many times, and the figures of it. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { Load } from '../../backend/types/Load';
import type { SendRequest } from '../../backend/types/SendRequest';
import type { Session } from '../../lib/session.svelte';

let next = 1;

export class LoadRun {
	load = $state.raw<Load | null>(null);
	error = $state.raw<BackendError | null>(null);
	/** The id of the run under way. */
	running = $state<string | null>(null);

	times = $state('100');
	parallel = $state('10');
	/** Begun in a second at most; empty for no limit. */
	rate = $state('');

	/** What is wrong with the plan; null where nothing is. */
	obstacle = $derived.by(() => {
		if (!/^\d+$/.test(this.times) || Number(this.times) < 1) return 'Say how many times: 1 or more.';
		if (!/^\d+$/.test(this.parallel) || Number(this.parallel) < 1) return 'Say how many at once: 1 or more.';
		if (this.rate.trim() !== '' && !(Number(this.rate) > 0)) return 'A rate is a number above 0, or empty.';
		return null;
	});

	readonly title: string;
	readonly method: string;
	readonly #backend: Backend;
	readonly #session: Session;
	readonly #send: SendRequest;

	constructor(backend: Backend, session: Session, send: SendRequest, title: string) {
		this.#backend = backend;
		this.#session = session;
		this.#send = send;
		this.title = title;
		this.method = send.request.method;
	}

	async run(): Promise<void> {
		if (this.running !== null || this.obstacle !== null) return;
		const id = `load-${Date.now()}-${next++}`;
		this.running = id;
		this.load = null;
		this.error = null;
		const stop = this.#backend.listen((event) => {
			if (event.kind === 'load_progress' && event.id === id) this.load = event.load;
		});
		try {
			this.load = await this.#backend.loadRequest({
				send: { ...this.#send, id },
				plan: {
					times: Number(this.times),
					parallel: Number(this.parallel),
					rate: this.rate.trim() === '' ? null : Number(this.rate)
				}
			});
			const { times, failed, time_ms } = this.load;
			this.#session.ended(`${this.title}: sent ${times} times, ${failed} failed`, time_ms);
		} catch (thrown) {
			this.error = BackendError.from(thrown);
		} finally {
			stop();
			this.running = null;
		}
	}

	async stop(): Promise<void> {
		if (this.running !== null) await this.#backend.cancel(this.running).catch(() => undefined);
	}
}
