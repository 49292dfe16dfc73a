/** The documentation pane's joints: what it opens at, and where its examples go. */
import BookOpen from '@lucide/svelte/icons/book-open';
import type { OperationName } from './backend/types/OperationName';
import type { Command } from './lib/commands';
import { inRegion } from './regions';
import type { Studio } from './studio.svelte';

/** `tester`: the region in which documentation is that of the request. */
export function docsCommands(studio: Studio, tester: string): Command[] {
	const { docs } = studio.views;
	const open = () => studio.session.workspace !== null;
	return [
		{
			id: 'documentation',
			label: 'Open documentation: of the word at the caret, or of the request',
			keys: 'F1',
			icon: BookOpen,
			group: 'Everywhere',
			when: open,
			run: () => openDocs(studio, tester)
		},
		{
			id: 'search-documentation',
			label: 'Search the documentation',
			icon: BookOpen,
			group: 'Everywhere',
			when: open,
			run: () => docs.show()
		}
	];
}

function openDocs(studio: Studio, region: string): Promise<void> {
	const { docs } = studio.views;
	const { tester, editor } = studio;
	const script = editor.active;
	if (inRegion(region) && tester.active) {
		const { method, url } = tester.active.draft;
		return docs.showOperation(method, url);
	}
	if (script?.language === 'rhai' && script.view?.hasFocus) {
		const { doc, selection } = script.now;
		const line = doc.lineAt(selection.main.head);
		return docs.showAt(line.text, selection.main.head - line.from);
	}
	return docs.show();
}

/** Puts text where the caret of the open script is; undefined where no script is open. */
export function inserter({ editor, views, layout }: Studio): ((text: string) => void) | undefined {
	const script = editor.active;
	if (script?.language !== 'rhai') return undefined;
	return (text) => {
		const state = script.now;
		const line = state.doc.lineAt(state.selection.main.head);
		const indent = /^\s*/.exec(line.text)?.[0] ?? '';
		script.dispatch(state.replaceSelection(text.replaceAll('\n', `\n${indent}`)));
		views.close();
		if (!layout.shows('editor')) layout.set({ mode: 'build' });
		script.view?.focus();
	};
}

/** Makes a request of an operation and shows it. */
export function requestOf({ tester, session, views, layout }: Studio, operation: OperationName): void {
	views.close();
	if (!layout.shows('tester')) layout.set({ mode: 'build' });
	tester.newRequest();
	const tab = tester.active;
	if (tab) tester.description.take(tab, operation).catch((thrown: unknown) => session.fail(thrown));
}
