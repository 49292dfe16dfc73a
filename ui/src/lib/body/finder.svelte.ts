/** Finding text in a body: how often it is there, and which of these places is in hand. */
import type { Backend } from '../../backend';
import { failureOf } from '../failure';
import type { BodyView } from '../../backend/types/BodyView';
import type { HitPlace } from '../../backend/types/HitPlace';
import { BodyWork } from './work.svelte';

const WAIT_MS = 120;

/** What a finder searches. */
export interface Searched {
	readonly id: string;
	/** The view that places are shown in. */
	readonly lineView: BodyView;
	/** Hears that the lines tell something else now. */
	renew(): void;
}

export class Finder {
	open = $state(false);
	/** Counts wishes to type what to find; the field listens. */
	wanted = $state(0);
	text = $state('');
	case = $state(false);
	regex = $state(false);
	count = $state<number | null>(null);
	/** The number of the place in hand, from 0. */
	at = $state(0);
	place = $state.raw<HitPlace | null>(null);
	error = $state<string | null>(null);
	readonly work: BodyWork;
	readonly #backend: Backend;
	#searched: Searched | null = null;
	#kept = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(backend: Backend) {
		this.#backend = backend;
		this.work = new BodyWork(backend);
	}

	/** Searches another body from now on. */
	async attach(searched: Searched | null): Promise<void> {
		this.#searched = searched;
		this.count = null;
		this.place = null;
		if (this.open && this.text !== '') await this.search();
	}

	/** Searches shortly after the last key. */
	type(text: string): void {
		this.text = text;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.search(), WAIT_MS);
	}

	async search(): Promise<void> {
		clearTimeout(this.#timer);
		const searched = this.#searched;
		if (!searched) return;
		this.error = null;
		if (this.text === '') return this.#forget(searched);
		const find = { text: this.text, case: this.case, regex: this.regex };
		try {
			const hits = await this.work.run((id) => this.#backend.findInBody({ id, body: searched.id, find }));
			if (!hits || searched !== this.#searched) return;
			this.count = hits.count;
			this.#kept = hits.kept;
			searched.renew();
			await this.go(0);
		} catch (thrown) {
			this.error = failureOf(thrown).message;
			this.count = null;
			this.place = null;
		}
	}

	/** To the next place, or with -1 the one before; round at the ends. */
	async step(by: 1 | -1): Promise<void> {
		if (this.#kept > 0) await this.go((this.at + by + this.#kept) % this.#kept);
	}

	async go(number: number): Promise<void> {
		const searched = this.#searched;
		this.at = number;
		this.place = searched && this.count ? await this.#backend.bodyHit(searched.id, searched.lineView, number) : null;
	}

	async close(): Promise<void> {
		this.open = false;
		this.work.stop();
		if (this.#searched) await this.#forget(this.#searched);
	}

	async #forget(searched: Searched): Promise<void> {
		this.work.stop();
		this.count = null;
		this.place = null;
		await this.#backend.forgetFound(searched.id);
		searched.renew();
	}
}
