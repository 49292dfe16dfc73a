/** What can be done with a value. */
import type { MenuItem } from '../../components/Menu.svelte';
import { keysText } from '../../lib/keys';
import type { Debugger } from './debugger.svelte';
import type { ValueRow } from './value-tree.svelte';

/** `edit` lets its text be edited in its row, and says what that does; null where it has none to edit. */
export function valueItems(
	debugging: Debugger,
	row: ValueRow,
	edit: { label: string; run: () => void } | null
): MenuItem[] {
	const { value, evaluateName } = row.variable;
	const copy = (text: string) =>
		navigator.clipboard.writeText(text).catch((thrown: unknown) => debugging.session.fail(thrown));
	const items: MenuItem[] = edit ? [{ ...edit, keys: keysText('F2') }, 'line'] : [];
	items.push({
		label: 'Copy value',
		// What is shown may be cut; the whole text is asked for by itself.
		run: () => void debugging.whole(row.variable).then(copy, () => copy(value))
	});
	if (evaluateName !== undefined) {
		items.push({ label: 'Copy path', run: () => void copy(evaluateName) });
		items.push({ label: 'Add to watch', run: () => void debugging.watches.add(evaluateName, debugging.paused) });
	}
	return items;
}
