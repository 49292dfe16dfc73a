/** The commands of settings and of the main views. */
import Settings from '@lucide/svelte/icons/settings';
import Workflow from '@lucide/svelte/icons/workflow';
import type { Section } from './features/settings/panel.svelte';
import type { Command } from './lib/commands';
import type { Studio } from './studio.svelte';

const SECTIONS: [Section, string][] = [
	['appearance', 'Settings: theme and face of code'],
	['keys', 'Settings: keys of commands'],
	['network', 'Settings: proxy'],
	['limits', 'Settings: limits of runs'],
	['privacy', 'Settings: history and masked names'],
	['data', 'Settings: where data lives, and clearing it']
];

export function viewCommands(studio: Studio): Command[] {
	const settings = (section?: Section) => () => {
		if (section) studio.views.settings.section = section;
		studio.dialog = { kind: 'settings' };
	};
	const workspace = () => studio.session.workspace !== null;
	return [
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
				studio.views.shown = 'flows';
				const { flows } = studio.views;
				return flows.serving?.on ? flows.stop() : flows.serve();
			}
		},
		{ id: 'settings', label: 'Settings', keys: 'Ctrl ,', run: settings() },
		...SECTIONS.map(([section, label]) => ({ id: `settings-${section}`, label, run: settings(section) }))
	].map((each): Command => ({ icon: Settings, group: 'Everywhere', ...each }));
}
