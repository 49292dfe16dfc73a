/** Giving a name another one everywhere: files that are not open are opened, so that nothing changes unseen. */
import { LSPPlugin } from '@codemirror/lsp-client';
import { showDialog, type Command, type EditorView } from '@codemirror/view';
import type { Range } from './language';

interface Edits {
	changes?: Record<string, { range: Range; newText: string }[]>;
}

/** Asks for the new name of the word at the caret. */
export const renameSymbol: Command = (view) => {
	const word = view.state.wordAt(view.state.selection.main.head);
	const plugin = LSPPlugin.get(view);
	if (!word || !plugin) return false;
	const { result } = showDialog(view, {
		label: 'New name',
		input: { name: 'name', value: view.state.sliceDoc(word.from, word.to), 'aria-label': 'New name' },
		focus: true,
		submitLabel: 'Rename',
		class: 'cm-lsp-rename-panel',
		top: true
	});
	void result.then((form) => {
		const field = form?.elements.namedItem('name');
		if (field instanceof HTMLInputElement) void rename(view, word.from, field.value);
		view.focus();
	});
	return true;
};

/** Renames the word at `at` wherever it is meant. */
export async function rename(view: EditorView, at: number, newName: string): Promise<void> {
	const plugin = LSPPlugin.get(view);
	if (!plugin) return;
	const { client, uri } = plugin;
	client.sync();
	try {
		const position = plugin.toPosition(at);
		const edits = await client.request<object, Edits | null>('textDocument/rename', {
			textDocument: { uri },
			position,
			newName
		});
		for (const [changed, list] of Object.entries(edits?.changes ?? {})) {
			const file = await client.workspace.requestFile(changed);
			if (!file) continue;
			const { doc } = file;
			client.workspace.updateFile(changed, {
				changes: list.map(({ range, newText }) => ({
					from: plugin.fromPosition(range.start, doc),
					to: plugin.fromPosition(range.end, doc),
					insert: newText
				})),
				userEvent: 'rename'
			});
		}
	} catch (error) {
		plugin.reportError('Not renamed', error);
	}
}
