/** The large parts of the window, loaded after its first view. */
import { Late } from './lib/late.svelte';

/** In the order in which they are likely to be needed. */
export class Parts {
	readonly tests = new Late(() => import('./features/request/RequestPane.svelte'));
	readonly edits = new Late(() => import('./EditorPart.svelte'));
	readonly runs = new Late(() => import('./RunPart.svelte'));
	readonly dialogs = new Late(() => import('./Dialogs.svelte'));
	readonly mains = new Late(() => import('./Views.svelte'));
	readonly stage = new Late(() => import('./Presenting.svelte'));
	readonly documentation = new Late(() => import('./features/docs/DocsPanel.svelte'));
	readonly org = new Late(() => import('./features/sandbox/SandboxPanel.svelte'));
}
