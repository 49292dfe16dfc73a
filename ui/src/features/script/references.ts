/** Every use of a name, in every file. */
import { findReferences, LSPPlugin } from '@codemirror/lsp-client';
import type { Command, EditorView } from '@codemirror/view';

/** Lists where the word at the caret is used. */
export const showReferences: Command = (view) => {
	if (!LSPPlugin.get(view)) return false;
	void openUses(view).then(() => findReferences(view));
	return true;
};

/** The list shows places of open files only, of those that are open when it is asked for: the others are opened first. */
async function openUses(view: EditorView): Promise<void> {
	const plugin = LSPPlugin.get(view);
	if (!plugin) return;
	const { client, uri } = plugin;
	client.sync();
	try {
		const uses = await client.request<object, { uri: string }[] | null>('textDocument/references', {
			textDocument: { uri },
			position: plugin.toPosition(view.state.selection.main.head),
			context: { includeDeclaration: true }
		});
		for (const file of new Set(uses?.map((use) => use.uri))) await client.workspace.requestFile(file);
	} catch (error) {
		plugin.reportError('Finding references failed', error);
	}
}
