/** Two texts compared: beside each other, or as one with what was taken out above what came in. */
import { goToNextChunk, goToPreviousChunk, Chunk, MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState, Text, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view';
import { defaultKeymap } from '@codemirror/commands';
import { search, searchKeymap } from '@codemirror/search';
import { editorTheme } from './theme';

export interface DiffOptions {
	old: string;
	now: string;
	/** What each side is called by screen readers. */
	oldName: string;
	nowName: string;
	beside: boolean;
	/** Whether long stretches without a change are shown too. */
	whole: boolean;
	/** Colours for a side. */
	colours: () => Extension;
}

export interface DiffShown {
	step: (direction: 1 | -1) => void;
	destroy: () => void;
}

/** Beyond this the comparison is coarse rather than slow. */
const LIMITS = { scanLimit: 1000, timeout: 200 };
const COLLAPSED = { margin: 3, minSize: 6 };

/** How many lines came in and went. */
export function changedLines(old: string, now: string): { added: number; removed: number } {
	const [before, after] = [lines(old), lines(now)];
	let [added, removed] = [0, 0];
	for (const chunk of Chunk.build(before, after, LIMITS)) {
		if (chunk.toB > chunk.fromB) added += span(after, chunk.fromB, chunk.endB);
		if (chunk.toA > chunk.fromA) removed += span(before, chunk.fromA, chunk.endA);
	}
	return { added, removed };
}

/** Which lines of `now`, from 0, were not there before. */
export function newLines(old: readonly string[], now: readonly string[]): number[] {
	const [before, after] = [Text.of(old.length > 0 ? old : ['']), Text.of(now.length > 0 ? now : [''])];
	return Chunk.build(before, after, LIMITS).flatMap((chunk) => {
		if (chunk.toB <= chunk.fromB) return [];
		const from = after.lineAt(chunk.fromB).number - 1;
		return Array.from({ length: span(after, chunk.fromB, chunk.endB) }, (_, at) => from + at);
	});
}

export function showDiff(parent: HTMLElement, options: DiffOptions): DiffShown {
	const { old, now, oldName, nowName, beside, whole } = options;
	const collapseUnchanged = whole ? undefined : COLLAPSED;
	// Where all of it is new or gone, marks on every word say nothing.
	const highlightChanges = old !== '' && now !== '';
	if (beside) {
		const view = new MergeView({
			a: { doc: lines(old), extensions: side(options, oldName) },
			b: { doc: lines(now), extensions: side(options, nowName) },
			parent,
			collapseUnchanged,
			highlightChanges,
			diffConfig: LIMITS
		});
		return { step: (direction) => step(view.b, direction), destroy: () => view.destroy() };
	}
	const unified = unifiedMergeView({
		original: lines(old),
		mergeControls: false,
		collapseUnchanged,
		highlightChanges,
		diffConfig: LIMITS
	});
	const name = `${nowName}, compared with ${oldName}`;
	const view = new EditorView({ doc: lines(now), parent, extensions: [...side(options, name), unified] });
	return { step: (direction) => step(view, direction), destroy: () => view.destroy() };
}

function side({ colours }: DiffOptions, name: string): Extension[] {
	return [
		lineNumbers(),
		drawSelection(),
		search({ top: true }),
		keymap.of([...searchKeymap, ...defaultKeymap]),
		EditorState.readOnly.of(true),
		EditorState.tabSize.of(4),
		EditorView.contentAttributes.of({ tabindex: '0', 'aria-label': name }),
		editorTheme,
		diffTheme,
		colours()
	];
}

function step(view: EditorView, direction: 1 | -1): void {
	(direction === 1 ? goToNextChunk : goToPreviousChunk)(view);
	view.focus();
}

function lines(text: string): Text {
	return Text.of(text.split(/\r\n?|\n/));
}

function span(text: Text, from: number, to: number): number {
	return text.lineAt(to).number - text.lineAt(from).number + 1;
}

const diffTheme = EditorView.theme({
	'&.cm-merge-a .cm-changedLine, & .cm-deletedChunk': { backgroundColor: 'var(--diff-del)' },
	'&.cm-merge-b .cm-changedLine, & .cm-inlineChangedLine': { backgroundColor: 'var(--diff-add)' },
	// A line below, and no colour behind: every colour of code is to be read on it.
	'&.cm-merge-a .cm-changedText, & .cm-deletedChunk .cm-deletedText': {
		background: 'none !important',
		boxShadow: 'inset 0 -2px 0 var(--danger)'
	},
	'&.cm-merge-b .cm-changedText': { background: 'none !important', boxShadow: 'inset 0 -2px 0 var(--success)' },
	'& .cm-deletedChunk': { paddingLeft: '0', color: 'var(--text)' },
	'& .cm-insertedLine, & .cm-deletedLine, & .cm-deletedLine del': { textDecoration: 'none' },
	// Colour is never alone: what came in has a plus, what went a minus.
	'& .cm-changeGutter': { width: '14px', padding: '0' },
	'& .cm-changedLineGutter, & .cm-deletedLineGutter': {
		background: 'none !important',
		fontWeight: 'var(--fw-semibold)',
		textAlign: 'center'
	},
	'&.cm-merge-b .cm-changedLineGutter': { color: 'var(--diff-add-text)' },
	'&.cm-merge-b .cm-changedLineGutter::before': { content: '"+"' },
	'&.cm-merge-a .cm-changedLineGutter, & .cm-deletedLineGutter': { color: 'var(--diff-del-text)' },
	'&.cm-merge-a .cm-changedLineGutter::before, & .cm-deletedLineGutter::before': { content: '"−"' },
	'& .cm-collapsedLines': {
		padding: '2px 12px',
		background: 'var(--bg-sunken)',
		color: 'var(--text-2)',
		font: 'var(--fs-11)/18px var(--font-ui)'
	},
	// The sign that stands there by itself is in few fonts.
	'& .cm-collapsedLines::before, & .cm-collapsedLines::after': { content: '"\u2026"' }
});
