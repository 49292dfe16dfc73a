/** A debug run of a script: where it stands, what it holds, how it goes on. A client of the engine's debug adapter. */
/* eslint-disable svelte/prefer-svelte-reactivity -- what is drawn is drawn from the state; these only keep count */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { DebugTrace } from '../../backend/types/DebugTrace';
import type { FileRef } from '../../backend/types/FileRef';
import type { JsonValue } from '../../backend/types/serde_json/JsonValue';
import { baseName } from '../../lib/format';
import type { Session } from '../../lib/session.svelte';
import { Breakpoints, same, type Breakpoint } from './breakpoints.svelte';
import { DebugConsole } from './console.svelte';
import type { Evaluated, ExceptionInfo, Output, StackFrame, Stopped, Told, Variable } from './protocol';
import { ValueTree } from './value-tree.svelte';
import { Watches } from './watches.svelte';
import { Wire } from './wire';
import { reasonOf } from './wording';

/** What is debugged. */
export interface Target {
	file: FileRef;
	input: JsonValue;
	/** The answers to the config fields; null where there are none. */
	config: JsonValue;
	connection: string | null;
	/** What the poll before returned, for a trigger. */
	cursor?: JsonValue;
	/** The case that is run instead, as `action/name`: its file, input and cursor are its own. */
	test?: string;
}

/** Nothing is debugged; a run goes on; it stands still; it is over and can be looked back at. */
export type Phase = 'idle' | 'running' | 'paused' | 'ended';

/** How to go on. */
export type Step = 'continue' | 'next' | 'stepIn' | 'stepOut';

/** A frame, and the file it is in. */
export interface Frame extends StackFrame {
	file: FileRef | null;
}

/** A file's name without folder and extension. */
const stem = (path: string) => baseName(path).replace(/\.\w+$/, '');

/** The arguments of its launch. */
function launchOf({ file, input, config, connection, cursor, test }: Target): Record<string, unknown> {
	const { connector, path } = file;
	if (test !== undefined) return { connector, test, connection };
	return { connector, action: path, input, config, connection, cursor: cursor ?? null };
}

const placeOf = (frame?: Frame) => (frame ? `${frame.source?.name ?? ''}:${frame.line}` : null);

/** How long what a script held stays in sight after it has gone on. */
const CLEAR_AFTER_MS = 150;

export class Debugger {
	phase = $state<Phase>('idle');
	target = $state.raw<Target | null>(null);
	frames = $state.raw<Frame[]>([]);
	/** The frame whose values are shown. */
	frame = $state.raw<Frame | null>(null);
	/** The variables of that frame. */
	locals = $state.raw<Variable[]>([]);
	/** Why it stands still, in words. */
	reason = $state('');
	/** For an error: what it is. */
	exception = $state.raw<ExceptionInfo | null>(null);
	trace = $state.raw<DebugTrace | null>(null);
	/** When it came to stand still, by the window's clock. */
	pausedAt = $state<number | null>(null);
	/** Whether answers come from the run before. */
	replays = $state(false);
	/** Why nothing could be debugged. */
	failure = $state.raw<BackendError | null>(null);

	readonly breakpoints: Breakpoints;
	readonly variables: ValueTree;
	readonly watches: Watches;
	readonly console: DebugConsole;
	readonly session: Session;

	/** The name of what is debugged. */
	name = $derived(this.target ? stem(this.target.file.path) : null);
	/** Where it stands still: `paging.rhai:16`. */
	place = $derived(this.phase === 'paused' ? placeOf(this.frames[0]) : null);
	active = $derived(this.phase === 'running' || this.phase === 'paused');
	paused = $derived(this.phase === 'paused');

	/** It stands still at the selected frame: the place is to be shown. */
	onshow: ((frame: Frame, moved: boolean) => void) | undefined;
	/** What the editor marks has changed. */
	onmarks: (() => void) | undefined;
	/** It has come to stand still. */
	onstop: (() => void) | undefined;
	/** Hears what a run of that file has done until now. */
	ontrace: ((trace: DebugTrace, action: string) => Promise<void>) | undefined;

