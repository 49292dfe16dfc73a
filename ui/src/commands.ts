/** Every command there is: the palette, the keyboard and the list of shortcuts are drawn from this list. */
import Columns from '@lucide/svelte/icons/columns-2';
import CookieIcon from '@lucide/svelte/icons/cookie';
import Copy from '@lucide/svelte/icons/copy';
import FileInput from '@lucide/svelte/icons/file-input';
import Gauge from '@lucide/svelte/icons/gauge';
import FileDown from '@lucide/svelte/icons/package';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import House from '@lucide/svelte/icons/house';
import KeyRound from '@lucide/svelte/icons/key-round';
import Keyboard from '@lucide/svelte/icons/keyboard';
import Layers from '@lucide/svelte/icons/layers';
import ListOrdered from '@lucide/svelte/icons/list-ordered';
import ListChecks from '@lucide/svelte/icons/list-checks';
import Maximize from '@lucide/svelte/icons/maximize-2';
import Moon from '@lucide/svelte/icons/sun-moon';
import PanelBottom from '@lucide/svelte/icons/panel-bottom';
import PanelLeft from '@lucide/svelte/icons/panel-left';
import PanelRight from '@lucide/svelte/icons/panel-right';
import Play from '@lucide/svelte/icons/play';
import Plug from '@lucide/svelte/icons/plug';
import Plus from '@lucide/svelte/icons/plus';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import Save from '@lucide/svelte/icons/save';
import Send from '@lucide/svelte/icons/send';
import Wand from '@lucide/svelte/icons/arrow-right';
import { choosePackage } from './asked';
import type { FileKind } from './backend/types/FileKind';
import { debugCommands } from './debug-commands';
import { docsCommands } from './docs-commands';
import { SECTIONS } from './features/request/request-tab.svelte';
import type { Command } from './lib/commands';
import type { LayoutMode, Part } from './lib/layout.svelte';
import { openFunction } from './function-dialog';
import { focusRegion, inRegion } from './regions';
import type { Studio } from './studio.svelte';
import { openCookies, openImport, openLoad, openSeries, turnTester } from './tester-dialogs';
import { viewCommands } from './view-commands';

export const TESTER = 'Request tester';

