/** Runs an action and keeps what came of it. */
import { tick } from 'svelte';
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { ActionForm } from '../../backend/types/ActionForm';
import type { CallPlace } from '../../backend/types/CallPlace';
import type { CallReport } from '../../backend/types/CallReport';
import type { DebugTrace } from '../../backend/types/DebugTrace';
import type { Field } from '../../backend/types/Field';
import type { FileRef } from '../../backend/types/FileRef';
import type { Pause } from '../../backend/types/Pause';
import type { JsonValue } from '../../backend/types/serde_json/JsonValue';
import type { RunReport } from '../../backend/types/RunReport';
import type { SavedFile } from '../../backend/types/SavedFile';
import type { SaveFirst } from '../../backend/types/SaveFirst';
import type { WaitingAction } from '../../backend/types/WaitingAction';
import { fieldError, isObject, isShown, startingValues, type JsonObject } from '../../lib/form-values';
import { LineWindows } from '../../lib/line-windows.svelte';
import type { Session } from '../../lib/session.svelte';
import { PickLists } from './pick-lists.svelte';
import { recallSticky, rememberSticky, stickyOf } from './sticky';
import { RunTabs } from './tabs.svelte';
import { stem, summary } from './wording';

export type OutputView = 'value' | 'diff';

const FIRST_LINES = 60;
const RUN_ON_SAVE = 'run.on_save';
/** The action that every connector has, which sends any request. */
const CUSTOM_REQUEST = 'actions/http.rhai';

/** Files whose change may change what an action gives. */
const MATTERS = /^(actions|methods|schemas|pick_lists)\/|^(connection\.rhai|connector\.toml)$/;

let nextRun = 1;

export class Runner {
	/** The action that runs. */
	file = $state.raw<FileRef | null>(null);
	form = $state.raw<ActionForm | null>(null);
	values = $state.raw<JsonObject>({});
	/** The answers to the config fields. */
	answers = $state.raw<JsonObject>({});
	/** Whether the form's errors show. */
	checked = $state(false);
	asJson = $state(false);
	runOnSave = $state(true);

	report = $state.raw<RunReport | null>(null);
	/** The last good output, kept in view under an error. */
	lines = $state.raw<LineWindows | null>(null);
	outputView = $state<OutputView>('value');
	/** Why the last run could not even begin. */
	failure = $state.raw<BackendError | null>(null);
	/** When the run on screen stood still; empty for one that was not debugged. */
	pauses = $state.raw<Pause[]>([]);
	/** The id of the run under way. */
	running = $state<string | null>(null);
	/** Counts runs that the input's errors stopped; the form then shows the first of them. */
	stopped = $state(0);
	/** An action on its way here, such as one being made: a run asked for now is a run of that one. */
	coming = $state.raw<Promise<unknown> | null>(null);

	onreveal: ((place: CallPlace) => void) | undefined;
	onopencall: ((call: CallReport) => void) | undefined;
	/** Makes a test of the run on screen. */
	onsavetest: (() => void) | undefined;
	/** Hears of every finished run, for marks in the editor. */
	onreport: ((report: RunReport) => void) | undefined;

	name = $derived(this.form?.name ?? (this.file ? stem(this.file.path) : null));

	readonly backend: Backend;
	readonly session: Session;
	readonly pickLists: PickLists;
	readonly tabs = new RunTabs();
	#described = 0;

	constructor(backend: Backend, session: Session) {
		this.backend = backend;
		this.session = session;
		this.pickLists = new PickLists(backend);
		void backend
			.recall(RUN_ON_SAVE)
			.then((value) => {
				if (typeof value === 'boolean') this.runOnSave = value;
			})
			.catch(() => undefined);
	}

	setRunOnSave(on: boolean): void {
		this.runOnSave = on;
		void this.backend.remember(RUN_ON_SAVE, on).catch(() => undefined);
	}

	/** Makes `file` the action to run; `input` fills the form. */
	async choose(file: FileRef, input?: JsonValue): Promise<void> {
		const same = this.file?.connector === file.connector && this.file.path === file.path;
		if (!same) {
			this.clear();
			this.file = file;
		}
		if (same && input === undefined) return;
		const form = this.#describe(input);
		void this.expect(this.coming ? Promise.all([this.coming, form]) : form);
		await form;
	}

