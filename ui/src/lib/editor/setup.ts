/** What every code editor of the window has in common. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, getIndentUnit, indentOnInput, indentService, indentUnit } from '@codemirror/language';
import { gotoLine, highlightSelectionMatches, openSearchPanel, search, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import {
	drawSelection,
	dropCursor,
	EditorView,
	highlightActiveLine,
	highlightActiveLineGutter,
	keymap,
	lineNumbers,
	rectangularSelection,
	tooltips
} from '@codemirror/view';
import { editorTheme } from './theme';

const OPENS = /[{[(]\s*$/;
const CLOSES = /^\s*[}\])]/;

/** Indents as the brackets say; languages need no grammar of their own in the window. */
const byBrackets = indentService.of((context, at) => {
	const { state } = context;
	const line = state.doc.lineAt(at);
	let above = line.number - 1;
	// A line being broken counts as the one above itself.
	const broken = context.simulatedBreak !== null && context.simulatedBreak > line.from;
	if (broken) above = line.number;
	while (above > 1 && state.doc.line(above).text.trim() === '') above--;
	if (above < 1) return 0;
	const before = broken
		? state.doc.sliceString(line.from, context.simulatedBreak ?? line.to)
		: state.doc.line(above).text;
	const after = broken ? state.doc.sliceString(context.simulatedBreak ?? line.to, line.to) : line.text;
	const base = /^\s*/.exec(state.doc.line(above).text)?.[0].length ?? 0;
	const unit = getIndentUnit(state);
	return Math.max(0, base + (OPENS.test(before) ? unit : 0) - (CLOSES.test(after) ? unit : 0));
});

function languageFacts(language: string): Extension {
	const comment =
		language === 'toml'
			? { line: '#' }
			: language === 'md'
				? { block: { open: '<!--', close: '-->' } }
				: { line: '//', block: { open: '/*', close: '*/' } };
	return EditorState.languageData.of(() => [
		{
			commentTokens: comment,
			closeBrackets: { brackets: ['(', '[', '{', '"', '`'] },
			indentOnInput: /^\s*[}\])]$/
		}
	]);
}

/** Editing as people know it; `language` is a file's extension. */
export function codeSetup(language: string): Extension {
	return [
		lineNumbers(),
		highlightActiveLineGutter(),
		history(),
		drawSelection(),
		dropCursor(),
		rectangularSelection(),
		highlightActiveLine(),
		highlightSelectionMatches(),
		bracketMatching(),
		closeBrackets(),
		indentOnInput(),
		byBrackets,
		indentUnit.of('    '),
		EditorState.tabSize.of(4),
		EditorState.allowMultipleSelections.of(true),
		languageFacts(language),
		// Editable text has the focus anyway; said outright, tools that check scroll areas know it too.
		EditorView.contentAttributes.of({ tabindex: '0' }),
		search({ top: true }),
		// Lists and hints may reach beyond the pane.
		tooltips({ parent: document.body }),
		autocompletion({ icons: false }),
		keymap.of([
			...closeBracketsKeymap,
			{ key: 'Mod-g', run: gotoLine },
			{ key: 'Mod-h', run: openSearchPanel },
			...defaultKeymap.filter((each) => each.key !== 'Mod-Enter'),
			...searchKeymap,
			...historyKeymap,
			...completionKeymap
		]),
		// Escape, then Tab, leaves the editor: CodeMirror's own rule for the next Tab after Escape.
		keymap.of([indentWithTab]),
		language === 'md' ? EditorView.lineWrapping : [],
		editorTheme
	];
}
