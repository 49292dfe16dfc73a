// What the tests ask inside the page. These functions are sent there as text: they use nothing from outside.

/** Whether nothing moves; a caret, which blinks for ever, does not count. */
export function MOVING() {
	return document
		.getAnimations()
		.every((each) => each.playState !== 'running' || each.effect.getComputedTiming().iterations === Infinity);
}

/** What cannot be reached: controls beyond the window or cut off by what surrounds them, and a page that scrolls. */
export function CLIPPED() {
	const CONTROLS = 'button, input, textarea, select, a[href], [tabindex="0"], [role=tab], [role=treeitem], [role=option]';
	const found = [];
	const { scrollingElement } = document;
	if (scrollingElement.scrollWidth > innerWidth) found.push(`the page is ${scrollingElement.scrollWidth} wide`);
	// What lies below an open dialog is not to be reached.
	const dialog = [...document.querySelectorAll('[role=dialog]')].at(-1) ?? null;
	const scrolls = (value) => value === 'auto' || value === 'scroll';
	for (const control of document.querySelectorAll(CONTROLS)) {
		if (!control.checkVisibility({ visibilityProperty: true }) || control.closest('[inert], [aria-hidden=true], .sr-only')) continue;
		if (dialog !== null && !dialog.contains(control)) continue;
		let { left, right, top, bottom } = control.getBoundingClientRect();
		if (right - left < 2 || bottom - top < 2) continue;
		const name = (control.getAttribute('aria-label') ?? control.textContent).trim().slice(0, 40);
		const where = `${control.tagName.toLowerCase()}.${[...control.classList].join('.')} “${name}”`;
		let cut = '';
		let inner = control;
		for (let outer = control.parentElement; outer && outer !== document.documentElement; outer = outer.parentElement) {
			if (getComputedStyle(inner).position === 'fixed') break;
			const style = getComputedStyle(outer);
			const box = outer.getBoundingClientRect();
			// In a part that scrolls, what is beyond its edge can be brought into sight: the part is what must be in reach.
			if (scrolls(style.overflowX) && outer.scrollWidth > outer.clientWidth) [left, right] = [box.left, box.right];
			else if (style.overflowX !== 'visible' && (left < box.left - 1 || right > box.right + 1)) cut ||= `${outer.className || outer.tagName}, across`;
			if (scrolls(style.overflowY) && outer.scrollHeight > outer.clientHeight) [top, bottom] = [box.top, box.bottom];
			else if (style.overflowY !== 'visible' && (top < box.top - 1 || bottom > box.bottom + 1)) cut ||= `${outer.className || outer.tagName}, down`;
			inner = outer;
		}
		if (cut) found.push(`${where} is cut off by ${cut}`);
		else if (left < -1 || right > innerWidth + 1 || top < -1 || bottom > innerHeight + 1)
			found.push(`${where} is beyond the window: ${[left, top, right, bottom].map(Math.round)}`);
		else if (right - left < 2 || bottom - top < 2) found.push(`${where} is in a part without room`);
	}
	return found;
}

/** What would move for longer than a hundredth of a second, though less motion is asked for. */
export function MOTION() {
	const seconds = (list) => Math.max(...list.split(',').map((each) => parseFloat(each) * (each.trim().endsWith('ms') ? 0.001 : 1)));
	const found = new Set();
	for (const element of document.querySelectorAll('body *')) {
		// CodeMirror's caret blinks; a caret is no motion of the page.
		if (element.closest('.cm-cursorLayer')) continue;
		for (const part of [null, '::before', '::after']) {
			const style = getComputedStyle(element, part);
			if (part !== null && style.content === 'none') continue;
			const longest = Math.max(seconds(style.transitionDuration), style.animationName === 'none' ? 0 : seconds(style.animationDuration));
			if (longest > 0.01) found.add(`${element.tagName.toLowerCase()}.${[...element.classList].join('.')}${part ?? ''}: ${longest} s`);
		}
	}
	return [...found];
}

/** Remembers how everything looks that may take the focus, and where Tab should lead; gives their number. */
export function REMEMBER_LOOKS() {
	document.activeElement?.blur();
	const stops = [...document.querySelectorAll('button, input, textarea, select, a[href], iframe, [tabindex], [contenteditable=true]')].filter(
		(each) => each.tabIndex >= 0 && !each.disabled && each.checkVisibility({ visibilityProperty: true }) && !each.closest('[inert]')
	);
	const dialog = document.querySelector('[role=dialog]');
	const look = (element) => {
		const looks = [];
		for (let each = element, depth = 0; each && depth < 4; each = each.parentElement, depth++) {
			const { outlineColor, outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor, color, opacity } = getComputedStyle(each);
			looks.push([outlineStyle, outlineColor, outlineWidth, boxShadow, borderColor, backgroundColor, color, opacity].join());
		}
		return looks.join('|');
	};
	window.focusTest = { look, looks: new Map(stops.map((each) => [each, look(each)])), seen: new Set(), dialog };
	return stops.filter((each) => !dialog || dialog.contains(each)).length;
}

/** Notes where the focus is; `again` once it has been there before. What is wrong with it comes along. */
export function NOTE_FOCUS() {
	const { look, looks, seen } = window.focusTest;
	const { activeElement } = document;
	const name = `${activeElement.tagName.toLowerCase()}.${[...activeElement.classList].join('.')} “${(activeElement.getAttribute('aria-label') ?? activeElement.textContent).trim().slice(0, 40)}”`;
	if (activeElement === document.body) return { name, outside: true };
	if (seen.has(activeElement)) return { name, again: true };
	seen.add(activeElement);
	const before = looks.get(activeElement);
	const shows = before === undefined || before !== look(activeElement) || activeElement.closest('.cm-editor') !== null;
	return { name, hidden: !shows, editor: activeElement.closest('.cm-editor') !== null };
}

/** Where Tab should have led and did not. A group with one stop, such as tabs, counts once. */
export function MISSED() {
	const { looks, seen, dialog } = window.focusTest;
	return [...looks.keys()]
		.filter((each) => each.isConnected && !seen.has(each) && (!dialog || dialog.contains(each)))
		.filter((each) => each.checkVisibility({ visibilityProperty: true }))
		.map((each) => `${each.tagName.toLowerCase()}.${[...each.classList].join('.')} “${(each.getAttribute('aria-label') ?? each.textContent).trim().slice(0, 40)}”`);
}
