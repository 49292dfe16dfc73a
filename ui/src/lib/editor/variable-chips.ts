/** A line of text in which `{{variables}}` are chips: blue, or red where nothing gives them a value. */
import { StateEffect, StateField, type Extension } from '@codemirror/state';
import {
	Decoration,
	EditorView,
	hoverTooltip,
	ViewPlugin,
	WidgetType,
	type DecorationSet,
	type ViewUpdate
} from '@codemirror/view';
import type { Scope } from '../../backend/types/Scope';
import type { VariableView } from '../../backend/types/VariableView';
import { variablesIn } from '../variables';

export const knownVariables = StateEffect.define<readonly VariableView[]>();

const SOURCES: Record<Scope, string> = {
	workspace: 'from the workspace',
	connector: 'from the connector',
	folder: 'from the folder',
	connection: 'from the connection',
	request: 'from this request',
	run: 'from this run'
};

/** What a hover says about a variable. */
export function describeVariable(variable: VariableView | undefined, name: string): { value: string; source: string } {
	if (!variable?.scope) return { value: `${name} has no value`, source: 'Set it under Params.' };
	return { value: variable.secret ? '••••••••' : (variable.value ?? ''), source: SOURCES[variable.scope] };
}

const known = StateField.define<ReadonlyMap<string, VariableView> | null>({
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

function isMissing(variables: ReadonlyMap<string, VariableView> | null, name: string): boolean {
	// Until the engine has answered nothing is called missing.
	return variables !== null && !variables.get(name)?.scope;
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

const hover = hoverTooltip(
	(view, at) => {
		const use = variablesIn(view.state.doc.toString()).find((each) => each.from <= at && at <= each.to);
		if (!use) return null;
		return {
			pos: use.from,
			end: use.to,
			above: false,
			create: () => {
				const told = describeVariable(view.state.field(known)?.get(use.name), use.name);
				const dom = document.createElement('div');
				dom.className = 'cm-variable-tip';
				const value = document.createElement('div');
				value.className = 'mono';
				value.textContent = told.value;
				const source = document.createElement('div');
				source.className = 'source';
				source.textContent = told.source;
				dom.append(value, source);
				return { dom };
			}
		};
	},
	{ hoverTime: 250 }
);

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
	'.cm-chip-open': { color: 'var(--accent-text)', background: 'var(--accent-soft)', borderRadius: 'var(--r-1)' },
	'.cm-chip-missing': { color: 'var(--danger-text)', background: 'var(--danger-soft)' },
	'.cm-tooltip': {
		background: 'var(--bg-raised)',
		border: '1px solid var(--border)',
		borderRadius: 'var(--r-3)',
		boxShadow: 'var(--shadow-2)'
	},
	'.cm-variable-tip': {
		padding: '6px 10px',
		fontSize: 'var(--fs-12)',
		lineHeight: 'var(--lh-12)',
		maxWidth: '420px',
		overflowWrap: 'anywhere'
	},
	'.cm-variable-tip .source': { color: 'var(--text-3)', fontSize: 'var(--fs-11)' }
});

export function variableChips(): Extension {
	return [known, chips, hover, theme];
}
