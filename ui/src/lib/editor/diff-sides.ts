/** A difference that the engine drew as one tree, taken apart into its two sides. */
import type { Extension } from '@codemirror/state';
import { Decoration, EditorView, type DecorationSet } from '@codemirror/view';
import type { DiffLine } from '../../backend/types/DiffLine';
import { tokenClass } from '../token-classes';

const INDENT = '  ';
const ARROW = ' → ';
/** The engine's token class of a name; see `token-classes.ts`. */
const PROPERTY = 7;

type Side = 'old' | 'now';
type Coloured = Pick<DiffLine, 'text' | 'spans'>;

/** The text of a side, laid out as the tree is. */
export function sideText(lines: readonly DiffLine[], side: Side): string {
	return linesOf(lines, side)
		.map(({ text }) => text)
		.join('\n');
}

/** The colours that the engine gave the lines, for both sides. */
export function sideColours(lines: readonly DiffLine[]): Extension {
	const known = new Map([...linesOf(lines, 'old'), ...linesOf(lines, 'now')].map((each) => [each.text, each.spans]));
	return EditorView.decorations.compute(['doc'], (state): DecorationSet => {
		const marks = [];
		for (let number = 1; number <= state.doc.lines; number++) {
			const { from, text } = state.doc.line(number);
			const spans = known.get(text) ?? [];
			for (let at = 0; at + 2 < spans.length; at += 3) {
				const [start, end, kind] = [spans[at]!, spans[at + 1]!, spans[at + 2]!];
				if (end > start) marks.push(Decoration.mark({ class: tokenClass(kind) }).range(from + start, from + end));
			}
		}
		return Decoration.set(marks, true);
	});
}

function linesOf(lines: readonly DiffLine[], side: Side): Coloured[] {
	const gone = side === 'old' ? 'added' : 'removed';
	return lines
		.filter((each) => each.mark !== gone)
		.map((each) => indented(each, each.mark === 'changed' ? halfOf(each, side) : each));
}

/** The side's half of a line that holds both: `name: old → new`. */
function halfOf({ text, spans }: DiffLine, side: Side): Coloured {
	const at = arrowIn(text, spans);
	if (at < 0) return { text, spans };
	if (side === 'old') return { text: text.slice(0, at), spans: within(spans, 0, at) };
	const key = keyLength(text, spans);
	const from = at + ARROW.length;
	const shift = key - from;
	const kept = within(spans, from, text.length).map((value, index) => (index % 3 === 2 ? value : value + shift));
	return { text: text.slice(0, key) + text.slice(from), spans: [...within(spans, 0, key), ...kept] };
}

/** Where the arrow between old and new stands: one in a text has no colour of its own. */
function arrowIn(text: string, spans: readonly number[]): number {
	for (let at = 0; at + 2 < spans.length; at += 3) {
		const start = spans[at]!;
		if (spans[at + 1] === start + 1 && text.slice(start - 1, start + 2) === ARROW) return start - 1;
	}
	return -1;
}

/** How long the name before the value is; 0 where there is none. */
function keyLength(text: string, spans: readonly number[]): number {
	const end = spans[1] ?? 0;
	const named = spans[0] === 0 && spans[2] === PROPERTY && text.startsWith(': ', end);
	return named ? end + 2 : 0;
}

/** The spans that lie between two places. */
function within(spans: readonly number[], from: number, to: number): number[] {
	const kept = [];
	for (let at = 0; at + 2 < spans.length; at += 3) {
		if (spans[at]! >= from && spans[at + 1]! <= to) kept.push(spans[at]!, spans[at + 1]!, spans[at + 2]!);
	}
	return kept;
}

function indented({ depth }: DiffLine, { text, spans }: Coloured): Coloured {
	const lead = INDENT.repeat(depth);
	return { text: lead + text, spans: spans.map((value, index) => (index % 3 === 2 ? value : value + lead.length)) };
}
