/** A body's records as a table, rows asked for in windows. */
import type { Backend } from '../../backend';
import { failureOf } from '../failure';
import type { TableCell } from '../../backend/types/TableCell';
import type { TableOrder } from '../../backend/types/TableOrder';
import type { TableSummary } from '../../backend/types/TableSummary';
import { BodyWork } from './work.svelte';

const WINDOW = 100;
const WINDOWS_KEPT = 60;

export class BodyTable {
	summary = $state.raw<TableSummary | null>(null);
	order = $state.raw<TableOrder | null>(null);
	error = $state<string | null>(null);
	/** Counts windows that came. */
	arrived = $state(0);
	readonly work: BodyWork;
	readonly #backend: Backend;
	readonly #body: string;
	// eslint-disable-next-line svelte/prefer-svelte-reactivity
	#windows = new Map<number, TableCell[][]>();
	// eslint-disable-next-line svelte/prefer-svelte-reactivity
	#asked = new Set<number>();

	constructor(backend: Backend, body: string) {
		this.#backend = backend;
		this.#body = body;
		this.work = new BodyWork(backend);
		void this.#do((id) => backend.bodyTable(id, body)).then((summary) => (this.summary = summary));
	}

	row(number: number): TableCell[] | undefined {
		return this.#windows.get(Math.floor(number / WINDOW))?.[number % WINDOW];
	}

	/** Asks for the rows that are not here yet. */
	want(first: number, last: number): void {
		for (let window = Math.floor(first / WINDOW); window <= Math.floor(last / WINDOW); window++) {
			if (!this.#windows.has(window) && !this.#asked.has(window)) void this.#ask(window);
		}
	}

	/** Sorts by a column: upwards, then downwards, then as the body has it. */
	async sort(column: number): Promise<void> {
		const { order } = this;
		const same = order?.column === column;
		const next = same && order.descending ? null : { column, descending: same };
		const sorted = await this.#do((id) => this.#backend.sortTable(id, this.#body, next).then(() => true));
		if (!sorted) return;
		this.order = next;
		this.#windows.clear();
		this.#asked.clear();
		this.arrived++;
	}

	stop(): void {
		this.work.stop();
	}

	async #do<T>(work: (id: string) => Promise<T>): Promise<T | null> {
		try {
			return await this.work.run(work);
		} catch (thrown) {
			this.error = failureOf(thrown).message;
			return null;
		}
	}

	async #ask(window: number): Promise<void> {
		const { order } = this;
		this.#asked.add(window);
		try {
			const { rows } = await this.#backend.tableRows(this.#body, window * WINDOW, WINDOW);
			if (order !== this.order) return;
			this.#windows.set(window, rows);
			const oldest = this.#windows.keys().next();
			if (this.#windows.size > WINDOWS_KEPT && !oldest.done) this.#windows.delete(oldest.value);
			this.arrived++;
		} catch (thrown) {
			this.error = failureOf(thrown).message;
		} finally {
			this.#asked.delete(window);
		}
	}
}
