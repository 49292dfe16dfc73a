/** A trigger being watched: its polls, what they found, and how far it has come. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { Event } from '../../backend/types/Event';
import type { Field } from '../../backend/types/Field';
import type { FileRef } from '../../backend/types/FileRef';
import type { FoundEvent } from '../../backend/types/FoundEvent';
import type { JsonValue } from '../../backend/types/serde_json/JsonValue';
import type { PollReport } from '../../backend/types/PollReport';
import type { SandboxEntry } from '../../backend/types/SandboxEntry';
import type { TriggerRef } from '../../backend/types/TriggerRef';
import type { TriggerView } from '../../backend/types/TriggerView';
import { isObject, startingValues, type JsonObject } from '../../lib/form-values';
import { count } from '../../lib/format';
import type { Session } from '../../lib/session.svelte';
import { Hooks } from './hooks.svelte';
import { targetOf } from './wording';

/** An event as it came. */
export interface SeenEvent extends FoundEvent {
	id: number;
	seenMs: number;
	/** How it came. */
	by: 'poll' | 'hook';
	/** The number that a test can be made by. */
	number: number | null;
}

/** One poll on the line of time. */
export interface PastPoll {
	id: number;
	atMs: number;
	found: number;
	duplicates: number;
	failed: boolean;
	report: PollReport;
}

export type Shown = 'all' | 'emitted' | 'duplicates';

/** In seconds. */
export const INTERVALS = [5, 15, 30, 60, 300, 900];
const KEPT_EVENTS = 500;
const KEPT_POLLS = 100;
const PAGES_AT_FIRST = 10;

export class TriggerWatch {
	file = $state.raw<FileRef | null>(null);
	view = $state.raw<TriggerView | null>(null);
	fields = $state.raw<Field[]>([]);
	input = $state.raw<JsonObject>({});
	way = $state<'polling' | 'hooks'>('polling');
	/** Why the last thing asked for was not done. */
	failure = $state.raw<BackendError | null>(null);
	/** Whether it polls by itself. */
	live = $state(false);
	/** Seconds from the end of a poll to the next. */
	every = $state(30);
	/** When the next poll is, in milliseconds since 1970. */
	nextMs = $state<number | null>(null);
	/** The most pages of one poll. */
	pages = $state(PAGES_AT_FIRST);
	polling = $state(false);
	making = $state(false);
	/** Newest first. */
	events = $state.raw<SeenEvent[]>([]);
	/** Newest first. */
	polls = $state.raw<PastPoll[]>([]);
	selected = $state<number | null>(null);
	filter = $state('');
	shown = $state<Shown>('all');

	/** Makes a test of a page that was found. */
	onsavetest: ((number: number) => void) | undefined;

	readonly backend: Backend;
	readonly session: Session;
	readonly hooks: Hooks;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#next = 1;
	/** Counts what was asked, so that a late answer about another trigger is not taken. */
	#asked = 0;
	/** Done once it is known what the trigger takes: who polls before waits for it. */
	#chosen: Promise<void> = Promise.resolve();

	emitted = $derived(this.events.filter((each) => !each.duplicate).length);
	duplicates = $derived(this.events.length - this.emitted);
	rows = $derived.by(() => {
		const wanted = this.filter.trim().toLowerCase();
		return this.events.filter((each) => {
			if (this.shown !== 'all' && each.duplicate !== (this.shown === 'duplicates')) return false;
			return wanted === '' || JSON.stringify(each.event).toLowerCase().includes(wanted);
		});
	});
	event = $derived(this.events.find((each) => each.id === this.selected) ?? null);
	last = $derived(this.polls[0] ?? null);

	constructor(backend: Backend, session: Session) {
		this.backend = backend;
		this.session = session;
		this.hooks = new Hooks(this);
	}

	/** Whether events can be made by hand, in the sandbox org. */
	get isSandbox(): boolean {
		return this.session.active?.sandbox ?? false;
	}

