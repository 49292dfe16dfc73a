/**
 * The joints of what stands beside the work on requests and scripts: settings, and the main views. A main view has the
 * room of tester, editor and run panel, which wait behind it as they were; whatever shows a file there brings them back.
 */
import type { Backend } from './backend';
import { FlowsPanel } from './features/flows/flows.svelte';
import { SettingsPanel } from './features/settings/panel.svelte';
import { Bindings } from './lib/bindings.svelte';
import type { Command } from './lib/commands';
import { Fonts } from './lib/fonts.svelte';
import type { Session } from './lib/session.svelte';
import type { Appearance } from './lib/theme.svelte';

/** What has the room of the work; `work` is the work itself. */
export type View = 'work' | 'flows';

/** Commands of these groups, and these commands, are about what a main view hides. */
const WORK_GROUPS = ['Tester', 'Editor', 'Run'];
const WORK = /^(save|close-tab|next-tab|last-tab|run-panel|run-dock|maximise|layout-.*)$/;

export class Views {
	shown = $state<View>('work');
	readonly bindings: Bindings;
	readonly settings: SettingsPanel;
	readonly flows: FlowsPanel;

	constructor(backend: Backend, session: Session, appearance: Appearance) {
		this.bindings = new Bindings(backend);
		this.settings = new SettingsPanel(backend, appearance, new Fonts(backend), this.bindings);
		this.flows = new FlowsPanel(backend, session);
		backend.listen((event) => {
			if (event.kind === 'files_changed' && this.shown === 'flows') void this.flows.load();
		});
	}

	/** What holds for all workspaces; without it the window is as it comes. */
	async load(): Promise<void> {
		await Promise.all([this.bindings.load(), this.settings.fonts.load()]).catch(() => undefined);
	}

	/** Shows a main view, or goes back to the work where it is shown already. */
	toggle(view: View): void {
		this.shown = this.shown === view ? 'work' : view;
	}

	/** Back to the work. */
	close(): void {
		this.shown = 'work';
	}

	/** Another workspace is opened: what was seen of the last one goes. */
	clear(): void {
		this.close();
		this.flows.clear();
	}

	/** The commands with the keys they have now. Those that are about the work bring it back. */
	bound(commands: readonly Command[]): Command[] {
		return this.bindings.apply(commands).map((each) => {
			if (!isOfWork(each)) return each;
			const run = () => {
				this.close();
				return each.run();
			};
			return { ...each, run };
		});
	}

	/** Whether the keys of a command are listened for now: those of what is hidden are not. */
	listens(command: Command): boolean {
		return this.shown === 'work' || !isOfWork(command);
	}
}

function isOfWork({ id, group }: Command): boolean {
	return WORK_GROUPS.includes(group) || WORK.test(id);
}
