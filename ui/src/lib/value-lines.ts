/** Coloured tree lines of a value that the window holds itself, such as an event: the engine draws the long ones. */
import type { JsonValue } from '../backend/types/serde_json/JsonValue';
import { LineWindows, type Line } from './line-windows.svelte';

/** Indexes of the engine's token classes; see `token-classes.ts`. */
const STRING = 3;
const NUMBER = 5;
const CONSTANT = 6;
const PROPERTY = 7;

export function linesOfValue(value: JsonValue): Line[] {
	const lines: Line[] = [];
	add(lines, null, value, 0);
	return lines;
}

/** A text as it stands, or the tree of it where it is JSON. */
export function linesOfText(text: string): Line[] {
	try {
		const value = JSON.parse(text) as JsonValue;
		if (typeof value === 'object' && value !== null) return linesOfValue(value);
	} catch {
		// Then it is text.
	}
	return text.split('\n').map((line) => ({ text: line, depth: 0, fold_end: null, spans: [], cut: false }));
}

/** Lines that are here already, as views of lines want them. */
export function windowsOf(lines: readonly Line[]): LineWindows {
	return new LineWindows(lines.length, async (from, count) => ({ from, lines: lines.slice(from, from + count) }));
}

function add(lines: Line[], key: string | null, value: JsonValue, depth: number): void {
	const name = key === null ? '' : /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
	const lead = key === null ? '' : `${name}: `;
	const spans = key === null ? [] : [0, name.length, PROPERTY];
	const line = (text: string, more: number[] = []): Line => ({
		text,
		depth,
		fold_end: null,
		spans: [...spans, ...more],
		cut: false
	});
	const members: [string | null, JsonValue][] | null = Array.isArray(value)
		? value.map((item) => [null, item])
		: typeof value === 'object' && value !== null
			? Object.entries(value).map(([name, item]) => [name, item as JsonValue])
			: null;
	const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
	if (members === null) {
		const text = JSON.stringify(value);
		const colour = typeof value === 'string' ? STRING : typeof value === 'number' ? NUMBER : CONSTANT;
		lines.push(line(lead + text, [lead.length, lead.length + text.length, colour]));
	} else if (members.length === 0) lines.push(line(`${lead}${open}${close}`));
	else {
		const first = line(lead + open);
		lines.push(first);
		for (const [name, item] of members) add(lines, name, item, depth + 1);
		lines.push({ text: close, depth, fold_end: null, spans: [], cut: false });
		first.fold_end = lines.length - 1;
	}
}
