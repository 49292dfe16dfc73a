/** The joints of presentation mode: its commands, and the ways into it. */
import PresentationIcon from '@lucide/svelte/icons/presentation';
import type { MenuItem } from './components/Menu.svelte';
import type { Presentation } from './features/presentation/presentation.svelte';
import type { Command } from './lib/commands';
import { count } from './lib/format';
import { keysText } from './lib/keys';
import type { MadeDemo } from './backend/types/MadeDemo';
import type { Studio } from './studio.svelte';

const PRESENT = 'Ctrl Shift L';

/** What presentation mode adds to the commands; `onrecord` asks what becomes a story. */
export function presentingCommands(studio: Studio, presentation: Presentation, onrecord: () => void): Command[] {
	const open = () => studio.session.workspace !== null;
	const of = (id: string, label: string, run: () => unknown, keys?: string): Command => ({
		id,
		label,
		group: 'Workspace',
		icon: PresentationIcon,
		when: open,
		run,
		...(keys ? { keys } : {})
	});
	return [
		of('present', 'Present', () => presentation.start(), PRESENT),
		of('record-demo', 'Record my demo', onrecord),
		of('handout', 'Save the hand-out of the demo', async () => {
			await presentation.look();
			await handOut(studio, presentation);
		})
	];
}

export function presentingItems(presentation: Presentation, onrecord: () => void): MenuItem[] {
	return [
		{ label: 'Present', icon: PresentationIcon, keys: keysText(PRESENT), run: () => void presentation.start() },
		{ label: 'Record my demo', icon: PresentationIcon, run: onrecord }
	];
}

/** Writes the page to hand out, and says where it is. */
export async function handOut(studio: Studio, presentation: Presentation): Promise<void> {
	const { session } = studio;
	try {
		if (!presentation.view) {
			session.toast('No story yet. Record what you just did.');
			return;
		}
		const path = await presentation.saveHandout();
		if (path !== null) session.toast(`Saved ${path}`, { tone: 'ok' });
	} catch (thrown) {
		session.fail(thrown);
	}
}

/** A story was made: it is in the tree, and can be shown at once. */
export function demoMade(studio: Studio, presentation: Presentation, made: MadeDemo): void {
	const { session } = studio;
	void session.refresh().catch((error) => session.fail(error));
	if (presentation.open) void presentation.start();
	else session.toast(`Recorded ${count(made.steps, 'step')} into ${made.file.path}`, { tone: 'ok' });
}
