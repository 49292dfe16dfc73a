/** The dialog that calls one function of the open script. */
import { LoneFunction } from './features/run/lone-function.svelte';
import { functionAt } from './lib/script-functions';
import type { Studio } from './studio.svelte';

/** Asks for the arguments of the function that the caret is in. What is written is saved first: the engine runs files. */
export async function openFunction(studio: Studio): Promise<void> {
	const { backend, editor, session } = studio;
	const script = editor.active;
	if (!script || script.language !== 'rhai') return;
	const { doc, selection } = script.now;
	const found = functionAt(doc.toString(), doc.lineAt(selection.main.head).number);
	if (!found) {
		session.toast('There is no function here. Put the caret into one.');
		return;
	}
	if (script.dirty) await editor.save();
	studio.dialog = { kind: 'function', call: new LoneFunction(backend, session, script.file, found) };
}
