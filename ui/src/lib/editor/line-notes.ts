/** Short notes at line ends: what a call answered, where a run failed, what a check found. They move with the text. */
import { StateEffect, StateField, type EditorState, type Extension, type Range, type Text } from '@codemirror/state';
import { Decoration, EditorView, WidgetType, type DecorationSet } from '@codemirror/view';

export type NoteKind = 'call' | 'value' | 'warning' | 'error';

export interface LineNote {
	/** From 1. */
	line: number;
	kind: NoteKind;
	/** In bold before the text, such as a status. */
	lead?: string;
	ok?: boolean;
	/** Empty where the line is only marked. */
	text: string;
	/** Marks the whole line as the one that failed. */
	failed?: boolean;
}

class NoteWidget extends WidgetType {
	constructor(readonly note: LineNote) {
		super();
	}

	override eq(other: NoteWidget): boolean {
		const a = this.note;
		const b = other.note;
		return a.kind === b.kind && a.lead === b.lead && a.text === b.text && a.ok === b.ok;
	}

	override toDOM(): HTMLElement {
		const note = document.createElement('span');
		note.className = `cm-note cm-note-${this.note.kind}`;
		if (this.note.kind === 'warning' || this.note.kind === 'error') note.append(sign());
		if (this.note.lead) {
			const lead = document.createElement('b');
			lead.className = this.note.ok ? 'ok' : 'bad';
			lead.textContent = this.note.lead;
			note.append(lead);
		}
		note.append(this.note.text);
		return note;
	}

	override ignoreEvent(): boolean {
		return false;
	}
}

function sign(): SVGElement {
	const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
	for (const [name, value] of Object.entries({
		width: '12',
		height: '12',
		viewBox: '0 0 24 24',
		fill: 'none',
		stroke: 'currentColor',
		'stroke-width': '2.25',
		'stroke-linecap': 'round',
		'stroke-linejoin': 'round',
		'aria-hidden': 'true'
	})) {
		svg.setAttribute(name, value);
	}
	for (const d of [
		'm21.73 18-8-14a2 2 0 0 0-3.48 0l-8 14A2 2 0 0 0 4 21h16a2 2 0 0 0 1.73-3',
		'M12 9v4',
		'M12 17h.01'
	]) {
		const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
		path.setAttribute('d', d);
		svg.append(path);
	}
	return svg;
}

const failedLine = Decoration.line({ class: 'cm-failed-line' });

function decorate(doc: Text, notes: readonly LineNote[]): DecorationSet {
	const ranges: Range<Decoration>[] = [];
	for (const note of notes) {
		if (note.line < 1 || note.line > doc.lines) continue;
		const line = doc.line(note.line);
		if (note.failed) ranges.push(failedLine.range(line.from));
		if (note.text !== '') ranges.push(Decoration.widget({ widget: new NoteWidget(note), side: 1 }).range(line.to));
	}
	return Decoration.set(ranges, true);
}

/** One source of notes; an editor has several. */
function notes(): { extension: Extension; set: (notes: readonly LineNote[]) => StateEffect<readonly LineNote[]> } {
	const replaced = StateEffect.define<readonly LineNote[]>();
	const field = StateField.define<DecorationSet>({
		create: () => Decoration.none,
		update(value, transaction) {
			let next = value.map(transaction.changes);
			for (const effect of transaction.effects)
				if (effect.is(replaced)) next = decorate(transaction.state.doc, effect.value);
			return next;
		},
		provide: (from) => EditorView.decorations.from(from)
	});
	return { extension: field, set: (list) => replaced.of(list) };
}

/** What the last run says about the lines. */
export const runNotes = notes();
/** What variables hold while a script stands still. */
export const valueNotes = notes();
/** What the last check says about the lines. */
export const checkNotes = notes();

/** Where the caret is, from 1. */
export function caretOf(state: EditorState): { line: number; column: number } {
	const { head } = state.selection.main;
	const line = state.doc.lineAt(head);
	return { line: line.number, column: head - line.from + 1 };
}
