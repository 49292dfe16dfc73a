/** The wire to the debug adapter in the engine: what is asked is answered, what happens is told. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { Message } from './protocol';

interface Asked {
	resolve: (body: unknown) => void;
	reject: (error: BackendError) => void;
}

/** One conversation with an adapter, from its start to its end. */
export class Wire {
	readonly #backend: Pick<Backend, 'startDebugAdapter' | 'debugMessage'>;
	readonly #hear: (event: string, body: unknown) => void;
	readonly #asked = new Map<number, Asked>();
	#sent = 0;
	#open = true;
	/** Messages go in the order in which they were given: each waits for the one before it. */
	#last: Promise<unknown>;

	constructor(
		backend: Pick<Backend, 'startDebugAdapter' | 'debugMessage'>,
		hear: (event: string, body: unknown) => void
	) {
		this.#backend = backend;
		this.#hear = hear;
		this.#last = backend.startDebugAdapter((message) => this.#take(message as Message));
	}

	/** Asks, and gives what is answered; rejects with the adapter's own words. */
	ask<T>(command: string, args: Record<string, unknown> = {}): Promise<T> {
		const seq = ++this.#sent;
		const answer = new Promise<T>((resolve, reject) =>
			this.#asked.set(seq, { resolve: resolve as (body: unknown) => void, reject })
		);
		const message = JSON.stringify({ seq, type: 'request', command, arguments: args });
		this.#last = this.#last
			.then(() => this.#backend.debugMessage(message))
			.catch((thrown: unknown) => {
				this.#asked.get(seq)?.reject(BackendError.from(thrown));
				this.#asked.delete(seq);
			});
		return answer;
	}

	/** Hears no more: what the adapter still says is of a run that is over. */
	close(): void {
		this.#open = false;
		for (const { reject } of this.#asked.values()) reject(new BackendError({ message: 'Debugging has ended.' }));
		this.#asked.clear();
	}

	#take(message: Message): void {
		if (!this.#open) return;
		if (message.type === 'event') {
			this.#hear(message.event ?? '', message.body ?? {});
			return;
		}
		const asked = this.#asked.get(message.request_seq ?? 0);
		if (!asked) return;
		this.#asked.delete(message.request_seq ?? 0);
		if (message.success) asked.resolve(message.body ?? {});
		else asked.reject(new BackendError({ message: message.message ?? 'The debugger gave no reason.' }));
	}
}
