/** Making the fix that the language server offers for a problem. */
import { LSPPlugin } from '@codemirror/lsp-client';
import type { EditorView } from '@codemirror/view';
import type { QuickFix } from './language';

/** A file that is not open is opened, so that nothing changes unseen. */
export async function applyFix(view: EditorView, { edit }: QuickFix): Promise<void> {
	const plugin = LSPPlugin.get(view);
	if (!plugin) return;
	const { workspace } = plugin.client;
	for (const [uri, edits] of Object.entries(edit.changes)) {
		const file = uri === plugin.uri ? null : await workspace.requestFile(uri);
		if (uri !== plugin.uri && !file) continue;
		const doc = file?.doc ?? view.state.doc;
		const changes = {
			changes: edits.map(({ range, newText }) => ({
				from: plugin.fromPosition(range.start, doc),
				to: plugin.fromPosition(range.end, doc),
				insert: newText
			})),
			userEvent: 'input.fix'
		};
		if (file) workspace.updateFile(uri, changes);
		else view.dispatch(changes);
	}
	// What another file says may be what was wrong here.
	plugin.client.sync();
	view.focus();
}