	/** The trigger, its input and whom it asks. */
	get asked(): TriggerRef | null {
		const { file } = this;
		if (!file) return null;
		return { connector: file.connector, path: file.path, connection: this.session.connection, input: this.input };
	}

	/** Makes `file` the trigger to watch. */
	choose(file: FileRef): Promise<void> {
		if (this.file?.connector === file.connector && this.file.path === file.path) return this.refresh();
		this.clear();
		this.file = file;
		this.#chosen = this.#describe(file);
		return this.#chosen;
	}

	/** Asks what the trigger takes, and how far it has come. */
	async #describe(file: FileRef): Promise<void> {
		const asked = ++this.#asked;
		try {
			const form = await this.backend.describeAction(file, null, this.session.connection, null);
			if (asked !== this.#asked) return;
			this.fields = form.fields;
			const last = isObject(form.last_input) ? form.last_input : {};
			this.input = startingValues(form.fields, last);
		} catch (thrown) {
			if (asked === this.#asked) this.failure = BackendError.from(thrown);
		}
		await this.refresh();
		if (this.view && !this.view.polls && this.view.listens) this.way = 'hooks';
	}

	/** Reads again how far it has come. */
	async refresh(): Promise<void> {
		const { asked } = this;
		const turn = this.#asked;
		if (!asked) return;
		try {
			const view = await this.backend.triggerView(asked);
			if (turn !== this.#asked) return;
			this.view = view;
			if (view.listens) await this.hooks.load();
		} catch (thrown) {
			if (turn === this.#asked) this.failure = BackendError.from(thrown);
		}
	}

	clear(): void {
		this.pause();
		void this.hooks.stop();
		this.hooks.clear();
		this.#asked++;
		this.file = null;
		this.view = null;
		this.fields = [];
		this.input = {};
		this.way = 'polling';
		this.failure = null;
		this.events = [];
		this.polls = [];
		this.selected = null;
	}

	/** Another input is another trigger to the engine: it begins anew. */
	async setInput(input: JsonObject): Promise<void> {
		this.input = input;
		await this.refresh();
	}

	start(): void {
		this.live = true;
		void this.poll();
	}

	pause(): void {
		this.live = false;
		this.nextMs = null;
		clearTimeout(this.#timer);
	}

	setEvery(seconds: number): void {
		this.every = seconds;
		if (this.live && !this.polling) this.#plan();
	}

	/** Polls once; what it finds comes to the list. */
	async poll(): Promise<void> {
		await this.#poll((report) => this.#takeReport(report));
	}

	/** Passes over all there is now, so that the next poll finds what happens from here on. */
	async skipToNow(): Promise<void> {
		await this.#poll((report) => {
			const passed = report.pages.flatMap((page) => page.events).length;
			this.session.announce(`Passed over ${count(passed, 'event')}`);
			this.session.toast(`Passed over ${count(passed, 'event')}. The next poll begins here.`);
		});
	}

	async setCursor(cursor: JsonValue): Promise<boolean> {
		return this.#change((asked) => this.backend.setTriggerCursor(asked, cursor));
	}

	async rewind(): Promise<void> {
		await this.#change((asked) => this.backend.rewindTrigger(asked));
	}

	/** Forgets which events were handed on. */
	async forgetEvents(): Promise<void> {
		await this.#change((asked) => this.backend.forgetTriggerEvents(asked));
	}

	/** Hands an event on once more: it comes to the list as new, and to the flow where one is named. */
	async replay(event: SeenEvent, flow: string | null = null): Promise<void> {
		if (flow !== null) {
			try {
				await this.backend.handEventToFlow(flow, event.event);
				this.session.toast(`${flow} has handled the event`, { tone: 'ok' });
			} catch (thrown) {
				this.failure = BackendError.from(thrown);
				return;
			}
		}
		this.#add([{ ...event, duplicate: false }], event.by, event.number);
	}

	/** Makes a user in the sandbox org, and looks for the event of it. */
	async createSampleUser(): Promise<SandboxEntry | null> {
		if (!this.isSandbox || this.making) return null;
		this.making = true;
		try {
			const made = await this.backend.createSampleUser();
			this.session.toast(`Created ${made.name}`, { tone: 'ok', hint: made.detail });
			if (this.way === 'polling') await this.poll();
			return made;
		} catch (thrown) {
			this.failure = BackendError.from(thrown);
			return null;
		} finally {
			this.making = false;
		}
	}

	/** A script of its connector was saved: what was watched last is asked again. */
	async saved(): Promise<void> {
		await this.refresh();
		if (this.way === 'polling') await this.poll();
		else if (this.hooks.selected !== null) await this.hooks.replay(this.hooks.selected);
	}

	hear(event: Event): void {
		if (event.kind === 'trigger_heard') this.hooks.hear(event.id, event.heard);
	}

	/** Events that a delivery brought. */
	delivered(events: readonly FoundEvent[]): void {
		this.#add(events, 'hook', null);
	}

	async #poll(take: (report: PollReport) => void): Promise<void> {
		await this.#chosen;
		const { asked } = this;
		if (!asked || this.polling || !this.view?.polls) return;
		const turn = this.#asked;
		clearTimeout(this.#timer);
		this.nextMs = null;
		this.polling = true;
		try {
			const report = await this.backend.pollTrigger({ trigger: asked, pages: this.pages });
			if (turn !== this.#asked) return;
			take(report);
			const failed = report.error;
			this.failure = failed ? new BackendError({ message: failed.message, hint: failed.hint ?? undefined }) : null;
			await this.refresh();
		} catch (thrown) {
			if (turn === this.#asked) this.failure = BackendError.from(thrown);
		} finally {
			this.polling = false;
			if (this.live && turn === this.#asked) this.#plan();
		}
	}

	#takeReport(report: PollReport): void {
		const found = report.pages.flatMap((page) => page.events);
		const fresh = found.filter((each) => !each.duplicate);
		const past: PastPoll = {
			id: this.#next++,
			atMs: Date.now(),
			found: fresh.length,
			duplicates: found.length - fresh.length,
			failed: report.ended === 'failed',
			report
		};
		this.polls = [past, ...this.polls].slice(0, KEPT_POLLS);
		for (const page of report.pages) this.#add(page.events, 'poll', page.number);
		const limit = report.pages.flatMap((page) => page.calls).findLast((call) => call.rate_limit)?.rate_limit;
		if (limit) this.session.rateLimit = limit;
		const names = fresh.slice(0, 2).map((each) => targetOf(each.event));
		this.session.announce(
			`Poll found ${count(fresh.length, 'event')}${names.length > 0 ? `: ${names.join(', ')}` : ''}`
		);
	}

	#add(found: readonly FoundEvent[], by: SeenEvent['by'], number: number | null): void {
		const seenMs = Date.now();
		const seen = found.map((each) => ({
			key: each.key,
			duplicate: each.duplicate,
			event: each.event,
			id: this.#next++,
			seenMs,
			by,
			number
		}));
		if (seen.length === 0) return;
		this.events = [...seen.toReversed(), ...this.events].slice(0, KEPT_EVENTS);
		this.selected ??= this.events[0]?.id ?? null;
	}

	#plan(): void {
		clearTimeout(this.#timer);
		this.nextMs = Date.now() + this.every * 1000;
		this.#timer = setTimeout(() => void this.poll(), this.every * 1000);
	}

	async #change(work: (asked: TriggerRef) => Promise<void>): Promise<boolean> {
		const { asked } = this;
		if (!asked) return false;
		try {
			await work(asked);
			this.failure = null;
			await this.refresh();
			return true;
		} catch (thrown) {
			this.failure = BackendError.from(thrown);
			return false;
		}
	}
}
