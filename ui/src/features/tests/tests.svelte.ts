/** The cases of a connector: listed, run, looked at, recorded and accepted. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { CaseDetail } from '../../backend/types/CaseDetail';
import type { CaseName } from '../../backend/types/CaseName';
import type { CaseReport } from '../../backend/types/CaseReport';
import type { CaseView } from '../../backend/types/CaseView';
import type { Event } from '../../backend/types/Event';
import type { FileCoverage } from '../../backend/types/FileCoverage';
import type { TestMode } from '../../backend/types/TestMode';
import type { TestReport } from '../../backend/types/TestReport';
import { baseName, count } from '../../lib/format';
import type { Session } from '../../lib/session.svelte';

export type CaseState = 'passed' | 'failed' | 'skipped' | 'running' | 'unknown';

/** The cases of one action or trigger. */
export interface CaseGroup {
	action: string;
	cases: CaseView[];
}

const ON_SAVE = 'tests.on_save';
const BESIDE = 'tests.beside';
const DRAW_AFTER_MS = 60;

let nextRun = 1;

export class Tests {
	cases = $state.raw<CaseView[] | null>(null);
	/** How each case went last, by its key. */
	results = $state.raw<Readonly<Record<string, CaseReport>>>({});
	/** Why the cases could not be listed or run. */
	failure = $state.raw<BackendError | null>(null);
	mode = $state<'replay' | 'live'>('replay');
	filter = $state('');
	runOnSave = $state(true);
	/** Whether what was expected and what came stand beside each other, and not in one tree. */
	beside = $state(false);
	/** The id of the run under way, and what it runs. */
	running = $state<string | null>(null);
	waiting = $state.raw<readonly string[]>([]);
	/** How many cases of the run are done, and how many there are. */
	done = $state(0);
	of = $state(0);
	selected = $state<string | null>(null);
	detail = $state.raw<CaseDetail | null>(null);
	/** Which lines ran in the last run of all cases. */
	coverage = $state.raw<FileCoverage[]>([]);
	/** The last run of all cases. */
	report = $state.raw<TestReport | null>(null);
	/** The cases that ran last: what a save runs again. */
	last = $state.raw<CaseName[] | null>(null);

	readonly backend: Backend;
	readonly session: Session;
	/** Whose cases they are. */
	connector = $state('');
	/** Cases that have ended and are not in the list yet. */
	#told: CaseReport[] = [];
	#timer: ReturnType<typeof setTimeout> | undefined;

