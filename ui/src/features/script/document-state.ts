/** The editor state of an open file. */
import { linter, lintKeymap, previousDiagnostic } from '@codemirror/lint';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, keymap, type ViewUpdate } from '@codemirror/view';
import type { Backend } from '../../backend';
import { changeBar } from '../../lib/editor/change-bar';
import { engineHighlight } from '../../lib/editor/engine-highlight';
import { checkNotes, runNotes, valueNotes } from '../../lib/editor/line-notes';
import { codeSetup } from '../../lib/editor/setup';

interface Options {
	backend: Backend;
	id: string;
	language: string;
	text: string;
	/** What the language server adds. */
	server: Extension;
	/** What other parts of the window add, such as breakpoints. */
	more: Extension;
	onupdate: (update: ViewUpdate) => void;
}

export function documentState({ backend, id, language, text, server, more, onupdate }: Options): EditorState {
	const { doc } = EditorState.create({ doc: text });
	return EditorState.create({
		doc,
		extensions: [
			more,
			changeBar(doc),
			codeSetup(language),
			engineHighlight(backend, id, language),
			server,
			// The engine's findings come by themselves; the linter only draws them.
			linter(null),
			keymap.of([...lintKeymap, { key: 'Shift-F8', run: previousDiagnostic }]),
			runNotes.extension,
			valueNotes.extension,
			checkNotes.extension,
			EditorView.contentAttributes.of({ 'aria-label': 'Script' }),
			EditorView.updateListener.of(onupdate)
		]
	});
}
