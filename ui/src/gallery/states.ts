/**
 * States that only a pointer or a keyboard brings about, drawn without either: every rule for `:hover` counts for what is
 * shown as hovered too, and so on. The styles of the components stay the only ones.
 */
export const FORCED = ['hover', 'focus', 'pressed'] as const;

export type Forced = (typeof FORCED)[number];

const PSEUDO: Record<Forced, RegExp> = {
	hover: /:hover\b/g,
	// With `:focus-within` the ring is drawn by what surrounds the control.
	focus: /:focus(?:-visible|-within)?(?![\w-])/g,
	pressed: /:active\b/g
};
const CONTROLS = "button, input, textarea, [role='separator'], [tabindex='0']";

/** The selector for the same look in a forced state; null where it is about no state. It weighs what it weighed. */
export function forced(selector: string): string | null {
	let found = false;
	let result = selector;
	for (const state of FORCED) {
		result = result.replace(PSEUDO[state], (pseudo) => {
			found = true;
			const inside = state !== 'focus' ? '*' : pseudo === ':focus-within' ? `:has(${CONTROLS})` : `:where(${CONTROLS})`;
			return `:is([data-shown='${state}'] ${inside})`;
		});
	}
	return found ? result : null;
}

/** Adds to a style sheet what its rules say of states, for what is shown in them. */
export function addStates(sheet: CSSStyleSheet | CSSMediaRule): void {
	for (let at = sheet.cssRules.length - 1; at >= 0; at--) {
		const rule = sheet.cssRules[at];
		if (rule instanceof CSSMediaRule) addStates(rule);
		if (!(rule instanceof CSSStyleRule)) continue;
		const selector = forced(rule.selectorText);
		if (selector !== null) sheet.insertRule(`${selector} { ${rule.style.cssText} }`, at + 1);
	}
}
