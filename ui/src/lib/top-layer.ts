/** Elements that stand above all others. */

/**
 * Lifts an element out of whatever contains it, so that its fixed place is one of the window: the panes of the window
 * contain their layout, and would clip it. To be attached (`{@attach topLayer}`); `.top-layer` takes the look away that
 * browsers give.
 */
export function topLayer(element: HTMLElement): void {
	element.popover = 'manual';
	// Not there in the tests' page.
	element.showPopover?.();
}
