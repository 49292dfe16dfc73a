/** Which parts of the window are in sight and how large they are; remembered for each workspace. */
import type { Backend } from '../backend';

/** Build: tester and editor. Script: editor. Call: tester. */
export type LayoutMode = 'build' | 'script' | 'call';

export const SIZES = { sidebar: 240, tester: 46, run: 300 } as const;

const REMEMBER_AFTER_MS = 400;

export class Layout {
	mode = $state<LayoutMode>('build');
	showSidebar = $state(true);
	showRun = $state(true);
	/** In pixels. */
	sidebar = $state<number>(SIZES.sidebar);
	/** In per cent of the room for tester and editor. */
	tester = $state<number>(SIZES.tester);
	/** In pixels. */
	run = $state<number>(SIZES.run);

	#backend: Backend;
	#key: string | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(backend: Backend) {
		this.#backend = backend;
	}

	async load(workspace: string): Promise<void> {
		this.#key = `layout:${workspace}`;
		const kept = (await this.#backend.recall(this.#key)) as Partial<Layout> | null;
		this.mode = kept?.mode ?? 'build';
		this.showSidebar = kept?.showSidebar ?? true;
		this.showRun = kept?.showRun ?? true;
		this.sidebar = kept?.sidebar ?? SIZES.sidebar;
		this.tester = kept?.tester ?? SIZES.tester;
		this.run = kept?.run ?? SIZES.run;
	}

	choose(mode: LayoutMode): void {
		this.mode = mode;
		this.showRun = mode !== 'call';
		this.#keep();
	}

	set(change: Partial<Pick<Layout, 'mode' | 'showSidebar' | 'showRun' | 'sidebar' | 'tester' | 'run'>>): void {
		Object.assign(this, change);
		this.#keep();
	}

	/** Writes once a drag has come to rest. */
	#keep(): void {
		clearTimeout(this.#timer);
		const key = this.#key;
		if (key === null) return;
		const { mode, showSidebar, showRun, sidebar, tester, run } = this;
		const value = { mode, showSidebar, showRun, sidebar, tester, run };
		this.#timer = setTimeout(() => void this.#backend.remember(key, value), REMEMBER_AFTER_MS);
	}
}
