/** The regions of the window, in the order of the page: F6 goes round them. */

const FOCUSABLE =
	'[role=treeitem][tabindex="0"], [contenteditable=true], input:not(:disabled), button:not(:disabled):not([tabindex="-1"]), [tabindex="0"]';

export function focusRegion(direction: 1 | -1): void {
	const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter((each) => each.offsetWidth > 0);
	// A region may lie in another one, as the events of a trigger do: what counts is the innermost.
	const around = document.activeElement?.closest<HTMLElement>('[data-region]');
	const at = around ? regions.indexOf(around) : -1;
	for (let offset = 1; offset <= regions.length; offset++) {
		const region = regions[(at + direction * offset + regions.length * 2) % regions.length];
		const first = (selector: string) =>
			[...(region?.querySelectorAll<HTMLElement>(selector) ?? [])].find(
				(each) => each.closest('[data-region]') === region
			);
		const preferred = first('[role=treeitem][tabindex="0"], [contenteditable=true]') ?? first(FOCUSABLE);
		if (!preferred) continue;
		preferred.focus();
		return;
	}
}

/** Whether the focus is in the region of that name. */
export function inRegion(name: string): boolean {
	return document.activeElement?.closest('[data-region]')?.getAttribute('data-region') === name;
}