	/** Makes the request that every connector can send the action to run. */
	async chooseCustomRequest(): Promise<void> {
		await this.choose({ connector: this.session.connector, path: CUSTOM_REQUEST });
	}

	/** Goes on with a run that was stopped while it waited, on the connection it began with. */
	async resume(waiting: WaitingAction): Promise<void> {
		if (this.running) return;
		await this.#run({ resume: waiting });
	}

	/** Gives up a run that waits. */
	async forget(waiting: WaitingAction): Promise<void> {
		await this.backend.forgetWaiting(waiting.id).catch((thrown: unknown) => this.session.fail(thrown));
		await this.#describe(this.values);
	}

	/** Lets runs wait until `work` has chosen its action. */
	async expect(work: Promise<unknown>): Promise<void> {
		const coming = work.catch(() => undefined);
		this.coming = coming;
		await coming;
		if (this.coming === coming) this.coming = null;
	}

	/** Nothing to run, such as when another workspace opens. */
	clear(): void {
		this.file = null;
		this.form = null;
		this.values = {};
		this.answers = {};
		this.pickLists.clear();
		this.checked = false;
		this.report = null;
		this.lines = null;
		this.pauses = [];
		this.failure = null;
	}

	async run(): Promise<void> {
		if (await this.ready()) await this.#run({});
	}

	/** Whether the action can be run with its input; where that has errors, they show. */
	async ready(): Promise<boolean> {
		// However quick the key: the action being made or chosen is the one to run, with its own input.
		while (this.coming) await this.coming;
		if (!this.file || this.running) return false;
		this.checked = true;
		if (!this.#invalid()) return true;
		this.stopped++;
		this.session.announce('The input has errors.');
		return false;
	}

	/** The input of the next run, and the answers to the config fields; null where the form has none. */
	get given(): { input: JsonValue; config: JsonValue } {
		return {
			input: this.form && !this.form.error ? this.values : null,
			config: this.form && this.form.config.length > 0 ? this.answers : null
		};
	}

	/** Shows what a debug run has done until now, and once it is over what came of it. */
	async showTrace(trace: DebugTrace, action: string): Promise<void> {
		const { calls, console, pauses, time_ms } = trace;
		this.pauses = pauses;
		if (trace.report) return this.#take(trace.report);
		const nothing = { number: 0, output: null, error: null, warnings: [], input: null, compile_ms: 0, saved: null };
		this.report = { ...nothing, action, ok: true, calls, console, time_ms };
		this.onreport?.(this.report);
	}

	/**
	 * Saves and runs in one step, and measures from here to the painted output. Null: nothing was saved, because no run
	 * follows a save; the caller saves itself. Rejects with `conflict` where the file changed on disk.
	 */
	async saveAndRun(save: SaveFirst): Promise<SavedFile | null> {
		const started = performance.now();
		const isAction = save.file.path.startsWith('actions/');
		if (!this.runOnSave || this.running || !MATTERS.test(save.file.path)) return null;
		if (!isAction && this.file?.connector !== save.file.connector) return null;
		if (isAction) await this.choose(save.file);
		const report = await this.#run({ save });
		if (!report) return null;
		await painted();
		this.session.lastResultMs = performance.now() - started;
		return report.saved;
	}

	async cancel(): Promise<void> {
		if (this.running) await this.backend.cancel(this.running).catch((thrown: unknown) => this.session.fail(thrown));
	}

	show(view: OutputView): void {
		this.outputView = view;
		if (this.report?.output) this.lines = this.#linesOf(this.report, view);
	}

	/** The JSONPath of a line of the output. */
	async pathOf(line: number): Promise<string | null> {
		const output = this.report?.output;
		return output ? this.backend.bodyPath(output.value.id, line) : null;
	}

	setValues(values: JsonObject): void {
		this.values = values;
		this.#wantLists();
	}

	/** Answers the config fields: the other fields may be others then. */
	async answer(answers: JsonObject): Promise<void> {
		this.answers = answers;
		await this.#describe(this.values);
	}

	reveal(place: CallPlace): void {
		this.onreveal?.(place);
	}

	#invalid(): boolean {
		const wrong = (fields: readonly Field[], values: JsonObject) =>
			fields.some((field) => isShown(field, values) && fieldError(field, values[field.name]) !== null);
		return wrong(this.form?.config ?? [], this.answers) || wrong(this.form?.fields ?? [], this.values);
	}

