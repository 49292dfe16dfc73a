/** A line of text in which `{{variables}}` are chips: blue, or red where nothing gives them a value. */
import { StateEffect, StateField, type EditorState, type Extension } from '@codemirror/state';
import {
	Decoration,
	EditorView,
	hoverTooltip,
	showTooltip,
	tooltips,
	ViewPlugin,
	WidgetType,
	type DecorationSet,
	type Tooltip,
	type ViewUpdate
} from '@codemirror/view';
import type { VariableView } from '../../backend/types/VariableView';
import { describeVariable, isCall, isMissing as lacks, variablesIn } from '../variables';
import { completionRules } from './theme';

export const knownVariables = StateEffect.define<readonly VariableView[]>();

/** What is known of the variables; null until the engine has answered. */
export const known = StateField.define<ReadonlyMap<string, VariableView> | null>({
	create: () => null,
	update(value, transaction) {
		for (const effect of transaction.effects) {
			if (effect.is(knownVariables)) return new Map(effect.value.map((each) => [each.name, each]));
		}
		return value;
	}
});

class Chip extends WidgetType {
	constructor(
		readonly name: string,
		readonly missing: boolean
	) {
		super();
	}

	override eq(other: Chip): boolean {
		return other.name === this.name && other.missing === this.missing;
	}

	override toDOM(): HTMLElement {
		const chip = document.createElement('span');
		chip.className = this.missing ? 'cm-chip cm-chip-missing' : 'cm-chip';
		chip.textContent = this.name;
		return chip;
	}

	override ignoreEvent(): boolean {
		return false;
	}
}

export function isMissing(variables: ReadonlyMap<string, VariableView> | null, name: string): boolean {
	// Until the engine has answered nothing is called missing.
	return variables !== null && lacks(variables.get(name), name);
}

function decorate(view: EditorView): DecorationSet {
	const variables = view.state.field(known);
	const { from, to } = view.state.selection.main;
	return Decoration.set(
		variablesIn(view.state.doc.toString()).map((use) => {
			const missing = isMissing(variables, use.name);
			// The one being edited shows its braces.
			const open =
				view.hasFocus &&
				from <= use.to &&
				to >= use.from &&
				(from > use.from || to < use.to || from !== to) &&
				to !== use.from &&
				from !== use.to;
			const decoration = open
				? Decoration.mark({ class: missing ? 'cm-chip-open cm-chip-missing' : 'cm-chip-open' })
				: Decoration.replace({ widget: new Chip(use.name, missing) });
			return decoration.range(use.from, use.to);
		})
	);
}

const chips = ViewPlugin.fromClass(
	class {
		decorations: DecorationSet;

		constructor(view: EditorView) {
			this.decorations = decorate(view);
		}

		update(update: ViewUpdate): void {
			const told = update.transactions.some((each) => each.effects.some((effect) => effect.is(knownVariables)));
			if (told || update.docChanged || update.selectionSet || update.focusChanged)
				this.decorations = decorate(update.view);
		}
	},
	{ decorations: (plugin) => plugin.decorations }
);

/** The place of a variable that was clicked on; null closes what that opened. */
const asked = StateEffect.define<number | null>();

/** Takes the person to where the variable gets its value. */
export type SetValue = (name: string) => void;

function tipAt(view: EditorState, at: number, onset: SetValue | undefined): Tooltip | null {
	const use = variablesIn(view.doc.toString()).find((each) => each.from <= at && at <= each.to);
	if (!use) return null;
	const variable = view.field(known)?.get(use.name);
	const told = describeVariable(variable, use.name);
	return {
		pos: use.from,
		end: use.to,
		above: false,
		create: () => {
			const dom = document.createElement('div');
			dom.className = 'cm-variable-tip';
			dom.append(part('mono', told.value), part('source', told.source));
			if (onset && isMissing(view.field(known), use.name) && !isCall(use.name)) {
				const button = document.createElement('button');
				button.type = 'button';
				button.textContent = 'Set value';
				// Pressing it leaves the caret, and so this tip, where they are.
				button.addEventListener('mousedown', (event) => event.preventDefault());
				button.addEventListener('click', () => onset(use.name));
				dom.append(button);
			}
			return { dom };
		}
	};
}

