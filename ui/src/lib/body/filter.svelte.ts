/** A JSONPath or jq filter over a body; what it gives is a body of its own. */
import type { Backend } from '../../backend';
import { failureOf, type Failure } from '../failure';
import { BodyViewer } from './viewer.svelte';
import { BodyWork } from './work.svelte';

const WAIT_MS = 250;

export class BodyFilter {
	text = $state('');
	recent = $state.raw<string[]>([]);
	result = $state.raw<BodyViewer | null>(null);
	/** How many values it gave. */
	values = $state(0);
	error = $state.raw<Failure | null>(null);
	readonly work: BodyWork;
	/** Hears of another result, or that there is none. */
	onresult: ((result: BodyViewer | null) => void) | undefined;
	readonly #backend: Backend;
	#body: string | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(backend: Backend) {
		this.#backend = backend;
		this.work = new BodyWork(backend);
	}

	/** Filters another body from now on, with the same filter. */
	async attach(body: string | null): Promise<void> {
		this.#body = body;
		await this.apply();
	}

	/** Filters shortly after the last key. */
	type(text: string): void {
		this.text = text;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.apply(), WAIT_MS);
	}

	async choose(text: string): Promise<void> {
		this.text = text;
		await this.apply(true);
	}

	/** Filters now; `remember` where the filter is done, not while it is being typed. */
	async apply(remember = false): Promise<void> {
		clearTimeout(this.#timer);
		const filter = this.text.trim();
		const body = this.#body;
		this.error = null;
		if (filter === '' || body === null) {
			this.work.stop();
			this.#show(null);
			return;
		}
		try {
			const done = await this.work.run((id) => this.#backend.filterBody({ id, body, filter: this.text, remember }));
			if (!done) return;
			const viewer = new BodyViewer(this.#backend, done.body, this.result?.view ?? null);
			await viewer.begin();
			this.values = done.values;
			this.#show(viewer);
		} catch (thrown) {
			// The last result stays while a filter is being typed.
			this.error = failureOf(thrown);
		}
	}

	async loadRecent(): Promise<void> {
		this.recent = await this.#backend.recentFilters().catch(() => []);
	}

	#show(viewer: BodyViewer | null): void {
		if (this.result === viewer) return;
		this.result?.close();
		this.result = viewer;
		this.onresult?.(viewer);
	}
}
