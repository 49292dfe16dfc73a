/** The commands of settings and of the main views: flows, tests, a trigger. */
import Bug from '@lucide/svelte/icons/bug';
import ListChecks from '@lucide/svelte/icons/list-checks';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import Settings from '@lucide/svelte/icons/settings';
import Workflow from '@lucide/svelte/icons/workflow';
import Zap from '@lucide/svelte/icons/zap';
import type { Section } from './features/settings/panel.svelte';
import type { Command } from './lib/commands';
import { inRegion } from './regions';
import type { Studio } from './studio.svelte';

const SECTIONS: [Section, string][] = [
	['appearance', 'Settings: theme and face of code'],
	['keys', 'Settings: keys of commands'],
	['network', 'Settings: proxy'],
	['limits', 'Settings: limits of runs'],
	['privacy', 'Settings: history and masked names'],
	['data', 'Settings: where data lives, and clearing it']
];

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
			id: 'debug-test-here',
			label: 'Debug the test at the cursor',
			keys: 'Shift F4',
			icon: Bug,
			when: usable,
			run: () => views.debugTestHere()
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

	const settings = (section?: Section) => () => {
		if (section) studio.views.settings.section = section;
		studio.dialog = { kind: 'settings' };
	};
	const workspace = () => studio.session.workspace !== null;
	const others = [
		{
			id: 'flows',
			label: 'Flows: their runs, steps and answers',
			keys: 'Ctrl 5',
			icon: Workflow,
			group: 'Workspace',
			when: workspace,
			run: () => studio.views.toggle('flows')
		},
		{
			id: 'serve-flows',
			label: 'Flows: serve them, or stop',
			icon: Workflow,
			group: 'Workspace',
			when: () => workspace() && studio.session.workspace?.flows !== null,
			run: () => {
				studio.views.show('flows');
				const { flows } = studio.views;
				return flows.serving?.on ? flows.stop() : flows.serve();
			}
		},
		{ id: 'settings', label: 'Settings', keys: 'Ctrl ,', run: settings() },
		...SECTIONS.map(([section, label]) => ({ id: `settings-${section}`, label, run: settings(section) }))
	].map((each): Command => ({ icon: Settings, group: 'Everywhere', ...each }));

	return [...others, ...testing, ...triggers];
}
