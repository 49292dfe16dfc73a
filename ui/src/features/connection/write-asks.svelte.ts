/** Writes to a live org that wait for a yes or a no, the oldest first. */
import type { Backend } from '../../backend';
import type { Event } from '../../backend/types/Event';
import type { Write } from '../../backend/types/Write';

export interface WriteAsk {
	id: string;
	write: Write;
}

export class WriteAsks {
	#asks = $state.raw<WriteAsk[]>([]);
	#backend: Backend;

	constructor(backend: Backend) {
		this.#backend = backend;
	}

	/** The one to answer now. */
	get first(): WriteAsk | null {
		return this.#asks[0] ?? null;
	}

	hear(event: Event): void {
		if (event.kind === 'write_asked') this.#asks = [...this.#asks, { id: event.id, write: event.write }];
		if (event.kind === 'write_settled') this.#asks = this.#asks.filter((each) => each.id !== event.id);
	}

	async answer(id: string, send: boolean, remember: boolean): Promise<void> {
		this.#asks = this.#asks.filter((each) => each.id !== id);
		await this.#backend.answerWrite(id, { send, remember });
	}
}
