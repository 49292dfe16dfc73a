/** Work of the engine on a large body: one at a time, with progress, given up when another begins. */
import type { Backend } from '../../backend';
import { failureOf } from '../failure';

/** Before this nobody needs to know that something is waited for. */
const TELL_AFTER_MS = 300;

let next = 1;

export class BodyWork {
	/** Whether it has gone on long enough to be told of. */
	slow = $state(false);
	/** From 0 to 1. */
	share = $state(0);
	readonly #backend: Backend;
	#id: string | null = null;

	constructor(backend: Backend) {
		this.#backend = backend;
	}

	/** What the work gives; null where it was given up. */
	async run<T>(work: (id: string) => Promise<T>): Promise<T | null> {
		this.stop();
		const id = `body-work-${Date.now()}-${next++}`;
		this.#id = id;
		this.share = 0;
		const silence = this.#backend.listen((event) => {
			if (event.kind === 'body_progress' && event.id === id) this.share = event.share;
		});
		const timer = setTimeout(() => (this.slow = this.#id === id), TELL_AFTER_MS);
		try {
			const done = await work(id);
			return this.#id === id ? done : null;
		} catch (thrown) {
			const failure = failureOf(thrown);
			if (this.#id !== id || failure.code === 'cancelled') return null;
			throw thrown;
		} finally {
			clearTimeout(timer);
			silence();
			if (this.#id === id) {
				this.#id = null;
				this.slow = false;
			}
		}
	}

	stop(): void {
		const id = this.#id;
		this.#id = null;
		this.slow = false;
		if (id) void this.#backend.cancel(id).catch(() => undefined);
	}
}