	readonly #backend: Backend;
	#wire: Wire | null = null;
	/** The adapter's numbers of breakpoints, and ours. */
	#known = new Map<number, number>();
	#errors: string[] = [];
	#exit = 0;
	#clearing: ReturnType<typeof setTimeout> | undefined;

	constructor(backend: Backend, session: Session) {
		this.#backend = backend;
		this.session = session;
		this.breakpoints = new Breakpoints(backend);
		const parts = (variablesReference: number, start: number, count: number) =>
			this.#ask<{ variables: Variable[] }>('variables', { variablesReference, start, count }).then(
				(answer) => answer.variables
			);
		this.variables = new ValueTree(parts);
		this.watches = new Watches(backend, (expression) => this.#evaluate(expression, 'watch'), parts);
		this.console = new DebugConsole((expression) => this.#evaluate(expression, 'repl'));
		this.breakpoints.onchange = (what) => {
			if (this.active) this.#tell(what).catch((thrown: unknown) => this.session.fail(thrown));
			this.onmarks?.();
		};
	}

	/** Takes what is kept for a workspace; a run of another one ends. */
	async open(workspace: string): Promise<void> {
		await this.close();
		await Promise.all([this.breakpoints.load(workspace), this.watches.load(workspace)]);
		this.onmarks?.();
	}

	/** Ends the run and forgets it. */
	async close(): Promise<void> {
		await this.#leave();
		this.phase = 'idle';
		this.target = null;
		this.trace = null;
		this.failure = null;
		this.#standsNoMore();
	}

	/** Debugs a script from its beginning. */
	async launch(target: Target): Promise<void> {
		await this.#leave();
		this.target = target;
		this.failure = null;
		this.replays = false;
		this.#begin();
		const wire = new Wire(this.#backend, (event, body) => {
			if (this.#wire === wire) this.#hear(event, body);
		});
		this.#wire = wire;
		try {
			await wire.ask('initialize', { adapterID: 'joinery' });
			await wire.ask('launch', launchOf(target));
		} catch (thrown) {
			if (this.#wire === wire) this.#failed(thrown);
		}
	}

	/** From the beginning; the service is called again. */
	async restart(): Promise<void> {
		if (this.target) await this.launch(this.target);
	}

	/** From the beginning, edits included; servers' answers are those of this run, and nothing is sent. */
	async replay(): Promise<void> {
		if (!this.#wire || this.phase === 'idle') return;
		this.#begin();
		this.replays = true;
		await this.#do('restart');
	}

	async go(step: Step): Promise<void> {
		if (!this.paused) return;
		this.variables.turn();
		this.watches.tree.turn();
		this.phase = 'running';
		// The next stop is often there before an eye could see that nothing stands: what is shown stays until then.
		clearTimeout(this.#clearing);
		this.#clearing = setTimeout(() => this.phase === 'running' && this.#standsNoMore(), CLEAR_AFTER_MS);
		await this.#do(step, { threadId: 1 });
	}

	async pause(): Promise<void> {
		if (this.phase === 'running') await this.#do('pause', { threadId: 1 });
	}

	/** Ends the run; what it has done stays on screen. */
	async stop(): Promise<void> {
		if (this.active) await this.#do('terminate');
	}

	/** Shows the values of another frame, and its place. */
	async select(frame: Frame, moved = true): Promise<void> {
		this.frame = frame;
		try {
			const { scopes } = await this.#ask<{ scopes: { variablesReference: number }[] }>('scopes', { frameId: frame.id });
			const holder = scopes[0]?.variablesReference ?? 0;
			const { variables } = await this.#ask<{ variables: Variable[] }>('variables', { variablesReference: holder });
			if (this.frame !== frame) return;
			this.locals = variables;
			await this.variables.show(`${frame.source?.path ?? ''} ${frame.name}`, variables, holder);
			await this.watches.show(true);
		} catch (thrown) {
			if (this.paused) this.session.fail(thrown);
		}
		if (this.frame === frame) this.onshow?.(frame, moved);
	}

	/** Gives a variable, or a part of one, another value; what else shows it is fetched again. */
	async setVariable(holder: number, name: string, value: string): Promise<void> {
		await this.#ask('setVariable', { variablesReference: holder, name, value });
		if (this.frame) await this.select(this.frame, false);
	}

	async evaluateInConsole(expression: string): Promise<void> {
		await this.console.evaluate(expression);
		// It may have changed what is shown.
		if (this.frame) await this.select(this.frame, false);
	}

	/** A value's whole text, where what is shown of it may be cut. */
	async whole(variable: Variable): Promise<string> {
		if (variable.evaluateName === undefined || variable.type === 'secret') return variable.value;
		return (await this.#evaluate(variable.evaluateName, 'hover')).result;
	}

	/** The value of an expression where the script stands: for hovers. */
	async hover(expression: string): Promise<Evaluated | null> {
		return this.paused ? await this.#evaluate(expression, 'hover').catch(() => null) : null;
	}

	/** The path of a file of the connector that is debugged. */
	#pathOf(file: FileRef): string {
		return [this.#root(file.connector), file.path].join('/');
	}

	#root(connector: string): string {
		const folder = (this.session.workspace?.path ?? '').replaceAll('\\', '/').replace(/\/$/, '');
		return connector === '.' ? folder : `${folder}/${connector}`;
	}

	#fileOf(path: string | undefined): FileRef | null {
		const connector = this.target?.file.connector;
		if (path === undefined || connector === undefined) return null;
		const root = `${this.#root(connector)}/`;
		const plain = path.replaceAll('\\', '/');
		return plain.startsWith(root) ? { connector, path: plain.slice(root.length) } : null;
	}

	#begin(): void {
		this.phase = 'running';
		this.trace = null;
		this.#errors = [];
		this.breakpoints.rewind();
		this.variables.forget();
		this.watches.tree.forget();
		this.console.begin();
		this.#standsNoMore();
	}

	#standsNoMore(): void {
		this.frames = [];
		this.frame = null;
		this.locals = [];
		this.exception = null;
		this.pausedAt = null;
		this.variables.clear();
		void this.watches.show(false);
		this.onmarks?.();
	}

	#hear(event: string, body: unknown): void {
		if (event === 'initialized') void this.#configure().catch((thrown: unknown) => this.#failed(thrown));
		else if (event === 'stopped') void this.#stopped(body as Stopped).catch((thrown: unknown) => this.#lost(thrown));
		else if (event === 'output') this.#heard(body as Output);
		else if (event === 'exited') this.#exit = (body as { exitCode: number }).exitCode;
		else if (event === 'terminated') void this.#ended().catch((thrown: unknown) => this.#lost(thrown));
	}

