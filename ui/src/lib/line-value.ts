/** The value a line of a tree shows, put together from its lines: for copying. */
import type { Line } from './line-windows.svelte';

const KEY = /^("(?:[^"\\]|\\.)*"|[^\s":{}[\],]+): /;
const OPENS = /^([{[])(?: {2}\d[\d,]* items?)?$/;

/**
 * `lines` are the line and those up to the one that closes it. A text is given without its quotes, as a person wants
 * to paste it; a list or an object as indented JSON. Null where a line was cut: half a value would be a wrong one.
 */
export function valueOf(lines: readonly Line[]): string | null {
	const [first] = lines;
	if (!first || lines.some((line) => line.cut)) return null;
	const value = plain(first.text.replace(KEY, ''));
	if (lines.length === 1) return unquoted(value);
	return lines.map((line, index) => written(line, index, first.depth, lines[index + 1])).join('\n');
}

function written(line: Line, index: number, depth: number, next: Line | undefined): string {
	const key = index === 0 ? undefined : KEY.exec(line.text)?.[1];
	const value = plain(line.text.replace(KEY, ''));
	const name = key === undefined ? '' : `${key.startsWith('"') ? key : JSON.stringify(key)}: `;
	const last = next === undefined || /^[}\]]/.test(next.text);
	const comma = last || /^[{[]$/.test(value) ? '' : ',';
	return `${'  '.repeat(line.depth - depth)}${name}${value}${comma}`;
}

/** Without the count after an opening bracket, and without the comma at the end. */
function plain(value: string): string {
	const bare = value.replace(/,$/, '');
	return OPENS.exec(bare)?.[1] ?? bare;
}

function unquoted(value: string): string {
	if (!value.startsWith('"')) return value;
	try {
		return String(JSON.parse(value));
	} catch {
		return value;
	}
}
