/** The menus of the top bar. */
import FileInput from '@lucide/svelte/icons/file-input';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import House from '@lucide/svelte/icons/house';
import Keyboard from '@lucide/svelte/icons/keyboard';
import Layers from '@lucide/svelte/icons/layers';
import ListChecks from '@lucide/svelte/icons/list-checks';
import SettingsIcon from '@lucide/svelte/icons/settings';
import Upload from '@lucide/svelte/icons/upload';
import type { MenuItem } from './components/Menu.svelte';
import { hintText } from './lib/bindings.svelte';
import type { Theme } from './lib/theme.svelte';
import type { Studio } from './studio.svelte';
import { openImport } from './tester-dialogs';

const THEMES: [Theme, string][] = [
	['system', 'As the system'],
	['light', 'Light'],
	['dark', 'Dark']
];

export function settingsItems(studio: Studio): MenuItem[] {
	const { appearance } = studio;
	return [
		{ heading: 'Theme' },
		...THEMES.map(([theme, label]) => ({
			label,
			checked: appearance.theme === theme,
			run: () => appearance.choose(theme)
		})),
		'line',
		{
			label: 'All settings',
			icon: SettingsIcon,
			keys: hintText('Ctrl ,'),
			run: () => (studio.dialog = { kind: 'settings' })
		},
		{ label: 'Shortcuts', icon: Keyboard, keys: hintText('Ctrl ?'), run: () => (studio.dialog = { kind: 'shortcuts' }) }
	];
}

/** `presenting` are the ways into presentation mode. */
export function workspaceItems(studio: Studio, presenting: MenuItem[]): MenuItem[] {
	return [
		{ label: 'Tests', icon: ListChecks, run: () => void studio.views.showTests() },
		{ label: 'Import requests', icon: FileInput, run: () => openImport(studio) },
		{ label: 'Export', icon: Upload, keys: hintText('Ctrl Shift E'), run: () => studio.export() },
		...presenting,
		'line',
		{
			label: 'Open a connector',
			icon: FolderOpen,
			keys: hintText('Ctrl O'),
			run: () => (studio.dialog = { kind: 'open' })
		},
		{
			label: 'New from template',
			icon: Layers,
			keys: hintText('Ctrl N'),
			run: () => (studio.dialog = { kind: 'new-workspace', connect: false })
		},
		{ label: 'Close the workspace', icon: House, run: () => void studio.leave() }
	];
}
