/** Lines of a body that the engine holds, asked for in windows and kept. */
import type { DiffMark } from '../backend/types/DiffMark';

export interface Line {
	text: string;
	depth: number;
	/** The last line of what this one opens. */
	fold_end: number | null;
	/** Flat: start, end, class ... */
	spans: number[];
	/** Whether the text is longer than what is shown. */
	cut: boolean;
	/** Flat: what was found, start, end ... */
	hits?: number[];
	mark?: DiffMark;
	/** Of a difference: where what differs is. */
	path?: string;
}

export type LoadLines = (from: number, count: number) => Promise<{ from: number; lines: Line[] }>;

const WINDOW = 200;
/** About 40,000 lines; windows asked for longest ago go first. */
const WINDOWS_KEPT = 200;

export class LineWindows {
	/** Grows while a large body is still being read. */
	count = $state(0);
	/** Counts how often all lines were asked for anew. */
	renewed = $state(0);
	#load: LoadLines;
	// Not reactive on purpose: views redraw when an answer comes, not for each line.
	// eslint-disable-next-line svelte/prefer-svelte-reactivity
	#windows = new Map<number, Line[]>();
	// eslint-disable-next-line svelte/prefer-svelte-reactivity
	#stale = new Map<number, Line[]>();
	// eslint-disable-next-line svelte/prefer-svelte-reactivity
	#asked = new Map<number, Promise<void>>();

	constructor(count: number, load: LoadLines) {
		this.count = count;
		this.#load = load;
	}

	/** The line, where it has come already. */
	get(line: number): Line | undefined {
		const window = Math.floor(line / WINDOW);
		return (this.#windows.get(window) ?? this.#stale.get(window))?.[line % WINDOW];
	}

	/** Asks for the windows that hold these lines; null when all of them are here. */
	want(first: number, last: number): Promise<void> | null {
		const waiting: Promise<void>[] = [];
		const end = Math.floor(Math.min(last, this.count - 1) / WINDOW);
		for (let window = Math.max(0, Math.floor(first / WINDOW)); window <= end; window++) {
			if (!this.#windows.has(window)) waiting.push(this.#ask(window));
		}
		return waiting.length === 0 ? null : Promise.all(waiting).then(() => undefined);
	}

	/** What the lines show has changed: those that are here are asked for again. */
	forget(): void {
		// What was there shows until what is there now has come.
		this.#stale = this.#windows;
		// eslint-disable-next-line svelte/prefer-svelte-reactivity
		this.#windows = new Map();
		this.#asked.clear();
		this.renewed++;
	}

	/** More lines are known now; a window that was short is asked for again. */
	grow(count: number): void {
		const tail = Math.floor(this.count / WINDOW);
		if ((this.#windows.get(tail)?.length ?? WINDOW) < WINDOW) this.#windows.delete(tail);
		this.count = count;
	}

	#ask(window: number): Promise<void> {
		const asked = this.#asked.get(window);
		if (asked) return asked;
		const { renewed } = this;
		const answer = this.#load(window * WINDOW, WINDOW)
			.then(({ lines }) => {
				if (renewed !== this.renewed) return;
				this.#windows.set(window, lines);
				const oldest = this.#windows.keys().next();
				if (this.#windows.size > WINDOWS_KEPT && !oldest.done) this.#windows.delete(oldest.value);
			})
			.finally(() => {
				if (this.#asked.get(window) === answer) this.#asked.delete(window);
			});
		this.#asked.set(window, answer);
		return answer;
	}
}
