/** Which lines of a long list are folded away, and which line stands on which row. Lines and rows count from 0. */

interface Fold {
	head: number;
	/** The last line hidden; the head stays. */
	end: number;
}

interface OuterFold extends Fold {
	/** The head's row. */
	row: number;
	/** Lines hidden up to and including this fold. */
	hidden: number;
}

export class Folds {
	#folds: Fold[] = [];
	#outer: OuterFold[] = [];

	/** How many lines are out of sight. */
	get hidden(): number {
		return this.#outer.at(-1)?.hidden ?? 0;
	}

	has(head: number): boolean {
		const at = this.#position(head);
		return this.#folds[at]?.head === head;
	}

	toggle(head: number, end: number): void {
		const at = this.#position(head);
		if (this.#folds[at]?.head === head) this.#folds.splice(at, 1);
		else if (end > head) this.#folds.splice(at, 0, { head, end });
		this.#measure();
	}

	/** Folds these and nothing else: heads and ends in turn, in order. */
	set(pairs: Uint32Array): void {
		this.#folds = [];
		for (let at = 0; at + 1 < pairs.length; at += 2) this.#folds.push({ head: pairs[at]!, end: pairs[at + 1]! });
		this.#measure();
	}

	/** Unfolds whatever hides a line. */
	reveal(line: number): void {
		const before = this.#folds.length;
		this.#folds = this.#folds.filter((fold) => line <= fold.head || line > fold.end);
		if (this.#folds.length !== before) this.#measure();
	}

	clear(): void {
		this.#folds = [];
		this.#outer = [];
	}

	/** The line on `row`. */
	lineAt(row: number): number {
		const fold = this.#last((each) => each.row < row);
		return row + (fold?.hidden ?? 0);
	}

	/** The row of `line`; for a hidden line, the row of the head that hides it. */
	rowOf(line: number): number {
		const fold = this.#last((each) => each.head < line);
		if (!fold) return line;
		return line <= fold.end ? fold.row : line - fold.hidden;
	}

	/** Folds inside other folds hide nothing more; only the outermost count. */
	#measure(): void {
		this.#outer = [];
		let hidden = 0;
		let end = -1;
		for (const fold of this.#folds) {
			if (fold.head <= end) continue;
			const row = fold.head - hidden;
			hidden += fold.end - fold.head;
			end = fold.end;
			this.#outer.push({ ...fold, row, hidden });
		}
	}

	#position(head: number): number {
		let low = 0;
		let high = this.#folds.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.#folds[middle]!.head < head) low = middle + 1;
			else high = middle;
		}
		return low;
	}

	#last(holds: (fold: OuterFold) => boolean): OuterFold | undefined {
		let low = 0;
		let high = this.#outer.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (holds(this.#outer[middle]!)) low = middle + 1;
			else high = middle;
		}
		return this.#outer[low - 1];
	}
}
