/** Arrow keys in a list whose rows are buttons marked with `data-row`. */
import { step } from './step';

/** Moves the focus from row to row; true where the key was about that. */
export function moveAmongRows(event: KeyboardEvent, list: HTMLElement): boolean {
	if (event.ctrlKey || event.metaKey || event.altKey) return false;
	const rows = [...list.querySelectorAll<HTMLElement>('[data-row]')];
	const at = rows.findIndex((each) => each === document.activeElement);
	const next = at === -1 ? null : step(event.key, at, rows.length);
	if (next === null) return false;
	event.preventDefault();
	rows[next]?.focus();
	return true;
}