	async #configure(): Promise<void> {
		await Promise.all([
			...this.#files().map((file) => this.#tell(file)),
			this.#tell('functions'),
			this.#tell('errors')
		]);
		await this.#ask('configurationDone');
		this.onmarks?.();
	}

	/** Files of the connector with breakpoints in them. */
	#files(): FileRef[] {
		const files = new Map<string, FileRef>();
		for (const { file } of this.breakpoints.list) {
			if (file?.connector === this.target?.file.connector && file) files.set(file.path, file);
		}
		return [...files.values()];
	}

	/** Tells the adapter of breakpoints, and takes where they went. */
	async #tell(what: FileRef | 'functions' | 'errors'): Promise<void> {
		const { breakpoints } = this;
		if (what === 'errors') {
			const filters = [breakpoints.uncaught ? 'uncaught' : '', breakpoints.http ? 'http' : ''];
			await this.#ask('setExceptionBreakpoints', { filters: filters.filter((each) => each !== '') });
			return;
		}
		const isOn = (point: Breakpoint) => point.enabled && (what === 'functions' ? !point.file : same(point.file, what));
		const wanted = breakpoints.list.filter(isOn);
		if (what !== 'functions' && what.connector !== this.target?.file.connector) return;
		const terms = wanted.map(({ line, name, condition, hits, log }) => ({
			...(what === 'functions' ? { name } : { line, ...(log === '' ? {} : { logMessage: log }) }),
			...(condition === '' ? {} : { condition }),
			...(hits === '' ? {} : { hitCondition: hits })
		}));
		const answer = await this.#ask<{ breakpoints: Told[] }>(
			what === 'functions' ? 'setFunctionBreakpoints' : 'setBreakpoints',
			what === 'functions' ? { breakpoints: terms } : { source: { path: this.#pathOf(what) }, breakpoints: terms }
		);
		for (const [theirs, ours] of breakpoints.told(wanted, answer.breakpoints)) this.#known.set(theirs, ours);
		this.onmarks?.();
	}

	async #stopped(stopped: Stopped): Promise<void> {
		clearTimeout(this.#clearing);
		const { stackFrames } = await this.#ask<{ stackFrames: StackFrame[] }>('stackTrace', { threadId: 1 });
		const ours = (stopped.hitBreakpointIds ?? []).flatMap((id) => this.#known.get(id) ?? []);
		this.breakpoints.stoppedAt(ours);
		this.exception = stopped.reason === 'exception' ? await this.#ask<ExceptionInfo>('exceptionInfo') : null;
		this.frames = stackFrames.map((frame) => ({ ...frame, file: this.#fileOf(frame.source?.path) }));
		this.reason = reasonOf(stopped);
		this.pausedAt = performance.now();
		this.phase = 'paused';
		this.onstop?.();
		await this.#look();
		const top = this.frames[0];
		if (!top) return;
		await this.select(top);
		this.session.announce(`${this.reason}: ${top.source?.name ?? ''} line ${top.line}, in ${top.name}`);
	}

	async #ended(): Promise<void> {
		this.phase = 'ended';
		this.#standsNoMore();
		await this.#look().catch(() => undefined);
		const report = this.trace?.report;
		// A run that never came to its script said why in words.
		if (report) return this.#tellCase();
		this.failure = new BackendError({ message: this.#errors.join(' ') || 'The run could not begin.' });
		this.onstop?.();
	}

	/** How a case went; what is wrong with it is in the console. */
	#tellCase(): void {
		const { test } = this.target ?? {};
		if (test === undefined) return;
		if (this.#exit === 0) this.session.toast(`${test} passed`, { tone: 'ok' });
		else this.session.toast(`${test} failed`, { tone: 'bad', hint: this.#errors.at(-1) });
	}

	async #look(): Promise<void> {
		this.trace = await this.#ask<DebugTrace>('runTrace');
		await this.ontrace?.(this.trace, this.name ?? '');
	}

	#heard({ category, output, source, line }: Output): void {
		const text = output.replace(/\n$/, '');
		if (category === 'stderr') this.#errors.push(text);
		const file = this.#fileOf(source?.path);
		this.console.heard(text, category === 'stderr', file && line ? { file, line } : null);
	}

	#evaluate(expression: string, context: string): Promise<Evaluated> {
		return this.#ask('evaluate', { expression, context, ...(this.frame ? { frameId: this.frame.id } : {}) });
	}

	#ask<T>(command: string, args: Record<string, unknown> = {}): Promise<T> {
		return (
			this.#wire?.ask<T>(command, args) ?? Promise.reject(new BackendError({ message: 'Nothing is being debugged.' }))
		);
	}

	/** For what a person asks by a key or a button: a refusal is told, such as of a step while the script moves. */
	async #do(command: string, args: Record<string, unknown> = {}): Promise<void> {
		const wire = this.#wire;
		await this.#ask(command, args).catch((thrown: unknown) => {
			if (this.#wire === wire && this.phase !== 'ended') this.session.fail(thrown);
		});
	}

	async #leave(): Promise<void> {
		const wire = this.#wire;
		this.#wire = null;
		this.#known.clear();
		if (!wire) return;
		await wire.ask('disconnect').catch(() => undefined);
		wire.close();
	}

	#failed(thrown: unknown): void {
		this.failure = BackendError.from(thrown);
		this.phase = 'ended';
		this.#standsNoMore();
	}

	/** What a run that has gone on meanwhile would not tell is not asked for again. */
	#lost(thrown: unknown): void {
		if (this.active) this.session.fail(thrown);
	}
}
