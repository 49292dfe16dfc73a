/** The class names of coloured text, by the index the engine's spans carry. */
import type { TokenClass } from '../backend/types/TokenClass';

const ORDER: readonly TokenClass[] = [
	'none',
	'keyword',
	'function',
	'string',
	'interp',
	'number',
	'constant',
	'property',
	'comment',
	'operator',
	'variable',
	'param'
];

/** The CSS class of a span's class; the plain one where this window does not know it. */
export function tokenClass(index: number): string {
	return `tok-${ORDER[index] ?? 'none'}`;
}

/** A piece of a line in one colour. */
export interface Piece {
	text: string;
	class: string;
}

/** Cuts a line by its flat spans (start, end, class ...), plain pieces between them included. */
export function piecesOf(text: string, spans: readonly number[]): Piece[] {
	const pieces: Piece[] = [];
	let at = 0;
	for (let i = 0; i + 2 < spans.length; i += 3) {
		const start = Math.max(spans[i]!, at);
		const end = Math.min(spans[i + 1]!, text.length);
		if (end <= start) continue;
		if (start > at) pieces.push({ text: text.slice(at, start), class: tokenClass(0) });
		pieces.push({ text: text.slice(start, end), class: tokenClass(spans[i + 2]!) });
		at = end;
	}
	if (at < text.length) pieces.push({ text: text.slice(at), class: tokenClass(0) });
	return pieces;
}

/** Cuts pieces further where something was found; those found have `hit` set, the one in hand `current`. */
export function markHits(
	pieces: readonly Piece[],
	hits: readonly number[],
	current: { start: number; end: number } | null
): Piece[] {
	const cut: Piece[] = [];
	let begin = 0;
	for (const piece of pieces) {
		const end = begin + piece.text.length;
		let at = begin;
		for (let i = 0; i + 1 < hits.length; i += 2) {
			const start = Math.max(hits[i]!, at);
			const stop = Math.min(hits[i + 1]!, end);
			if (stop <= start) continue;
			if (start > at) cut.push({ ...piece, text: piece.text.slice(at - begin, start - begin) });
			const marked = current !== null && hits[i]! >= current.start && hits[i + 1]! <= current.end;
			cut.push({
				text: piece.text.slice(start - begin, stop - begin),
				class: `${piece.class} hit${marked ? ' here' : ''}`
			});
			at = stop;
		}
		if (at < end) cut.push({ ...piece, text: piece.text.slice(at - begin) });
		begin = end;
	}
	return cut;
}
