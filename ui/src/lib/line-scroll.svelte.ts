/**
 * How far a list of rows is scrolled, and which of them are in sight. Browsers cannot lay out more than some 30 million
 * pixels, so above a limit the scrollbar stands for more than it is tall, and the wheel moves the rows themselves.
 */

const TALLEST = 16_000_000;
const OVERSCAN = 12;
/** What is left free below the last row. */
const FOOT = 8;

export class LineScroll {
	rowHeight = $state(20);
	height = $state(0);
	/** How far the first row is above the view, in pixels of the true height. */
	offset = $state(0);
	top = $state(0);
	readonly #rows: () => number;
	#box: HTMLElement | null = null;
	#expected = -1;

	total = $derived.by(() => this.#rows() * this.rowHeight + FOOT);
	/** As tall as the page can be. */
	tall = $derived(Math.min(this.total, TALLEST));
	scaled = $derived(this.total > TALLEST);
	first = $derived(Math.max(0, Math.floor(this.offset / this.rowHeight) - OVERSCAN));
	/** The row after the last one drawn. */
	last = $derived.by(() => Math.min(this.#rows(), Math.ceil((this.offset + this.height) / this.rowHeight) + OVERSCAN));
	/** Where the first row drawn stands. */
	shift = $derived((this.scaled ? this.top - this.offset : 0) + this.first * this.rowHeight);

	constructor(rows: () => number) {
		this.#rows = rows;
	}

	/** Follows an element, until the function that is returned is called. */
	attach = (element: HTMLElement): (() => void) => {
		this.#box = element;
		const measured = parseFloat(getComputedStyle(element).lineHeight);
		if (Number.isFinite(measured) && measured > 0) this.rowHeight = measured;
		const observer = new ResizeObserver(() => (this.height = element.clientHeight));
		observer.observe(element);
		// Svelte's wheel listeners are passive; this one has to keep the browser from scrolling too.
		element.addEventListener('wheel', this.#wheel, { passive: false });
		element.addEventListener('scroll', this.#scroll);
		return () => {
			observer.disconnect();
			element.removeEventListener('wheel', this.#wheel);
			element.removeEventListener('scroll', this.#scroll);
		};
	};

	/** Back to the beginning; to a row a little above the middle, where one is given. */
	reset(row: number): void {
		if (!this.#box) return;
		this.offset = 0;
		this.#box.scrollTop = 0;
		this.#box.scrollLeft = 0;
		if (row > 0) this.to((row - Math.floor(this.#box.clientHeight / this.rowHeight / 3)) * this.rowHeight);
	}

	to(offset: number): void {
		if (!this.#box) return;
		this.offset = Math.max(0, Math.min(this.total - this.height, offset));
		const share = this.offset / Math.max(1, this.total - this.height);
		this.#box.scrollTop = this.scaled ? share * (this.tall - this.height) : this.offset;
		this.#expected = this.#box.scrollTop;
		this.top = this.#expected;
	}

	/** As little as brings a row into sight. */
	nudge(row: number): void {
		const top = row * this.rowHeight;
		if (top < this.offset) this.to(top);
		else if (top + this.rowHeight > this.offset + this.height - FOOT)
			this.to(top + this.rowHeight - this.height + FOOT);
	}

	/** So that a row that is not in sight stands in the upper third. */
	reveal(row: number): void {
		const top = row * this.rowHeight;
		const inSight = top >= this.offset && top + 3 * this.rowHeight <= this.offset + this.height;
		if (!inSight) this.to(top - Math.floor(this.height / 3));
	}

	#scroll = (): void => {
		this.top = this.#box?.scrollTop ?? 0;
		if (Math.abs(this.top - this.#expected) < 1.5) return;
		this.#expected = -1;
		const share = this.top / Math.max(1, this.tall - this.height);
		this.offset = this.scaled ? share * (this.total - this.height) : this.top;
	};

	#wheel = (event: WheelEvent): void => {
		if (!this.scaled || event.deltaY === 0 || event.ctrlKey) return;
		event.preventDefault();
		const unit = event.deltaMode === 1 ? this.rowHeight : event.deltaMode === 2 ? this.height : 1;
		this.to(this.offset + event.deltaY * unit);
	};
}