function part(name: string, text: string): HTMLElement {
	const element = document.createElement('div');
	element.className = name;
	element.textContent = text;
	return element;
}

/** What a hover, or a click on a missing one, says of a variable. */
export function tips(onset: SetValue | undefined): Extension {
	const clicked = StateField.define<Tooltip | null>({
		create: () => null,
		update(value, transaction) {
			for (const effect of transaction.effects) {
				if (effect.is(asked)) return effect.value === null ? null : tipAt(transaction.state, effect.value, onset);
				if (effect.is(knownVariables)) return value && tipAt(transaction.state, value.pos, onset);
			}
			return transaction.docChanged ? null : value;
		},
		provide: (field) => showTooltip.from(field)
	});
	return [
		clicked,
		hoverTooltip((view, at) => (view.state.field(clicked) ? null : tipAt(view.state, at, onset)), { hoverTime: 250 }),
		EditorView.domEventHandlers({
			// Not a click: pressing the button redraws the chip, and there is none where its element is gone.
			mouseup(event, view) {
				const chip = document.elementFromPoint(event.clientX, event.clientY)?.closest('.cm-chip-missing');
				const at = chip && view.contentDOM.contains(chip) ? view.posAtDOM(chip) : null;
				// After the editor has put its caret.
				setTimeout(() => view.dispatch({ effects: asked.of(at) }));
				return false;
			},
			blur: (_, view) => void setTimeout(() => view.dispatch({ effects: asked.of(null) })),
			keydown: (_, view) => void (view.state.field(clicked) && view.dispatch({ effects: asked.of(null) }))
		}),
		// Above everything: the bar around the field cuts off what stands out of it.
		tooltips({ position: 'fixed', parent: document.body })
	];
}

/** How the marks and what they say look, in a field and in an editor. */
export const markRules = {
	'.cm-chip-open': { color: 'var(--accent-text)', background: 'var(--accent-soft)', borderRadius: 'var(--r-1)' },
	'.cm-chip-missing': { color: 'var(--danger-text)', background: 'var(--danger-soft)' },
	// Over what the language makes of the text.
	'.cm-chip-open *': { color: 'inherit' },
	'.cm-variable-tip': {
		padding: '6px 10px',
		fontSize: 'var(--fs-12)',
		lineHeight: 'var(--lh-12)',
		maxWidth: '420px',
		overflowWrap: 'anywhere'
	},
	'.cm-variable-tip .source': { color: 'var(--text-3)', fontSize: 'var(--fs-11)' },
	'.cm-variable-tip button': {
		marginTop: '4px',
		padding: '2px 0',
		color: 'var(--accent-text)',
		fontWeight: 'var(--fw-medium)'
	},
	'.cm-variable-tip button:hover': { textDecoration: 'underline' }
};

const theme = EditorView.theme({
	'&': { color: 'var(--text)', backgroundColor: 'transparent', width: '100%' },
	'&.cm-focused': { outline: 'none' },
	'.cm-scroller': {
		fontFamily: 'var(--font-mono)',
		fontSize: 'var(--fs-12)',
		lineHeight: '20px',
		overflowX: 'auto',
		scrollbarWidth: 'none'
	},
	'.cm-content': { padding: '0', caretColor: 'var(--accent)' },
	'.cm-line': { padding: '0' },
	'.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '1.5px' },
	'.cm-selectionBackground': { backgroundColor: 'var(--bg-active)' },
	'.cm-placeholder': { color: 'var(--text-3)' },
	'.cm-chip': {
		color: 'var(--accent-text)',
		background: 'var(--accent-soft)',
		borderRadius: 'var(--r-1)',
		padding: '2px 5px',
		margin: '0 1px'
	},
	'.cm-tooltip': {
		background: 'var(--bg-raised)',
		border: '1px solid var(--border)',
		borderRadius: 'var(--r-3)',
		boxShadow: 'var(--shadow-2)'
	},
	...completionRules,
	...markRules
});

/** `onset` is told which variable is to get a value. */
export function variableChips(onset?: SetValue): Extension {
	return [known, chips, tips(onset), theme];
}