	async #run({ save = null, resume }: { save?: SaveFirst | null; resume?: WaitingAction }): Promise<RunReport | null> {
		const { file } = this;
		if (!file) return null;
		const id = `run-${Date.now()}-${nextRun++}`;
		this.running = id;
		try {
			const report = await this.backend.runAction({
				id,
				file,
				...this.given,
				connection: resume?.connection ?? this.session.connection,
				resume: resume?.id ?? null,
				save
			});
			this.pauses = [];
			await this.#take(report);
			const fields = [...(this.form?.config ?? []), ...(this.form?.fields ?? [])];
			if (!resume) void rememberSticky(this.backend, file.connector, fields, { ...this.answers, ...this.values });
			// The saved text may have other fields than the form shows.
			const mayWait = resume !== undefined || report.error?.code === 'cancelled';
			if (save || mayWait) void this.#describe(this.values);
			return report;
		} catch (thrown) {
			const failure = BackendError.from(thrown);
			if (failure.code === 'conflict') throw failure;
			this.failure = failure.code === 'cancelled' ? null : failure;
			return null;
		} finally {
			this.running = null;
		}
	}

	async #take(report: RunReport): Promise<void> {
		const { output } = report;
		const differs = output?.previous != null && output.added + output.removed + output.changed > 0;
		const view: OutputView = differs ? 'diff' : 'value';
		const lines = output ? this.#linesOf(report, view) : null;
		// The first lines come with the report, so that the output appears whole.
		await lines?.want(0, Math.min(FIRST_LINES, lines.count - 1))?.catch(() => undefined);
		const before = this.report?.output?.value.id;
		if (lines) {
			this.outputView = view;
			this.lines = lines;
			if (before !== undefined && before !== output?.value.id)
				void this.backend.closeBody(before).catch(() => undefined);
		}
		this.report = report;
		this.failure = null;
		const limit = report.calls.findLast((call) => call.rate_limit !== null)?.rate_limit;
		if (limit) this.session.rateLimit = limit;
		this.session.ended(summary(report, this.pauses), report.time_ms);
		this.onreport?.(report);
	}

	#linesOf(report: RunReport, view: OutputView): LineWindows | null {
		if (!report.output) return null;
		const { value, diff_lines } = report.output;
		if (view === 'diff') {
			return new LineWindows(diff_lines, (from, count) => this.backend.diffLines(report.number, from, count));
		}
		const body = value.kind === 'json' ? 'tree' : 'raw';
		return new LineWindows(body === 'tree' ? value.tree_lines : value.raw_lines, (from, count) =>
			this.backend.bodyLines(value.id, body, from, count)
		);
	}

	#wantLists(): void {
		const { file, form } = this;
		if (!file || !form) return;
		const fields = [...form.config, ...form.fields];
		this.pickLists.want(file.connector, this.session.connection, fields, { ...this.answers, ...this.values });
	}

	async #describe(input?: JsonValue): Promise<void> {
		const { file } = this;
		if (!file) return;
		const asked = ++this.#described;
		const before = this.values;
		try {
			const kept = await recallSticky(this.backend, file.connector);
			const first = this.form === null;
			let form = await this.backend.describeAction(file, null, this.session.connection, this.answers);
			const answers = first ? stickyOf(form.config, kept) : {};
			if (Object.keys(answers).length > 0) {
				// The other fields depend on the remembered answers.
				const all = isObject(form.answers) ? { ...form.answers, ...answers } : answers;
				form = await this.backend.describeAction(file, null, this.session.connection, all);
			}
			if (asked !== this.#described) return;
			// Fields that could not be had leave the form as it was.
			if (!form.error || !this.form) this.form = form;
			if (!form.error && isObject(form.answers)) this.answers = form.answers;
			// Nor may an answer undo what was typed while it was awaited.
			if (this.values !== before) return;
			const last = isObject(form.last_input) ? form.last_input : {};
			const given = input !== undefined && isObject(input) ? input : { ...last, ...stickyOf(form.fields, kept) };
			this.values = startingValues(form.fields, given);
			this.#wantLists();
		} catch (thrown) {
			if (asked === this.#described) this.failure = BackendError.from(thrown);
		}
	}
}

/** Done when the frame that shows the new state has begun. */
async function painted(): Promise<void> {
	await tick();
	await new Promise<void>((done) => requestAnimationFrame(() => done()));
}
