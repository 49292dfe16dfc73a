/**
 * Colours the editor by the engine's highlighter: one set of grammars for editor, bodies, command line and docs.
 * Edits go out once a frame; until the answer comes the old colours move with the text.
 */
import { ChangeSet, RangeSetBuilder, StateEffect, type Extension, type Text } from '@codemirror/state';
import { Decoration, ViewPlugin, type DecorationSet, type EditorView, type ViewUpdate } from '@codemirror/view';
import type { Backend } from '../../backend';
import { tokenClass } from '../token-classes';

const coloured = StateEffect.define<null>();
/** Lines coloured beyond the visible ones, so that scrolling finds them coloured. */
const MARGIN = 60;
/** Makes every view a document of its own: a view that goes and one that comes may overlap. */
let nextView = 1;
const MARKS = new Map<number, Decoration>();

function mark(index: number): Decoration {
	let found = MARKS.get(index);
	if (!found) {
		found = Decoration.mark({ class: tokenClass(index) });
		MARKS.set(index, found);
	}
	return found;
}

class Colours {
	decorations: DecorationSet = Decoration.none;
	#view: EditorView;
	#backend: Backend;
	#id: string;
	#talk: Promise<unknown>;
	/** The text the engine has, and what happened to it since. */
	#sent: Text;
	#since: ChangeSet;
	#frame = 0;
	#asked = 0;
	#from = 0;
	#to = 0;
	#gone = false;

	constructor(view: EditorView, backend: Backend, id: string, language: string) {
		this.#view = view;
		this.#backend = backend;
		this.#id = id;
		this.#sent = view.state.doc;
		this.#since = ChangeSet.empty(this.#sent.length);
		this.#talk = backend.openDocument(id, language, this.#sent.toString());
		this.#plan();
	}

	update(update: ViewUpdate): void {
		if (update.docChanged) {
			this.decorations = this.decorations.map(update.changes);
			this.#since = this.#since.compose(update.changes);
			this.#plan();
		} else if (update.viewportChanged) {
			const { from, to } = this.#range();
			if (from < this.#from || to > this.#to) this.#plan();
		}
	}

	destroy(): void {
		this.#gone = true;
		cancelAnimationFrame(this.#frame);
		void this.#talk.then(() => this.#backend.closeDocument(this.#id)).catch(() => undefined);
	}

	#plan(): void {
		if (this.#frame === 0) {
			this.#frame = requestAnimationFrame(() => {
				this.#frame = 0;
				this.#flush();
			});
		}
	}

	/** Sends what changed since the last frame as one replacement of lines, then asks for the lines in sight. */
	#flush(): void {
		const doc = this.#view.state.doc;
		const edit = this.#edit(doc);
		this.#sent = doc;
		this.#since = ChangeSet.empty(doc.length);
		const { from, to } = this.#range();
		const asked = ++this.#asked;
		this.#talk = this.#talk
			.then(() => edit && this.#backend.editDocument(this.#id, edit.from, edit.removed, edit.inserted))
			.then(() => this.#backend.documentLines(this.#id, from, to - from))
			.then((lines) => {
				// A newer question is on its way: its answer fits the text, this one does not.
				if (this.#gone || asked !== this.#asked || this.#frame !== 0) return;
				this.#from = from;
				this.#to = to;
				this.decorations = this.#paint(from, lines);
				this.#view.dispatch({ effects: coloured.of(null) });
			})
			.catch(() => undefined);
	}

	#edit(doc: Text): { from: number; removed: number; inserted: string[] } | null {
		if (this.#since.empty) return null;
		let startBefore = Infinity;
		let endBefore = 0;
		let endAfter = 0;
		this.#since.iterChangedRanges((fromA, toA, _fromB, toB) => {
			startBefore = Math.min(startBefore, fromA);
			endBefore = Math.max(endBefore, toA);
			endAfter = Math.max(endAfter, toB);
		});
		const first = this.#sent.lineAt(startBefore).number;
		const removed = this.#sent.lineAt(endBefore).number - first + 1;
		const last = doc.lineAt(endAfter).number;
		const inserted: string[] = [];
		for (let line = first; line <= last; line++) inserted.push(doc.line(line).text);
		return { from: first - 1, removed, inserted };
	}

	#range(): { from: number; to: number } {
		const { doc } = this.#view.state;
		const { from, to } = this.#view.viewport;
		return {
			from: Math.max(0, doc.lineAt(from).number - 1 - MARGIN),
			to: Math.min(doc.lines, doc.lineAt(to).number + MARGIN)
		};
	}

	#paint(from: number, lines: readonly number[][]): DecorationSet {
		const { doc } = this.#view.state;
		const builder = new RangeSetBuilder<Decoration>();
		lines.forEach((spans, index) => {
			if (from + index >= doc.lines) return;
			const line = doc.line(from + index + 1);
			for (let i = 0; i + 2 < spans.length; i += 3) {
				const end = Math.min(spans[i + 1]!, line.length);
				if (spans[i + 2] !== 0 && spans[i]! < end)
					builder.add(line.from + spans[i]!, line.from + end, mark(spans[i + 2]!));
			}
		});
		return builder.finish();
	}
}

/** `id` names the document towards the engine together with a number of its own; `language` is a file's extension. */
export function engineHighlight(backend: Backend, id: string, language: string): Extension {
	return ViewPlugin.define((view) => new Colours(view, backend, `${id}#${nextView++}`, language), {
		decorations: (colours) => colours.decorations
	});
}
