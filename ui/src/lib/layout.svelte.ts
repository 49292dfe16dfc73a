/** Which parts of the window are in sight and how large they are; remembered for each workspace. */
import type { Backend } from '../backend';

/**
 * Build: tester and editor, the run below. Script: editor, the run on the right. Debug: as script, the tester folded to a
 * rail, the debugger on the right and what came out below. Call: tester.
 */
export type LayoutMode = 'build' | 'script' | 'debug' | 'call';

/** Where the run panel is docked. */
export type Dock = 'bottom' | 'right';

/** What can have the room of all three. */
export type Part = 'tester' | 'editor' | 'run';

/** What stands beside the work, on the right: there is room for one. */
export type Side = (typeof SIDES)[number];

const SIDES = ['none', 'sandbox', 'docs'] as const;

/** A view that stands in the place of all three. */
export type View = (typeof VIEWS)[number];

const VIEWS = ['flows', 'tests', 'trigger', 'history'] as const;

function isView(part: Part | View | null): part is View {
	return VIEWS.some((each) => each === part);
}

export const SIZES = {
	sidebar: 240,
	tester: 46,
	request: 34,
	run: 300,
	runWidth: 396,
	below: 158,
	sandbox: 420,
	list: 42,
	script: 56
} as const;

/** How wide the tester must be for request and response beside each other, in pixels. */
export const BESIDE_FROM = 640;

const REMEMBER_AFTER_MS = 250;

type Kept = Pick<
	Layout,
	| 'mode'
	| 'dock'
	| 'showSidebar'
	| 'showRun'
	| 'side'
	| 'sidebar'
	| 'tester'
	| 'request'
	| 'beside'
	| 'run'
	| 'runWidth'
	| 'below'
	| 'sandbox'
	| 'list'
	| 'script'
>;

/** What layouts were kept with before there was more than one thing beside the work. */
interface Before {
	showSandbox: boolean;
}

function sideOf(kept: Partial<Kept & Before> | null): Side {
	const known = SIDES.find((each) => each === kept?.side);
	return known ?? (kept?.showSandbox ? 'sandbox' : 'none');
}

export class Layout {
	mode = $state<LayoutMode>('build');
	dock = $state<Dock>('bottom');
	showSidebar = $state(true);
	showRun = $state(true);
	/** What stands beside the work. */
	side = $state<Side>('none');
	/** In pixels. */
	sidebar = $state<number>(SIZES.sidebar);
	/** In per cent of the room for tester and editor. */
	tester = $state<number>(SIZES.tester);
	/** The request's share of the tester, in per cent. */
	request = $state<number>(SIZES.request);
	/** Whether the response is to stand beside the request, and not below it. */
	beside = $state(false);
	/** The tester's width as it is drawn, in pixels. */
	testerWidth = $state(0);
	/** The run panel's height at the bottom, in pixels. */
	run = $state<number>(SIZES.run);
	/** The run panel's width on the right, in pixels. */
	runWidth = $state<number>(SIZES.runWidth);
	/** How high what came out of a run is below the editor. In pixels. */
	below = $state<number>(SIZES.below);
	/** The width of what stands beside the work, in pixels. */
	sandbox = $state<number>(SIZES.sandbox);
	/** The list's share of a main view that has one, in per cent. */
	list = $state<number>(SIZES.list);
	/** The script's share of the height beside a trigger's events, in per cent. */
	script = $state<number>(SIZES.script);
	/** The part that hides the other two for now, or the view that hides all three; this is not remembered. */
	maximised = $state<Part | View | null>(null);
	/** The view that is shown, where one is. */
	view = $derived<View | null>(isView(this.maximised) ? this.maximised : null);

	#backend: Backend;
	#key: string | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(backend: Backend) {
		this.#backend = backend;
	}

	async load(workspace: string): Promise<void> {
		this.#key = `layout:${workspace}`;
		const kept = (await this.#backend.recall(this.#key)) as Partial<Kept & Before> | null;
		this.mode = kept?.mode ?? 'build';
		this.dock = kept?.dock ?? 'bottom';
		this.showSidebar = kept?.showSidebar ?? true;
		this.showRun = kept?.showRun ?? true;
		this.side = sideOf(kept);
		this.sidebar = kept?.sidebar ?? SIZES.sidebar;
		this.tester = kept?.tester ?? SIZES.tester;
		this.request = kept?.request ?? SIZES.request;
		this.beside = kept?.beside ?? false;
		this.run = kept?.run ?? SIZES.run;
		this.runWidth = kept?.runWidth ?? SIZES.runWidth;
		this.below = kept?.below ?? SIZES.below;
		this.sandbox = kept?.sandbox ?? SIZES.sandbox;
		this.list = kept?.list ?? SIZES.list;
		this.script = kept?.script ?? SIZES.script;
		this.maximised = null;
	}

	shows(part: Part): boolean {
		if (this.maximised !== null) return this.maximised === part;
		if (part === 'run') return this.showRun;
		if (part === 'editor') return this.mode !== 'call';
		return this.mode === 'build' || this.mode === 'call';
	}

	/** Whether request and response stand beside each other now: in a narrow tester they cannot. */
	get isBeside(): boolean {
		return this.beside && this.testerWidth >= BESIDE_FROM;
	}

	/** Whether the debugger has the run panel to itself, and what comes out of a run stands below the editor. */
	get isApart(): boolean {
		return this.mode === 'debug' && this.dock === 'right' && this.maximised === null;
	}

	/** Puts the response beside the request or below it; false where there is no room for beside. */
	turnTester(): boolean {
		this.set({ beside: !this.beside });
		return !this.beside || this.isBeside;
	}

	choose(mode: LayoutMode): void {
		this.set({ mode, showRun: mode !== 'call', dock: mode === 'script' || mode === 'debug' ? 'right' : 'bottom' });
	}

	/** Brings the run panel into sight on that side; hides it where it is there already. */
	toggleRun(dock: Dock = this.dock): void {
		this.set({ dock, showRun: !(this.shows('run') && this.dock === dock) });
	}

	/** Gives one part all the room, or goes back to what was before. */
	maximise(part: Part): void {
		this.maximised = this.maximised === null ? part : null;
	}

	set(change: Partial<Kept>): void {
		if (change.mode !== undefined || change.showRun !== undefined) this.maximised = null;
		Object.assign(this, change);
		this.#keep();
	}

	/** Writes once a drag has come to rest. */
	#keep(): void {
		clearTimeout(this.#timer);
		const key = this.#key;
		if (key === null) return;
		const { mode, dock, showSidebar, showRun, side } = this;
		const { sidebar, tester, request, beside, run, runWidth, below, sandbox, list, script } = this;
		const shown = { mode, dock, showSidebar, showRun, side };
		const value: Kept = { ...shown, sidebar, tester, request, beside, run, runWidth, below, sandbox, list, script };
		this.#timer = setTimeout(() => void this.#backend.remember(key, value).catch(() => undefined), REMEMBER_AFTER_MS);
	}
}
