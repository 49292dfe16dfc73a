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
	const typed = text
		.slice(mark + 1)
		.split('&')
		.filter((part) => part !== '')
		.map(pairOf);
	const sent = before.filter((row) => row.enabled !== false);
	const named = new Set(typed.map((pair) => pair.name));
	const query: Pair[] = [];
	const off = before.map((row, index) => ({ row, index })).filter(({ row }) => row.enabled === false);
	typed.forEach((pair, index) => {
		let known = sent.findIndex((row) => row.name === pair.name);
		// No row of that name, and the row in this place has lost its own: it was renamed.
		const here = before.filter((row) => row.enabled !== false)[index];
		if (known < 0 && here && sent.includes(here) && !named.has(here.name)) known = sent.indexOf(here);
		const row = known < 0 ? null : sent.splice(known, 1)[0]!;
		// Rows that are off stay where they stood: before the rows they stood before.
		const at = row ? before.indexOf(row) : 0;
		while (off[0] && off[0].index < at) query.push(off.shift()!.row);
		query.push(row ? { ...row, name: pair.name, value: pair.value } : pair);
	});
	return { url: text.slice(0, mark), query: [...query, ...off.map(({ row }) => row)] };
}

/** Where a request goes: to the host it names, or to the one `base` does. */
export function hostOf(url: string, base: string | null | undefined): string | null {
	return /^https?:\/\/([^/?#{]+)/i.exec(url.includes('://') ? url : (base ?? ''))?.[1] ?? null;
}

/** Whether a request certainly goes to another place than `base`: what signs for that one does not sign it then. */
export function goesElsewhere(url: string, base: string | null | undefined): boolean {
	const origin = (text: string) => /^https?:\/\/[^/?#]+/i.exec(text)?.[0];
	const own = origin(url);
	if (!own || own.includes('{') || !base) return false;
	return URL.canParse(own) && URL.canParse(base) && new URL(own).origin !== new URL(base).origin;
}

function pairOf(part: string): Pair {
	const equals = part.indexOf('=');
	const name = plain(equals < 0 ? part : part.slice(0, equals));
	const value = equals < 0 ? '' : plain(part.slice(equals + 1));
	return { name, value, enabled: true, description: '' };
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

/** A pasted URL with its path parameters as variables: `/users/:id` is `/users/{{id}}`. */
export function withPathVariables(text: string): string {
	const mark = text.search(/[?#]/);
	const [path, rest] = mark < 0 ? [text, ''] : [text.slice(0, mark), text.slice(mark)];
	return path.replace(/\/:([A-Za-z_]\w*)(?=\/|$)/g, '/{{$1}}') + rest;
}

/** Whether a pasted text is a URL, whole or from its path on. */
export function looksLikeUrl(text: string): boolean {
	return /^(https?:\/\/|\/|\{\{[\w.-]+\}\}\/)\S+$/.test(text.trim());
}