export function commands(studio: Studio): Command[] {
	const { session, tester, editor, runner, layout } = studio;
	const open = () => session.workspace !== null;
	const request = () => open() && tester.active !== null;
	const palette = (mode: 'all' | 'files' | 'commands') => () => (studio.dialog = { kind: 'palette', mode });

	const everywhere: Command[] = [
		{ id: 'palette', label: 'Search or run a command', keys: 'Ctrl K', when: open, run: palette('all') },
		{ id: 'go-to', label: 'Go to file or request', keys: 'Ctrl P', when: open, run: palette('files') },
		{ id: 'commands', label: 'Show all commands', keys: 'Ctrl Shift P', run: palette('commands') },
		{
			id: 'sidebar',
			label: 'Show or hide the sidebar',
			keys: 'Ctrl B',
			icon: PanelLeft,
			when: open,
			run: () => layout.set({ showSidebar: !layout.showSidebar })
		},
		{
			id: 'run-panel',
			label: 'Show or hide the run panel',
			keys: 'Ctrl J',
			icon: PanelBottom,
			// In the tester the same keys turn its two halves.
			when: () => open() && !(request() && inRegion(TESTER)),
			run: () => layout.toggleRun()
		},
		{
			id: 'run-dock',
			label: 'Run panel at the bottom or on the right',
			keys: 'Ctrl Shift J',
			icon: PanelRight,
			when: open,
			run: () => layout.set({ dock: layout.dock === 'right' ? 'bottom' : 'right', showRun: true })
		},
		{
			id: 'maximise',
			label: 'Maximise the pane, or restore it',
			keys: 'Ctrl Shift M',
			icon: Maximize,
			when: open,
			run: () => layout.maximise(partInHand(studio))
		},
		...(
			[
				['build', 'Layout: build', 'Ctrl 1'],
				['script', 'Layout: script', 'Ctrl 2'],
				['debug', 'Layout: debug', 'Ctrl 3'],
				['call', 'Layout: call', 'Ctrl 4']
			] as [LayoutMode, string, string][]
		).map(([mode, label, keys]) => ({
			id: `layout-${mode}`,
			label,
			keys,
			when: open,
			run: () => layout.choose(mode)
		})),
		{ id: 'next-region', label: 'Next region', keys: 'F6', run: () => focusRegion(1) },
		{ id: 'last-region', label: 'Previous region', keys: 'Shift F6', run: () => focusRegion(-1) },
		{ id: 'next-tab', label: 'The tab used before', keys: 'Ctrl Tab', when: open, run: () => nextTab(studio, 1) },
		{
			id: 'last-tab',
			label: 'Back through the tabs used before',
			keys: 'Ctrl Shift Tab',
			when: open,
			run: () => nextTab(studio, -1)
		},
		{
			id: 'close-tab',
			label: 'Close tab',
			keys: 'Ctrl W',
			when: open,
			run: () => (inTester(studio) ? tester.closeActive() : editor.closeActive())
		},
		{
			id: 'save',
			label: 'Save',
			keys: 'Ctrl S',
			icon: Save,
			when: open,
			run: () => (inTester(studio) ? tester.save() : editor.save())
		},
		{
			id: 'shortcuts',
			label: 'Shortcuts',
			keys: 'Ctrl ?',
			icon: Keyboard,
			run: () => (studio.dialog = { kind: 'shortcuts' })
		},
		{ id: 'theme', label: 'Switch between light and dark', icon: Moon, run: () => studio.appearance.toggle() },
		{ id: 'theme-system', label: 'Light or dark as the system', run: () => studio.appearance.choose('system') }
	].map((each) => ({ ...each, group: 'Everywhere' }));

	const workspace: Command[] = [
		{
			id: 'new-workspace',
			label: 'New from template',
			keys: 'Ctrl N',
			icon: Layers,
			run: () => (studio.dialog = { kind: 'new-workspace', connect: false })
		},
		{
			id: 'open',
			label: 'Open a connector',
			keys: 'Ctrl O',
			icon: FolderOpen,
			run: () => (studio.dialog = { kind: 'open' })
		},
		{ id: 'open-package', label: 'Open a package', icon: FileDown, run: () => choosePackage(studio) },
		{ id: 'welcome', label: 'Close the workspace', icon: House, when: open, run: () => studio.leave() },
		{
			id: 'reload',
			label: 'Read the workspace from disk again',
			icon: RefreshCw,
			when: open,
			run: () => session.refresh()
		},
		{
			id: 'export',
			label: 'Export the connector',
			keys: 'Ctrl Shift E',
			icon: FileDown,
			when: usable,
			run: () => studio.export()
		},
		{
			id: 'save-test',
			label: 'Save the last run as a test',
			icon: ListChecks,
			when: () => usable() && runner.report !== null,
			run: () => studio.saveTest()
		},
		...(
			[
				['action', 'New action'],
				['trigger', 'New trigger'],
				['method', 'New method'],
				['schema', 'New schema']
			] as [FileKind, string][]
		).map(([kind, label]) => ({
			id: `new-${kind}`,
			label,
			icon: Plus,
			when: usable,
			run: () => (studio.dialog = { kind: 'new-file', file: kind })
		})),
		{
			id: 'new-flow',
			label: 'New flow',
			icon: Plus,
			when: open,
			run: () => (studio.dialog = { kind: 'new-file', file: 'flow' })
		},
		{
			id: 'new-connection',
			label: 'New connection',
			keys: 'Ctrl Shift N',
			icon: Plug,
			run: () => studio.newConnection()
		},
		{
			id: 'switch-connection',
			label: 'Switch connection',
			keys: 'Ctrl Shift O',
			icon: Plug,
			when: open,
			run: () => (studio.menuOpen = true)
		},
		{
			id: 'sandbox',
			label: 'Start the sandbox org',
			when: () => open() && session.sandbox === null,
			run: () => studio.startSandbox()
		},
		{ id: 'sandbox-panel', label: 'Sandbox: open the panel', when: open, run: () => studio.sandbox.show() }
	].map((each) => ({ ...each, group: 'Workspace' }));

	const testing = [
		{ id: 'send', label: 'Send the request', keys: 'Ctrl Enter', icon: Send, when: request, run: () => tester.send() },
		{
			id: 'make-action',
			label: 'Make action',
			about: makeActionAbout(studio),
			keys: 'Ctrl Shift Enter',
			icon: Wand,
			when: request,
			run: () => tester.makeAction()
		},
		{
			id: 'new-request',
			label: 'New request',
			keys: 'Ctrl T',
			icon: Plus,
			when: usable,
			run: () => tester.newRequest()
		},
		{
			id: 'duplicate-request',
			label: 'Duplicate the request',
			icon: Copy,
			when: () => request() && tester.active?.file != null,
			run: () => {
				const file = tester.active?.file;
				return file && studio.duplicateRequest(file);
			}
		},
		{
			id: 'reopen-request',
			label: 'Open the closed request again',
			keys: 'Ctrl Shift T',
			// Elsewhere the same keys run the tests.
			handledElsewhere: true,
			when: open,
			run: () => tester.reopen()
		},
		{
			id: 'new-folder',
			label: 'New folder of requests',
			when: usable,
			run: () => (studio.dialog = { kind: 'new-folder', connector: session.connector, parent: 'requests' })
		},
		{ id: 'import', label: 'Import requests', icon: FileInput, when: usable, run: () => openImport(studio) },
		{
			id: 'send-all',
			label: 'Send every request of the connector',
			icon: ListOrdered,
			when: usable,
			run: () => openSeries(studio, session.connector, ['requests'], 'all requests')
		},
		{ id: 'load-run', label: 'Repeat the request: load run', icon: Gauge, when: request, run: () => openLoad(studio) },
		{
			id: 'cookies',
			label: 'Cookies of the connection',
			icon: CookieIcon,
			when: usable,
			run: () => openCookies(studio)
		},
		{
			id: 'environments',
			label: 'Environments and variables',
			when: open,
			run: () => (studio.dialog = { kind: 'environments' })
		},
		{
			id: 'turn-tester',
			label: 'Response beside the request, or below it',
			keys: 'Ctrl J',
			icon: Columns,
			handledElsewhere: true,
			when: request,
			run: () => turnTester(studio)
		},
		{ id: 'edit-url', label: 'Edit the URL', keys: 'Ctrl L', when: request, run: () => tester.focusUrl() },
		{
			id: 'curl',
			label: 'Copy as curl',
			keys: 'Ctrl Shift C',
			icon: Copy,
			when: request,
			run: () => tester.copyAsCurl()
		},
		{
			id: 'curl-secrets',
			label: 'Copy as curl with its secrets',
			icon: Copy,
			when: request,
			run: () => tester.copyAsCurl(true)
		},
		{
			id: 'keep-secret',
			label: 'Save as secret',
			icon: KeyRound,
			when: request,
			run: () => tester.secrets.ask(tester.active)
		},
		{
			id: 'cancel-request',
			label: 'Cancel the request',
			keys: 'Escape',
			when: () => request() && tester.active?.sending != null,
			run: () => tester.cancel()
		},
		...SECTIONS.map((section, index) => ({
			id: `request-${section}`,
			label: `Request ${section}`,
			keys: `Alt ${index + 1}`,
			when: request,
			run: () => {
				if (tester.active) tester.active.section = section;
			}
		})),
		...([-1, 1] as const).map((direction) => ({
			id: direction === 1 ? 'next-method' : 'last-method',
			label: direction === 1 ? 'Next method' : 'Previous method',
			keys: direction === 1 ? 'Alt ArrowDown' : 'Alt ArrowUp',
			// In the editor these keys move the line.
			when: () => request() && inRegion(TESTER),
			run: () => tester.stepMethod(direction)
		})),
		...(['body', 'headers', 'timing', 'cookies'] as const).map((section, index) => ({
			id: `response-${section}`,
			label: `Response ${section}`,
			keys: `Shift Alt ${index + 1}`,
			when: () => tester.active?.answer != null,
			run: () => {
				if (tester.active?.answer) tester.active.answer.section = section;
			}
		})),
		{
			id: 'find-in-response',
			label: 'Find in the response',
			keys: 'Ctrl F',
			when: () => tester.active?.answer != null && inRegion(TESTER),
			run: () => tester.active?.answer?.openFinder()
		},
		{
			id: 'diff-response',
			label: 'Compare with the last response',
			keys: 'Ctrl Shift D',
			when: () => tester.active?.answer != null && inRegion(TESTER),
			run: () => {
				const { active } = tester;
				active?.answer?.compareWithPrevious(active.file).catch((thrown: unknown) => session.fail(thrown));
			}
		}
	].map((each): Command => ({ ...each, group: 'Tester' }));

	const writing: Command[] = (
		[
			['next_problem', 'Next problem', 'F8'],
			['last_problem', 'Previous problem', 'Shift F8'],
			['go_to_line', 'Go to line', 'Ctrl G'],
			['comment', 'Comment or uncomment', 'Ctrl /'],
			['select_next', 'Select next match', 'Ctrl D'],
			['find', 'Find in the file', 'Ctrl F'],
			['go_to_definition', 'Go to definition', 'F12'],
			['find_references', 'Find references', 'Shift F12'],
			['rename_symbol', 'Rename everywhere', 'F2'],
			['format_document', 'Lay out the script', 'Shift Alt F']
		] as const
	).map(([what, label, keys]) => ({
		id: `edit-${what}`,
		label,
		keys,
		handledElsewhere: true,
		when: () => open() && editor.active !== null,
		run: () => editor.perform(what),
		group: 'Editor'
	}));

	const running: Command[] = [
		{
			id: 'run',
			label: 'Run the action',
			keys: 'Ctrl R',
			icon: Play,
			when: () => runner.file !== null || runner.coming !== null || layout.view === 'trigger',
			run: () => run(studio)
		},
		{
			id: 'custom-request',
			label: 'Run a custom request',
			icon: Play,
			when: usable,
			run: () => {
				layout.set({ showRun: true });
				return runner.chooseCustomRequest();
			}
		},
		{
			id: 'run-function',
			label: 'Run this function …',
			icon: Play,
			when: () => usable() && editor.active?.language === 'rhai',
			run: () => openFunction(studio)
		},
		{
			id: 'stop',
			label: 'Stop the run',
			keys: 'Shift F5',
			when: () => runner.running !== null || studio.debugging.run.active,
			run: () => (studio.debugging.run.active ? studio.debugging.run.stop() : runner.cancel())
		},
		{
			id: 'run-on-save',
			label: 'Run on save: on or off',
			when: open,
			run: () => runner.setRunOnSave(!runner.runOnSave)
		}
	].map((each) => ({ ...each, group: 'Run' }));

	return [
		...viewCommands(studio, TESTER),
		...docsCommands(studio, TESTER),
		...everywhere,
		...workspace,
		...testing,
		...writing,
		...debugCommands(studio),
		...running
	];

	function usable(): boolean {
		return open() && session.tree !== null && session.tree.error === null;
	}
}

