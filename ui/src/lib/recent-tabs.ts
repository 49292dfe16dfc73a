/** Which tabs were used last: Ctrl Tab goes back through them while Ctrl is held, as in browsers and editors. */
export class RecentTabs {
	/** Ids, the one used last first. */
	#order: string[] = [];
	/** What is gone through while Ctrl is held, and where in it. */
	#walk: { ids: string[]; at: number } | null = null;

	/** A tab is shown. On the way through the tabs that means nothing yet. */
	used(id: string): void {
		if (this.#walk === null) this.#order = [id, ...this.#order.filter((each) => each !== id)];
	}

	/** The tab to show next of those that are open. */
	step(open: readonly string[], active: string | undefined, direction: 1 | -1): string | undefined {
		if (this.#walk === null || this.#walk.ids.some((each) => !open.includes(each))) {
			const known = [active ?? '', ...this.#order, ...open].filter((each) => open.includes(each));
			this.#walk = { ids: [...new Set(known)], at: 0 };
		}
		const { ids, at } = this.#walk;
		if (ids.length === 0) return undefined;
		this.#walk.at = (at + direction + ids.length) % ids.length;
		return ids[this.#walk.at];
	}

	/** Ctrl is let go: the tab on show is the one used last. */
	end(): void {
		const chosen = this.#walk?.ids[this.#walk.at];
		this.#walk = null;
		if (chosen !== undefined) this.used(chosen);
	}
}
