/** Marks beside the lines that tests ran, and beside those that no test ran. They move with the text. */
import { RangeSet, StateEffect, StateField, type EditorState, type Range } from '@codemirror/state';
import { EditorView, gutter, GutterMarker } from '@codemirror/view';
import type { LineHits } from '../../backend/types/LineHits';

class Mark extends GutterMarker {
	constructor(
		override elementClass: string,
		readonly words: string
	) {
		super();
	}

	override eq(other: Mark): boolean {
		return other.words === this.words;
	}

	override toDOM(): HTMLElement {
		const mark = document.createElement('i');
		mark.title = this.words;
		return mark;
	}
}

const replaced = StateEffect.define<readonly LineHits[]>();

const marks = StateField.define<RangeSet<GutterMarker>>({
	create: () => RangeSet.empty,
	update(value, transaction) {
		let next = value.map(transaction.changes);
		for (const effect of transaction.effects) if (effect.is(replaced)) next = marksOf(transaction.state, effect.value);
		return next;
	}
});

const looks = EditorView.theme({
	'.cm-coverage-gutter': { width: '5px' },
	'.cm-coverage-gutter .cm-gutterElement': { width: '5px' },
	'.cm-ran': { borderInlineStart: '3px solid var(--success)' },
	// Dashed, so that colour is not alone.
	'.cm-missed': { borderInlineStart: '3px dashed var(--danger)' }
});

const extension = [marks, looks, gutter({ class: 'cm-coverage-gutter', markers: (view) => view.state.field(marks) })];

/** What shows these lines in an editor of that state. */
export function coverageEffects(state: EditorState, lines: readonly LineHits[]): StateEffect<unknown>[] {
	const here = state.field(marks, false) !== undefined;
	if (!here && lines.length === 0) return [];
	// The gutter takes its room only where there is something to show.
	return here ? [replaced.of(lines)] : [StateEffect.appendConfig.of(extension), replaced.of(lines)];
}

function marksOf(state: EditorState, lines: readonly LineHits[]): RangeSet<GutterMarker> {
	const ranges: Range<GutterMarker>[] = lines
		.filter((each) => each.line >= 1 && each.line <= state.doc.lines)
		.toSorted((one, other) => one.line - other.line)
		.map(({ line, hits }) => {
			const words = hits === 0 ? 'No test runs this line' : `Run ${hits} ${hits === 1 ? 'time' : 'times'} by tests`;
			return new Mark(hits === 0 ? 'cm-missed' : 'cm-ran', words).range(state.doc.line(line).from);
		});
	return RangeSet.of(ranges);
}
