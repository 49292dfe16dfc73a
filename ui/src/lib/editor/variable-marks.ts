/** A text of several lines in which `{{variables}}` are marked: blue, or red where nothing gives them a value. */
import type { Extension } from '@codemirror/state';
import { Decoration, EditorView, ViewPlugin, type DecorationSet, type ViewUpdate } from '@codemirror/view';
import { variablesIn } from '../variables';
import { isMissing, known, knownVariables, markRules, tips, type SetValue } from './variable-chips';

const present = Decoration.mark({ class: 'cm-chip-open' });
const missing = Decoration.mark({ class: 'cm-chip-open cm-chip-missing' });

/** Longer than any variable that is written by hand. */
const BEYOND = 200;

/** Only what is in sight, and a little beyond, is looked through: a body may be long, and of one line. */
function decorate(view: EditorView): DecorationSet {
	const variables = view.state.field(known);
	const marks = view.visibleRanges.flatMap(({ from, to }) => {
		const start = Math.max(0, from - BEYOND);
		const text = view.state.doc.sliceString(start, Math.min(view.state.doc.length, to + BEYOND));
		return variablesIn(text).map((use) =>
			(isMissing(variables, use.name) ? missing : present).range(start + use.from, start + use.to)
		);
	});
	return Decoration.set(marks, true);
}

const marks = ViewPlugin.fromClass(
	class {
		decorations: DecorationSet;

		constructor(view: EditorView) {
			this.decorations = decorate(view);
		}

		update(update: ViewUpdate): void {
			const told = update.transactions.some((each) => each.effects.some((effect) => effect.is(knownVariables)));
			if (told || update.docChanged || update.viewportChanged) this.decorations = decorate(update.view);
		}
	},
	{ decorations: (plugin) => plugin.decorations }
);

/** `onset` is told which variable is to get a value. */
export function variableMarks(onset: SetValue): Extension {
	return [known, marks, tips(onset), EditorView.theme(markRules)];
}