	groups = $derived.by<CaseGroup[]>(() => {
		const wanted = this.filter.trim().toLowerCase();
		const groups: CaseGroup[] = [];
		for (const each of this.cases ?? []) {
			if (!`${each.action}/${each.name}`.toLowerCase().includes(wanted)) continue;
			const last = groups.at(-1);
			if (last?.action === each.action) last.cases.push(each);
			else groups.push({ action: each.action, cases: [each] });
		}
		return groups;
	});
	passed = $derived(this.#counted('passed'));
	failed = $derived(this.#counted('failed'));
	skipped = $derived(this.#counted('skipped'));
	chosen = $derived(this.cases?.find((each) => keyOf(each) === this.selected) ?? null);
	result = $derived(this.selected === null ? null : (this.results[this.selected] ?? null));

	constructor(backend: Backend, session: Session) {
		this.backend = backend;
		this.session = session;
		void backend
			.recall(ON_SAVE)
			.then((on) => {
				if (typeof on === 'boolean') this.runOnSave = on;
			})
			.catch(() => undefined);
		void backend
			.recall(BESIDE)
			.then((on) => (this.beside = on === true))
			.catch(() => undefined);
	}

	/** Lists the cases of the connector in hand. What is known of another's is forgotten. */
	async load(): Promise<void> {
		const { connector } = this.session;
		if (connector !== this.connector) this.clear();
		this.connector = connector;
		if (connector === '') return;
		try {
			const cases = await this.backend.listTests(connector);
			if (connector !== this.connector) return;
			this.cases = cases;
			this.failure = null;
			if (!this.chosen) await this.select(cases[0] ? keyOf(cases[0]) : null);
			else await this.#look();
		} catch (thrown) {
			this.failure = BackendError.from(thrown);
		}
	}

	clear(): void {
		if (this.running) void this.cancel();
		this.connector = '';
		this.cases = null;
		this.results = {};
		this.coverage = [];
		this.report = null;
		this.last = null;
		this.selected = null;
		this.detail = null;
		this.failure = null;
	}

	setRunOnSave(on: boolean): void {
		this.runOnSave = on;
		void this.backend.remember(ON_SAVE, on).catch(() => undefined);
	}

	setBeside(on: boolean): void {
		this.beside = on;
		void this.backend.remember(BESIDE, on).catch(() => undefined);
	}

	async select(key: string | null): Promise<void> {
		this.selected = key;
		this.detail = null;
		await this.#look();
	}

	stateOf(key: string): CaseState {
		if (this.waiting.includes(key)) return 'running';
		const result = this.results[key];
		if (!result) return 'unknown';
		return result.skipped ? 'skipped' : result.ok ? 'passed' : 'failed';
	}

	/** Runs all cases. */
	runAll(): Promise<void> {
		return this.#run([], this.mode);
	}

	runFailed(): Promise<void> {
		const failed = (this.cases ?? []).filter((each) => this.stateOf(keyOf(each)) === 'failed');
		return failed.length === 0 ? Promise.resolve() : this.#run(failed.map(nameOf), this.mode);
	}

	runOne(each: CaseView): Promise<void> {
		return this.#run([nameOf(each)], this.mode);
	}

	/** Runs what ran last again, such as after a save. */
	runLast(): Promise<void> {
		return this.last ? this.#run(this.last, this.mode) : Promise.resolve();
	}

	/**
	 * The cases that a line of a file is about: the one that stands there in a file of cases, all of an action or trigger in
	 * its script. The first is chosen in the list.
	 */
	async at(path: string, line: number): Promise<CaseView[]> {
		await this.load();
		const all = this.cases ?? [];
		const found = path.startsWith('tests/')
			? all.filter((each) => each.file === path && each.line <= line).slice(-1)
			: all.filter((each) => each.action === baseName(path).replace(/\.\w+$/, ''));
		if (found[0] === undefined) return [];
		this.filter = '';
		await this.select(keyOf(found[0]));
		return found;
	}

	runSome(cases: readonly CaseView[]): Promise<void> {
		return this.#run(cases.map(nameOf), this.mode);
	}

	/** Runs a case on the org in use and keeps what it answers as its cassette. */
	record(each: CaseView): Promise<void> {
		return this.#run([nameOf(each)], 'record');
	}

	/** Makes what a case gives now its accepted output. */
	accept(each: CaseView): Promise<void> {
		return this.#run([nameOf(each)], this.mode, true);
	}

	async cancel(): Promise<void> {
		if (this.running) await this.backend.cancel(this.running).catch((thrown: unknown) => this.session.fail(thrown));
	}

	/** Writes the report of the last run of all as JUnit XML. */
	async saveJunit(): Promise<void> {
		if (!this.report) return;
		try {
			const path = await this.backend.chooseTarget('Save the report', `${this.connector}-tests.xml`);
			if (path === null) return;
			await this.backend.saveTestJunit(path, this.connector, this.report);
			this.session.toast('Saved the report', { tone: 'ok', hint: path });
		} catch (thrown) {
			this.session.fail(thrown);
		}
	}

	hear(event: Event): void {
		if (event.kind !== 'case_tested' || event.id !== this.running) return;
		this.of = event.of;
		this.done++;
		this.#told.push(event.case);
		// Hundreds of cases end within a second: the list is drawn anew for a handful at once.
		this.#timer ??= setTimeout(() => this.#takeTold(), DRAW_AFTER_MS);
	}

	async #run(cases: CaseName[], mode: TestMode, accept = false): Promise<void> {
		if (this.running) return;
		if (this.cases === null || this.connector !== this.session.connector) await this.load();
		if (this.cases === null) return;
		const { connection } = this.session;
		const id = `tests-${Date.now()}-${nextRun++}`;
		const ran = cases.length === 0 ? this.cases.map(nameOf) : cases;
		this.running = id;
		this.waiting = ran.map(keyOf);
		this.done = 0;
		this.of = ran.length;
		this.failure = null;
		this.last = cases;
		try {
			const report = await this.backend.runTests({ id, connector: this.connector, mode, connection, cases, accept });
			this.#takeTold();
			this.#take(report.cases);
			if (cases.length === 0) {
				this.report = report;
				this.coverage = report.coverage;
			}
			this.session.ended(headline(report), report.time_ms);
		} catch (thrown) {
			const failure = BackendError.from(thrown);
			this.failure = failure.code === 'cancelled' ? null : failure;
		} finally {
			this.#takeTold();
			this.running = null;
			this.waiting = [];
		}
		if (mode === 'record' || accept) await this.load();
	}

	#takeTold(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#take(this.#told);
		this.#told = [];
	}

	#take(reports: readonly CaseReport[]): void {
		const taken = Object.fromEntries(reports.map((each) => [keyOf(each), each]));
		this.results = { ...this.results, ...taken };
		this.waiting = this.waiting.filter((key) => taken[key] === undefined);
	}

	async #look(): Promise<void> {
		const { chosen, selected } = this;
		if (!chosen) return;
		try {
			const detail = await this.backend.showTest(this.connector, nameOf(chosen));
			if (this.selected === selected) this.detail = detail;
		} catch (thrown) {
			this.failure = BackendError.from(thrown);
		}
	}

	#counted(state: CaseState): number {
		return (this.cases ?? []).filter((each) => this.stateOf(keyOf(each)) === state).length;
	}
}

export function keyOf({ action, name }: CaseName): string {
	return `${action}/${name}`;
}

function nameOf({ action, name }: CaseView): CaseName {
	return { action, name };
}

/** How the cases went, in words. */
export function headline(report: TestReport): string {
	if (report.cases.length === 0) return 'There are no cases yet';
	const failed = report.failed > 0 ? `${report.failed} failed, ` : '';
	const skipped = report.skipped > 0 ? `, ${report.skipped} not run` : '';
	return `${failed}${report.passed} of ${count(report.cases.length, 'case')} passed${skipped}`;
}

/** The share of a script's lines that ran, in per cent. */
export function shareOf({ lines }: FileCoverage): number {
	if (lines.length === 0) return 100;
	return Math.floor((lines.filter((each) => each.hits > 0).length / lines.length) * 100);
}
