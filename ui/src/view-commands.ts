/** The commands of the tests and of triggers. */
import ListChecks from '@lucide/svelte/icons/list-checks';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import Zap from '@lucide/svelte/icons/zap';
import type { Command } from './lib/commands';
import { inRegion } from './regions';
import type { Studio } from './studio.svelte';

/** `tester`: the region whose own keys go first there. */
export function viewCommands(studio: Studio, tester: string): Command[] {
	const { session, layout, editor, views } = studio;
	const { tests, watch } = views;
	const usable = () => session.workspace !== null && session.tree !== null && session.tree.error === null;
	const watching = () => layout.view === 'trigger' && watch.file !== null;
	const trigger = () => (editor.active?.file.path.startsWith('triggers/') ? editor.active.file : null);

	const testing = [
		{ id: 'tests', label: 'Show the tests', icon: ListChecks, when: usable, run: () => views.showTests() },
		{
			id: 'run-tests',
			label: 'Run tests',
			keys: 'Ctrl Shift T',
			icon: ListChecks,
			when: usable,
			// In the tester the same keys open the closed request again.
			run: () => (inRegion(tester) ? studio.tester.reopen() : views.runTests())
		},
		{
			id: 'run-test-here',
			label: 'Run the test at the cursor',
			keys: 'F4',
			icon: ListChecks,
			when: usable,
			run: () => views.runTestHere()
		},
		{
			id: 'run-failed',
			label: 'Run the tests that failed',
			icon: ListChecks,
			when: () => usable() && tests.failed > 0,
			run: () => tests.runFailed()
		},
		{
			id: 'cancel-tests',
			label: 'Stop the tests',
			icon: ListChecks,
			when: () => tests.running !== null,
			run: () => tests.cancel()
		}
	].map((each) => ({ ...each, group: 'Tests' }));

	const triggers = [
		{
			id: 'watch-trigger',
			label: 'Watch the trigger in the editor',
			icon: Zap,
			when: () => trigger() !== null,
			run: () => {
				const file = trigger();
				return file && views.showTrigger(file);
			}
		},
		{
			id: 'poll-now',
			label: 'Poll the trigger, or listen for its deliveries',
			icon: RefreshCw,
			when: watching,
			run: () => views.askTrigger()
		},
		{
			id: 'poll-by-itself',
			label: 'Polling by itself: on or off',
			icon: RefreshCw,
			when: () => watching() && watch.view?.polls === true,
			run: () => (watch.live ? watch.pause() : watch.start())
		}
	].map((each) => ({ ...each, group: 'Triggers' }));

	return [...testing, ...triggers];
}
