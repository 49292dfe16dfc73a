/** Making the fix that the language server offers for a problem. */
import { LSPPlugin } from '@codemirror/lsp-client';
import type { EditorView } from '@codemirror/view';
import type { QuickFix } from './language';

/** Fixes change the file they are found in. */
export function applyFix(view: EditorView, { edit }: QuickFix): void {
	const plugin = LSPPlugin.get(view);
	const edits = plugin && edit.changes[plugin.uri];
	if (!edits) return;
	view.dispatch({
		changes: edits.map(({ range, newText }) => ({
			from: plugin.fromPosition(range.start),
			to: plugin.fromPosition(range.end),
			insert: newText
		})),
		userEvent: 'input.fix'
	});
	view.focus();
}
