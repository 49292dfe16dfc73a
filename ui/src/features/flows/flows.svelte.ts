/** The flows of the workspace, what they did, and what is to be done about it: looked at again while the view is open. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { FlowRow } from '../../backend/types/FlowRow';
import type { FlowRun } from '../../backend/types/FlowRun';
import type { FlowStatus } from '../../backend/types/FlowStatus';
import type { FlowTrace } from '../../backend/types/FlowTrace';
import type { GoOn } from '../../backend/types/GoOn';
import type { Serving } from '../../backend/types/Serving';
import type { Session } from '../../lib/session.svelte';

export type Filter = 'all' | 'open' | 'asking' | 'failed' | 'done';

/** Which runs a filter shows. */
export const FILTERS: Record<Filter, readonly FlowStatus[]> = {
	all: ['pending', 'running', 'asking', 'failed', 'in_doubt', 'done'],
	open: ['pending', 'running'],
	asking: ['asking'],
	failed: ['failed', 'in_doubt'],
	done: ['done']
};

const MOVING: readonly FlowStatus[] = ['pending', 'running'];

export class FlowsPanel {
	/** Null until they are read. */
	flows = $state.raw<FlowRow[] | null>(null);
	runs = $state.raw<FlowRun[]>([]);
	serving = $state.raw<Serving | null>(null);
	/** The flow whose runs are shown; null for all. */
	flow = $state<string | null>(null);
	filter = $state<Filter>('all');
	/** The run that is shown: one that is kept, or a dry one. */
	trace = $state.raw<FlowTrace | null>(null);
	/** Whether an event is being put together, for the flow that is chosen. */
	composing = $state(false);
	event = $state('');
	dry = $state(true);
	sandbox = $state(false);
	/** Seconds between two polls while flows are served. */
	every = $state(30);
	/** What is being done now, by its name. */
	busy = $state<string | null>(null);
	/** Why the last thing asked for was not done. */
	failure = $state.raw<BackendError | null>(null);
	/** Why flows or runs cannot be seen. */
	unseen = $state.raw<BackendError | null>(null);

	shown = $derived(
		this.runs.filter(
			(run) => (this.flow === null || run.flow === this.flow) && FILTERS[this.filter].includes(run.status)
		)
	);
	chosen = $derived(this.flows?.find((each) => each.name === this.flow) ?? null);

	#backend: Backend;
	#session: Session;
	#looking = false;
	#works = 0;

	constructor(backend: Backend, session: Session) {
		this.#backend = backend;
		this.#session = session;
	}

	/** Reads the scripts again: at the start, and after they were changed. */
	async load(): Promise<void> {
		try {
			this.flows = await this.#backend.flows();
			this.unseen = null;
			if (!this.chosen) this.flow = null;
		} catch (thrown) {
			this.unseen = BackendError.from(thrown);
		}
		await this.look();
	}

	/** What is of another workspace is gone. */
	clear(): void {
		Object.assign(this, { flows: null, runs: [], serving: null, flow: null, trace: null });
		Object.assign(this, { composing: false, event: '', failure: null, unseen: null });
		this.sandbox = this.#session.active?.sandbox ?? false;
	}

	/** One look at runs and serving, and at the run that is shown where it goes on. */
	async look(): Promise<void> {
		if (this.#looking) return;
		this.#looking = true;
		try {
			[this.runs, this.serving] = await Promise.all([this.#backend.flowRuns(), this.#backend.serving()]);
			const id = this.trace?.run.id;
			const now = this.runs.find((run) => run.id === id);
			if (now && (now.updated_ms !== this.trace?.run.updated_ms || MOVING.includes(now.status))) {
				await this.#show(now.id, this.trace?.output ?? null);
			}
			if (this.flows !== null) this.unseen = null;
		} catch (thrown) {
			this.unseen = BackendError.from(thrown);
		} finally {
			this.#looking = false;
		}
	}

	/** Shows the runs of a flow, or of all. */
	choose(flow: string | null): void {
		if (flow !== this.flow) {
			this.event = '';
			this.composing = false;
		}
		this.flow = flow;
		if (flow !== null && this.trace !== null && this.trace.run.flow !== flow) this.trace = null;
	}

	async open(run: FlowRun): Promise<void> {
		this.composing = false;
		await this.#try('open', () => this.#show(run.id, null));
	}

	/** The latest run of a flow. */
	last(flow: string): FlowRun | null {
		return this.runs.find((run) => run.flow === flow) ?? null;
	}

	/** Begins with an event for a flow: the sample of its trigger, until somebody writes another. */
	async compose(flow: string): Promise<void> {
		if (this.flow !== flow) this.choose(flow);
		this.composing = true;
		this.failure = null;
		this.sandbox ||= this.#session.active?.sandbox ?? false;
		if (this.event.trim() === '') await this.takeSample(false);
	}

	/** `instead`: whatever was typed in the meantime goes. */
	async takeSample(instead = true): Promise<void> {
		const { flow, sandbox } = this;
		if (flow === null) return;
		await this.#try('sample', async () => {
			const sample = await this.#backend.flowSample(flow, sandbox);
			if (flow === this.flow && (instead || this.event.trim() === '')) this.event = sample;
		});
	}

	async run(): Promise<void> {
		const { flow, event, dry, sandbox } = this;
		if (flow === null) return;
		const began = Date.now();
		await this.#work('run', async (id) => {
			this.trace = await this.#backend.runFlow({ id, flow, event, dry, sandbox });
			this.composing = false;
			this.#session.ended(`${flow} ${words(this.trace.run.status)}`, Date.now() - began);
		});
	}

	/** Goes on with the run that is shown. */
	async goOn(how: GoOn): Promise<void> {
		const run = this.trace?.run.id;
		if (run == null) return;
		const began = Date.now();
		await this.#work(how.kind, async (id) => {
			this.trace = await this.#backend.goOnFlow({ id, run, how, sandbox: this.sandbox });
			this.#session.ended(`Run ${run} ${words(this.trace.run.status)}`, Date.now() - began);
		});
	}

	/** Gives up what is being run here; what a step has done stays done. */
	async cancel(): Promise<void> {
		await this.#backend.cancel(`flow-${this.#works}`);
	}

	async serve(): Promise<void> {
		await this.#try('serve', async () => {
			this.serving = await this.#backend.beginServing(this.every, this.sandbox);
		});
	}

	async stop(): Promise<void> {
		await this.#try('stop', () => this.#backend.stopServing());
		await this.look();
	}

	async #work(what: string, work: (id: string) => Promise<void>): Promise<void> {
		await this.#try(what, () => work(`flow-${++this.#works}`));
		await this.look();
	}

	async #show(id: string | null, output: string | null): Promise<void> {
		if (id !== null) this.trace = { ...(await this.#backend.flowTrace(id)), output };
	}

	async #try(what: string, work: () => Promise<unknown>): Promise<void> {
		if (this.busy !== null) return;
		this.busy = what;
		this.failure = null;
		try {
			await work();
		} catch (thrown) {
			this.failure = BackendError.from(thrown);
		} finally {
			this.busy = null;
		}
	}
}

/** How a run stands, in words. */
export function words(status: FlowStatus): string {
	return {
		pending: 'is next',
		running: 'is running',
		asking: 'waits for a person',
		done: 'is done',
		failed: 'failed',
		in_doubt: 'is in doubt'
	}[status];
}
