/** What a request was answered, as it is looked at: the part on show, the body, what is found, filtered, compared. */
import type { Backend } from '../../backend';
import type { BodyDiff } from '../../backend/types/BodyDiff';
import type { BodySummary } from '../../backend/types/BodySummary';
import type { FileRef } from '../../backend/types/FileRef';
import type { HttpResponse } from '../../backend/types/HttpResponse';
import type { PastSend } from '../../backend/types/PastSend';
import type { Sent } from '../../backend/types/Sent';
import type { SentRequest } from '../../backend/types/SentRequest';
import { LineWindows } from '../line-windows.svelte';
import { BodyFilter } from './filter.svelte';
import { Finder } from './finder.svelte';
import { BodyViewer } from './viewer.svelte';
import type { View } from './views';
import { BodyWork } from './work.svelte';

export type AnswerSection = 'body' | 'headers' | 'cookies' | 'timing' | 'tls' | 'request' | 'log' | 'history';

/** An answer on show: the last one, or one of the history. */
export interface Shown {
	number: number;
	request: SentRequest;
	response: HttpResponse;
	body: BodySummary;
}

/** Two answers compared. */
export interface Comparison {
	/** The older answer's number. */
	with: number;
	diff: BodyDiff;
	lines: LineWindows;
}

export class Answer {
	section = $state<AnswerSection>('body');
	shown = $state.raw<Shown | null>(null);
	viewer = $state.raw<BodyViewer | null>(null);
	comparison = $state.raw<Comparison | null>(null);
	/** Paths that comparisons leave out: `$.users[*].lastLogin`. */
	ignored = $state.raw<string[]>([]);
	history = $state.raw<PastSend[]>([]);
	/** The last answer's number; another one on show is of the history. */
	latest = $state(0);
	readonly filter: BodyFilter;
	readonly finder: Finder;
	readonly comparing: BodyWork;
	readonly #backend: Backend;
	/** Under which the view is remembered; null for a request without a file. */
	#key: string | null;
	#wanted: View | null = null;
	#last: Shown | null = null;

	constructor(backend: Backend, key: string | null) {
		this.#backend = backend;
		this.#key = key;
		this.filter = new BodyFilter(backend);
		this.finder = new Finder(backend);
		this.comparing = new BodyWork(backend);
		this.filter.onresult = () => void this.finder.attach(this.current);
	}

	/** The body that is looked at: what the filter gave, or the whole. */
	get current(): BodyViewer | null {
		return this.filter.result ?? this.viewer;
	}

	/** Shows an answer that just came. */
	async take(sent: Sent): Promise<void> {
		await this.#recall();
		const before = this.#last;
		this.latest = sent.number;
		this.#last = sent;
		await this.#show(sent);
		if (before && before.body.id !== this.viewer?.id) this.#forget(before.body.id);
	}

	/** Shows an answer of the history; the last one without a number. */
	async look(number: number | null): Promise<void> {
		if (number === null || number === this.latest) {
			if (this.#last) await this.#show(this.#last);
			return;
		}
		const past = await this.#backend.pastResponse(number);
		await this.#show({ number, ...past });
	}

	/** Compares what is on show with an earlier answer. */
	async compare(number: number): Promise<void> {
		const { shown } = this;
		if (!shown) return;
		const past = await this.#backend.pastResponse(number);
		try {
			await this.#whole(past.body.id);
			await this.#whole(shown.body.id);
			const ask = { old: past.body.id, new: shown.body.id, ignored: this.ignored };
			const diff = await this.comparing.run((id) => this.#backend.diffBodies({ id, ...ask }));
			if (!diff) return;
			const lines = new LineWindows(diff.lines, (from, count) => this.#backend.bodyDiffLines(diff.id, from, count));
			this.comparison = { with: number, diff, lines };
			this.section = 'body';
		} finally {
			this.#forget(past.body.id);
		}
	}

	/** Leaves these paths out of comparisons, now and later. */
	async ignore(paths: string[]): Promise<void> {
		this.ignored = paths;
		if (this.#key) void this.#backend.remember(`${this.#key} ignored`, paths).catch(() => undefined);
		if (this.comparison) await this.compare(this.comparison.with);
	}

	/** Compares what is on show with the answer before it; nothing where there is none. */
	async compareWithPrevious(file: FileRef | null): Promise<void> {
		if (this.comparison) return this.stopComparing();
		await this.loadHistory(file);
		const before = this.history.find((each) => each.number < (this.shown?.number ?? 0));
		if (before) await this.compare(before.number);
	}

	openFinder(): void {
		this.section = 'body';
		this.comparison = null;
		this.finder.open = true;
		this.finder.wanted++;
	}

	stopComparing(): void {
		this.comparing.stop();
		this.comparison = null;
	}

	/** Chooses how bodies of this request are looked at, now and later. */
	choose(view: View): void {
		this.current?.show(view);
		// A place found stands elsewhere in another view.
		if (this.finder.count) void this.finder.go(this.finder.at);
		if (this.current !== this.viewer) return;
		this.#wanted = view;
		if (this.#key) void this.#backend.remember(this.#key, view).catch(() => undefined);
	}

	async loadHistory(file: FileRef | null): Promise<void> {
		const { shown } = this;
		const { method, url } = this.#last?.request ?? shown?.request ?? { method: '', url: '' };
		this.history = await this.#backend.pastSends({ file, method, url });
	}

	async pin(number: number, pinned: boolean): Promise<void> {
		await this.#backend.pinSend(number, pinned);
		this.history = this.history.map((each) => (each.number === number ? { ...each, pinned } : each));
	}

	/** Nobody looks any more. */
	close(): void {
		this.comparing.stop();
		this.finder.work.stop();
		this.filter.work.stop();
		this.filter.result?.close();
		this.viewer?.close();
		if (this.#last && this.#last.body.id !== this.viewer?.id) this.#forget(this.#last.body.id);
	}

	async #show(shown: Shown): Promise<void> {
		const viewer = new BodyViewer(this.#backend, shown.body, this.#wanted);
		await viewer.begin();
		const before = this.viewer;
		this.comparison = null;
		this.viewer = viewer;
		this.shown = shown;
		if (before && before.id !== viewer.id) {
			if (before.id === this.#last?.body.id) before.leave();
			else before.close();
		}
		await Promise.all([this.finder.attach(viewer), this.filter.attach(viewer.id)]);
	}

	/** Bodies are compared when all of them has been read. */
	async #whole(id: string): Promise<void> {
		while (!(await this.#backend.bodySummary(id)).complete) await new Promise((done) => setTimeout(done, 50));
	}

	async #recall(): Promise<void> {
		if (!this.#key || this.#wanted) return;
		const kept = await this.#backend.recall(this.#key).catch(() => null);
		if (typeof kept === 'string') this.#wanted = kept as View;
		const ignored = await this.#backend.recall(`${this.#key} ignored`).catch(() => null);
		if (Array.isArray(ignored)) this.ignored = ignored as string[];
	}

	#forget(id: string): void {
		void this.#backend.closeBody(id).catch(() => undefined);
	}
}
