/** What an expression holds while a script stands still, under the pointer. */
import type { Extension } from '@codemirror/state';
import { hoverTooltip } from '@codemirror/view';

/** A value in words, and what kind it is. */
export interface HoverValue {
	result: string;
	type?: string;
}

/** `valueOf` gives the value of a name or of a way through members, such as `user.profile.email`; null where there is none. */
export function valueHover(valueOf: (expression: string) => Promise<HoverValue | null> | null): Extension {
	return hoverTooltip(async ({ state }, pos) => {
		const line = state.doc.lineAt(pos);
		const found = wayAt(line.text, pos - line.from);
		const value = found && (await valueOf(found.text));
		if (!value) return null;
		return {
			pos: line.from + found.from,
			end: line.from + found.to,
			above: true,
			create: () => {
				const dom = document.createElement('div');
				dom.className = 'cm-value-hover mono';
				dom.style.cssText = 'padding: 4px 8px; max-width: 520px; overflow-wrap: anywhere;';
				dom.textContent = `${found.text} = ${value.result}`;
				return { dom };
			}
		};
	});
}

/** The way through members up to the word at `offset`. */
export function wayAt(line: string, offset: number): { text: string; from: number; to: number } | null {
	for (const match of line.matchAll(/[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*/g)) {
		const end = match.index + match[0].length;
		if (offset < match.index || offset > end) continue;
		const rest = /^\w*/.exec(line.slice(offset))?.[0].length ?? 0;
		const to = Math.min(end, offset + rest);
		// What is called is no value.
		return /^\s*\(/.test(line.slice(to)) ? null : { text: line.slice(match.index, to), from: match.index, to };
	}
	return null;
}
