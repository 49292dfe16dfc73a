/** One URL on screen, two parts in the file: what stands before `?`, and rows of query parameters. */
import type { Pair } from '../backend/types/Pair';

/** What the URL bar shows: the URL with its enabled query parameters. */
export function joinUrl(url: string, query: readonly Pair[]): string {
	const sent = query.filter((row) => row.enabled !== false && (row.name !== '' || row.value !== ''));
	if (sent.length === 0) return url;
	return `${url}?${sent.map((row) => (row.value === '' ? shown(row.name, true) : `${shown(row.name, true)}=${shown(row.value)}`)).join('&')}`;
}

/** Takes the bar's text apart. Rows that are off, and descriptions of rows that stay, are kept. */
export function splitUrl(text: string, before: readonly Pair[]): { url: string; query: Pair[] } {
	const mark = outsideVariables(text, '?');
	if (mark < 0) return { url: text, query: before.filter((row) => row.enabled === false) };
	const parts = text.slice(mark + 1).split('&');
	const query: Pair[] = [];
	const left = [...before];
	for (const part of parts) {
		if (part === '') continue;
		const equals = part.indexOf('=');
		const name = plain(equals < 0 ? part : part.slice(0, equals));
		const value = equals < 0 ? '' : plain(part.slice(equals + 1));
		// Rows that are off stay where they were: those before the row this part came from go first.
		while (left[0]?.enabled === false) query.push(left.shift()!);
		const known = left.findIndex((row) => row.enabled !== false && row.name === name);
		const row =
			known >= 0
				? left.splice(known, 1)[0]!
				: left[0] && sameCount(left, parts.length - query.length)
					? left.shift()!
					: null;
		query.push(row ? { ...row, name, value } : { name, value });
	}
	return { url: text.slice(0, mark), query: [...query, ...left.filter((row) => row.enabled === false)] };
}

/** A row was renamed rather than added where as many rows are left as parts. */
function sameCount(left: readonly Pair[], parts: number): boolean {
	return left.filter((row) => row.enabled !== false).length === parts;
}

/** Escapes only what would change how the text is taken apart again. */
function shown(text: string, name = false): string {
	return text.replace(name ? /[%&=#+]|\?/g : /[%&#+]/g, (sign) => encodeURIComponent(sign));
}

function plain(text: string): string {
	try {
		return decodeURIComponent(text.replaceAll('+', ' '));
	} catch {
		return text;
	}
}

function outsideVariables(text: string, sign: string): number {
	const masked = text.replace(/\{\{[^{}]*\}\}/g, (variable) => '_'.repeat(variable.length));
	return masked.indexOf(sign);
}
