/** Copying from lines: the value that stands on one, or the way to it. */
import { valueOf } from './line-value';
import type { Line, LineWindows } from './line-windows.svelte';

/** More lines than this are no value that somebody wants on the clipboard. */
const AT_MOST = 20_000;

interface From {
	lines: LineWindows;
	/** Whether the lines say how deep they are: a value then goes on to its closing bracket. */
	indent: boolean;
	pathOf?: (line: number) => Promise<string | null>;
	valueAt?: (line: number) => Promise<string | null>;
	oncopied?: (done: boolean, told: string) => void;
	onfailure?: (thrown: unknown) => void;
}

export class LineCopy {
	readonly #from: () => From;

	constructor(from: () => From) {
		this.#from = from;
	}

	/** What a line shows, whole: of an opening bracket, all up to the closing one. */
	async value(number: number): Promise<void> {
		const { lines, indent, valueAt } = this.#from();
		const line = lines.get(number);
		if (!line) return;
		if (valueAt) return this.#ask(() => valueAt(number), 'Value copied');
		if (!indent) return this.#ask(() => Promise.resolve(line.cut ? null : line.text), 'Line copied');
		const end = line.fold_end ?? number;
		if (end - number > AT_MOST) return this.#ask(() => Promise.resolve(null), '');
		await this.#ask(async () => {
			await lines.want(number, end);
			const all = Array.from({ length: end - number + 1 }, (_, at) => lines.get(number + at));
			return all.includes(undefined) ? null : valueOf(all as Line[]);
		}, 'Value copied');
	}

	/** The way to a line's value. */
	async path(number: number): Promise<void> {
		const { pathOf } = this.#from();
		if (pathOf) await this.#ask(() => pathOf(number), 'Path copied');
	}

	async #ask(text: () => Promise<string | null>, told: string): Promise<void> {
		const { oncopied, onfailure } = this.#from();
		try {
			const found = await text();
			if (found !== null) await navigator.clipboard.writeText(found);
			oncopied?.(found !== null, told);
		} catch (thrown) {
			onfailure?.(thrown);
		}
	}
}