function makeActionAbout({ tester }: Studio): string | undefined {
	const tab = tester.active;
	return tab ? `Make action from ${tab.draft.method} ${tab.title}` : undefined;
}

function run({ layout, runner, views }: Studio): Promise<void> {
	if (layout.view === 'trigger') return views.askTrigger();
	layout.set({ showRun: true });
	return runner.run();
}

/** The part that has the focus, or else the one that is worked in. */
function partInHand({ layout, editor }: Studio): Part {
	if (inRegion('Run panel')) return 'run';
	if (inRegion(TESTER)) return 'tester';
	if (inRegion('Editor')) return 'editor';
	return layout.mode === 'call' || editor.active === null ? 'tester' : 'editor';
}

/** Whether tabs and saving are about the tester now. */
function inTester({ layout, editor }: Studio): boolean {
	return layout.mode === 'call' || inRegion(TESTER) || editor.active === null;
}

function nextTab(studio: Studio, direction: 1 | -1): void {
	const { tester, editor, recent } = studio;
	const [tabs, active] = inTester(studio) ? [tester.tabs, tester.active?.id] : [editor.documents, editor.active?.id];
	const next = recent.step(
		tabs.map((each) => each.id),
		active,
		direction
	);
	if (next !== undefined) (inTester(studio) ? tester : editor).select(next);
}
