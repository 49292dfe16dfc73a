/** Finding by a few letters, as the palette does. */

export interface Match {
	score: number;
	/** Indices of the letters that matched. */
	at: number[];
}

const WORD_START = 8;
const RUN = 5;
const FIRST = 4;
const GAP = 0.4;

/**
 * How well `query` fits `text`; null when it does not. Case does not matter, spaces in the query neither. Each letter
 * goes on where the one before stood or starts a word; `loose` lets letters stand anywhere.
 */
export function fuzzy(query: string, text: string, loose = false): Match | null {
	const letters = query.toLowerCase().replace(/\s+/g, '');
	const [first] = letters;
	if (first === undefined) return { score: 0, at: [] };
	const lower = text.toLowerCase();
	let best: Match | null = null;
	// Every place the first letter stands is a possible start; the best of them wins.
	for (let start = lower.indexOf(first); start !== -1; start = lower.indexOf(first, start + 1)) {
		const whole = lower.startsWith(letters, start);
		if (!loose && !whole && !startsWord(text, start)) continue;
		const match = from(letters, text, lower, start, loose);
		if (match && (!best || match.score > best.score)) best = match;
	}
	return best;
}

function from(letters: string, text: string, lower: string, start: number, loose: boolean): Match | null {
	const at: number[] = [];
	let score = 0;
	let position = start;
	for (const letter of letters) {
		const found = lower[position] === letter ? position : next(lower, text, letter, position, loose);
		if (found === -1) return null;
		if (at.length > 0) score += found === position ? RUN : -GAP * (found - position);
		if (startsWord(text, found)) score += WORD_START;
		if (found === 0) score += FIRST;
		at.push(found);
		position = found + 1;
	}
	return { score: score - text.length * 0.02, at };
}

/** The start of a later word; in a loose search, else the nearest letter. */
function next(lower: string, text: string, letter: string, position: number, loose: boolean): number {
	const nearest = lower.indexOf(letter, position);
	for (let found = nearest; found !== -1; found = lower.indexOf(letter, found + 1)) {
		if (startsWord(text, found)) return found;
	}
	return loose ? nearest : -1;
}

const SEPARATORS = ' \t\n_-./';

/** Asked for every letter of every name: comparing beats a regular expression by far. */
function startsWord(text: string, at: number): boolean {
	if (at === 0) return true;
	const before = text[at - 1]!;
	if (SEPARATORS.includes(before)) return true;
	const here = text[at]!;
	return here >= 'A' && here <= 'Z' && before >= 'a' && before <= 'z';
}

export interface Ranked<T> {
	item: T;
	match: Match;
}

/** The items that fit, best first; items that fit equally keep their order. Loose fits only where nothing else fits. */
export function rank<T>(query: string, items: readonly T[], text: (item: T) => string): Ranked<T>[] {
	const search = (loose: boolean) =>
		items
			.map((item) => ({ item, match: fuzzy(query, text(item), loose) }))
			.filter((each): each is Ranked<T> => each.match !== null)
			.sort((a, b) => b.match.score - a.match.score);
	const strict = search(false);
	return strict.length > 0 ? strict : search(true);
}

/** Cuts `text` into pieces that matched and pieces that did not. */
export function pieces(text: string, at: readonly number[]): { text: string; hit: boolean }[] {
	const result: { text: string; hit: boolean }[] = [];
	for (let i = 0; i < text.length; i++) {
		const hit = at.includes(i);
		const last = result.at(-1);
		if (last && last.hit === hit) last.text += text[i];
		else result.push({ text: text[i]!, hit });
	}
	return result;
}
