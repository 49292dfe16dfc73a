/** Several requests being sent in order, once or once for each row of a data file. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { RequestRow } from '../../backend/types/RequestRow';
import type { RequestsReport } from '../../backend/types/RequestsReport';
import type { Session } from '../../lib/session.svelte';

let next = 1;

export class Series {
	rows = $state.raw<RequestRow[]>([]);
	/** How many rows there will be; 0 where that is not known yet. */
	of = $state(0);
	report = $state.raw<RequestsReport | null>(null);
	error = $state.raw<BackendError | null>(null);
	/** The id of the run under way. */
	running = $state<string | null>(null);
	stopping = $state(false);

	data = $state<string | null>(null);
	failFast = $state(false);

	failed = $derived(this.rows.filter((each) => !each.ok).length);
	withData = $derived(this.rows.some((each) => each.row !== null));

	readonly title: string;
	readonly connector: string;
	readonly paths: readonly string[];
	readonly #backend: Backend;
	readonly #session: Session;

	constructor(backend: Backend, session: Session, connector: string, paths: readonly string[], title: string) {
		this.#backend = backend;
		this.#session = session;
		this.connector = connector;
		this.paths = paths;
		this.title = title;
	}

	async chooseData(): Promise<void> {
		await this.#try(async () => {
			this.data = (await this.#backend.chooseFile('A CSV or JSON file of rows')) ?? this.data;
		});
	}

	async run(): Promise<void> {
		if (this.running !== null) return;
		const id = `series-${Date.now()}-${next++}`;
		this.running = id;
		this.stopping = false;
		this.rows = [];
		this.of = 0;
		this.report = null;
		const stop = this.#backend.listen((event) => {
			if (event.kind !== 'row_sent' || event.id !== id) return;
			this.rows = [...this.rows, event.row];
			this.of = event.of;
		});
		await this.#try(async () => {
			const report = await this.#backend.runRequests({
				id,
				connector: this.connector,
				paths: [...this.paths],
				connection: this.#session.connection,
				environment: this.#session.environments.chosen,
				variables: {},
				answers: {},
				data: this.data,
				fail_fast: this.failFast
			});
			// Events may be lost where there are very many; the report has every row.
			this.rows = report.rows;
			this.report = report;
			const failed = report.failed > 0 ? `, ${report.failed} failed` : '';
			this.#session.ended(`${this.title}: ${report.passed} passed${failed}`, report.time_ms);
		});
		stop();
		this.running = null;
	}

	async stop(): Promise<void> {
		const id = this.running;
		if (id === null) return;
		this.stopping = true;
		await this.#try(() => this.#backend.cancel(id));
	}

	/** The file it was written to; null when dismissed. */
	async saveJunit(): Promise<string | null> {
		const { report } = this;
		if (!report) return null;
		let saved: string | null = null;
		await this.#try(async () => {
			const path = await this.#backend.chooseTarget('Save as JUnit XML', 'requests.xml');
			if (path === null) return;
			await this.#backend.saveJunit(path, this.title, report);
			saved = path;
		});
		return saved;
	}

	async #try(work: () => Promise<void>): Promise<void> {
		this.error = null;
		try {
			await work();
		} catch (thrown) {
			this.error = BackendError.from(thrown);
		}
	}
}
