/**
 * The joints of the window: what a click in one part does in another. Parts know the session, not each other;
 * this knows them all.
 */
import type { Backend } from './backend';
import { BackendError } from './backend/error';
import type { Event } from './backend/types/Event';
import type { Exported } from './backend/types/Exported';
import type { FileKind } from './backend/types/FileKind';
import type { FileRef } from './backend/types/FileRef';
import type { Problem } from './backend/types/Problem';
import type { RunReport } from './backend/types/RunReport';
import type { SavedTest } from './backend/types/SavedTest';
import type { Welcome } from './backend/types/Welcome';
import type { Workspace } from './backend/types/Workspace';
import { Debugging } from './debugging.svelte';
import { Drafts } from './drafts';
import { Profiles } from './features/connection/profiles.svelte';
import { WriteAsks } from './features/connection/write-asks.svelte';
import type { Jar } from './features/cookies/jar.svelte';
import type { Importer } from './features/import/importer.svelte';
import type { Inspector } from './features/package/inspector.svelte';
import type { LoadRun } from './features/sends/load-run.svelte';
import type { Series } from './features/sends/series.svelte';
import { Exporter } from './features/export/exporter.svelte';
import type { PaletteMode } from './features/palette/entries';
import { Tester } from './features/request/tester.svelte';
import type { LoneFunction } from './features/run/lone-function.svelte';
import { Runner } from './features/run/runner.svelte';
import { SandboxPanel } from './features/sandbox/panel.svelte';
import { Editor } from './features/script/editor.svelte';
import { isRequest, listFiles, type ListedFile } from './lib/file-kinds';
import { baseName, size } from './lib/format';
import { Layout, type Part } from './lib/layout.svelte';
import { RecentTabs } from './lib/recent-tabs';
import { Session } from './lib/session.svelte';
import { Appearance } from './lib/theme.svelte';
import { Views } from './views.svelte';

/** The dialog that is open; never more than one. */
export type OpenDialog =
	| { kind: 'palette'; mode: PaletteMode }
	| { kind: 'shortcuts' }
	| { kind: 'settings' }
	| { kind: 'open' }
	| { kind: 'package'; inspector: Inspector }
	| { kind: 'new-file'; file: FileKind }
	| { kind: 'new-folder'; connector: string; parent: string }
	| { kind: 'move'; file: FileRef; label: string }
	| { kind: 'folder'; folder: FileRef; label: string }
	| { kind: 'environments' }
	| { kind: 'import'; importer: Importer }
	| { kind: 'series'; series: Series; requests: number }
	| { kind: 'load'; run: LoadRun }
	| { kind: 'cookies'; jar: Jar }
	| { kind: 'new-workspace'; template?: string; title?: string; connect: boolean }
	| { kind: 'connection'; profiles: Profiles }
	| { kind: 'export'; exporter: Exporter }
	| { kind: 'function'; call: LoneFunction }
	| { kind: 'save-test'; report: Pick<RunReport, 'number' | 'action' | 'ok' | 'error'> }
	| { kind: 'confirm'; title: string; text: string; verb: string; run: () => unknown };

/** What was open when a workspace was left. */
interface OpenFiles {
	requests: FileRef[];
	files: FileRef[];
	request: FileRef | null;
	file: FileRef | null;
}

const REFRESH_AFTER_MS = 120;

export class Studio {
	readonly backend: Backend;
	readonly session: Session;
	readonly tester: Tester;
	readonly editor: Editor;
	readonly runner: Runner;
	readonly sandbox: SandboxPanel;
	readonly debugging: Debugging;
	readonly layout: Layout;
	readonly appearance: Appearance;
	readonly recent = new RecentTabs();
	/** Writes to a live org that wait for an answer. */
	readonly writes: WriteAsks;
	readonly views: Views;

	welcome = $state.raw<Welcome | null>(null);
	dialog = $state.raw<OpenDialog | null>(null);
	/** What the window waits for before it can show a workspace. */
	busy = $state<string | null>(null);
	/** Why no workspace could be opened. */
	failure = $state.raw<BackendError | null>(null);
	/** The file shown last; the tree marks it. */
	selected = $state.raw<FileRef | null>(null);
	/** Whether the picker of connections is open. */
	menuOpen = $state(false);
	/** What a failure of the window itself was, for a report. */
	report = $state<string | null>(null);

	files = $derived<ListedFile[]>(listFiles([...this.workspaceTrees(), ...this.#flowTrees()]));

	/** While files and drafts come back, what is open says nothing about what is not saved. */
	#restoring = $state(false);
	#refreshTimer: ReturnType<typeof setTimeout> | undefined;
	/** Counts the files that somebody asked for: the last one stays in front, however late the others come. */
	#asked = 0;

	constructor(backend: Backend) {
		this.backend = backend;
		this.session = new Session(backend);
		this.tester = new Tester(backend, this.session);
		this.editor = new Editor(backend, this.session);
		this.runner = new Runner(backend, this.session);
		this.layout = new Layout(backend);
		this.sandbox = new SandboxPanel(backend, this.layout);
		this.appearance = new Appearance(backend);
		this.writes = new WriteAsks(backend);
		this.debugging = new Debugging(this);
		this.#join();
		this.views = new Views(this);
	}

	/** Shows the workspace that is open, or the welcome view. */
	async start(): Promise<void> {
		await Promise.all([this.appearance.load().catch(() => undefined), this.views.load()]);
		try {
			await this.#show(await this.backend.workspace());
		} catch (thrown) {
			const failure = BackendError.from(thrown);
			// None is open: that is how every first start looks.
			if (failure.code !== 'usage') this.failure = failure;
		}
		await this.loadWelcome();
	}

	async loadWelcome(): Promise<void> {
		try {
			this.welcome = await this.backend.welcome();
		} catch (thrown) {
			this.failure ??= BackendError.from(thrown);
		}
	}

	startWithSandbox(): Promise<boolean> {
		return this.#open('Starting the sandbox org', () => this.backend.startWithSandbox());
	}

	openWorkspace(path: string): Promise<boolean> {
		return this.#open(`Opening ${baseName(path)}`, () => this.backend.openWorkspace(path));
	}

	/** Back to the welcome view. What is not saved is there again when the workspace is. */
	async leave(): Promise<void> {
		await this.#guard(async () => {
			await this.drafts()?.keep();
			this.#clear();
			this.session.close();
			await this.loadWelcome();
		});
	}

	/** What is not saved now; null where that is not known, such as while a workspace opens. */
	drafts(): Drafts | null {
		const path = this.session.workspace?.path;
		if (path === undefined || this.busy !== null || this.#restoring) return null;
		// The caret moves with every change of a text: whoever watches this hears of it.
		void this.session.cursor;
		return new Drafts(this.backend, path, this.tester, this.editor);
	}

	async forget(path: string): Promise<void> {
		await this.#guard(async () => {
			await this.backend.forgetWorkspace(path);
			await this.loadWelcome();
		});
	}

	/** A new workspace was made; with `connect`, its connection comes next. */
	async made(workspace: Workspace, connect: boolean): Promise<void> {
		this.dialog = null;
		const opened = await this.#open('Opening the new workspace', () => Promise.resolve(workspace));
		if (opened && connect) this.newConnection();
	}

	/** On the welcome view this makes the workspace first. */
	newConnection(): void {
		if (!this.session.workspace) {
			this.dialog = { kind: 'new-workspace', template: 'okta', title: 'Connect to Okta', connect: true };
			return;
		}
		this.#connectionDialog(null);
	}

	editConnection(): void {
		this.#connectionDialog(this.session.active);
	}

	async useConnection(name: string): Promise<void> {
		this.dialog = null;
		await this.#guard(async () => {
			await this.session.loadConnections();
			await this.chooseConnection(name);
		});
	}

	async answerWrite(id: string, send: boolean, remember: boolean): Promise<void> {
		await this.#guard(() => this.writes.answer(id, send, remember));
	}

	async chooseConnection(name: string): Promise<void> {
		await this.#guard(async () => {
			await this.session.chooseConnection(name);
			await this.#wakeSandbox();
			this.session.announce(`Connection ${name}`);
		});
	}

	removeConnection(name: string): void {
		this.dialog = {
			kind: 'confirm',
			title: `Remove ${name}`,
			text: 'Its secrets are removed from this computer too.',
			verb: 'Remove',
			run: () =>
				this.#guard(async () => {
					await this.backend.removeConnection(name);
					await this.session.loadConnections();
					const next = this.session.connections[0];
					if (this.session.connection === name) this.session.connection = null;
					if (next && this.session.connection === null) await this.session.chooseConnection(next.name);
				})
		};
	}

	export(): void {
		const exporter = new Exporter(this.backend, this.session.connector);
		this.dialog = { kind: 'export', exporter };
		void exporter.load();
	}

	exported({ path, size: bytes }: Exported): void {
		this.dialog = null;
		this.session.toast(`Exported ${baseName(path)}, ${size(bytes)}`, {
			tone: 'ok',
			hint: path,
			action: { label: 'Copy path', run: () => void navigator.clipboard.writeText(path) }
		});
	}

	/** Asks for the name of the case that the last run becomes. */
	saveTest(): void {
		if (this.runner.report) this.dialog = { kind: 'save-test', report: this.runner.report };
	}

	async testSaved(saved: SavedTest): Promise<void> {
		this.dialog = null;
		await this.#guard(async () => {
			await this.session.refresh();
			await this.openFile(saved.file, saved.line);
		});
		this.session.toast('Saved as test', { tone: 'ok', hint: saved.file.path });
	}

	/** A click in the tree, or a choice in the palette: brings what shows the file into sight. */
	async openFile(file: FileRef, line?: number): Promise<void> {
		this.#bring(isRequest(file.path) && line === undefined ? 'tester' : 'editor');
		await this.#load(file, line);
		if (line === undefined && file.path.startsWith('triggers/')) await this.views.showTrigger(file);
	}

	openProblem(problem: Problem): void {
		this.dialog = null;
		const connector = problem.file.startsWith('flows/') ? '.' : this.session.connector;
		void this.openFile({ connector, path: problem.file }, Math.max(1, problem.line));
	}

	async fileMade(file: FileRef): Promise<void> {
		this.dialog = null;
		await this.#guard(async () => {
			await this.session.refresh();
			await this.openFile(file);
		});
	}

	async duplicateRequest(file: FileRef): Promise<void> {
		await this.#guard(async () => this.fileMade(await this.backend.duplicateRequest(file)));
	}

	/** What is open of it stays open, drafts and all. */
	async moveRequest(file: FileRef, folder: string): Promise<void> {
		this.dialog = null;
		await this.#guard(async () => {
			await this.tester.follow(file, this.backend.moveRequest(file, folder));
			await this.session.refresh();
			this.session.announce(`Moved to ${folder}`);
		});
	}

	newRequestIn(connector: string, folder: string): void {
		this.#bring('tester');
		this.tester.newRequest(connector, folder);
	}

	async renameFile(file: FileRef, name: string): Promise<void> {
		await this.#guard(async () => {
			if (file.path.startsWith('requests/')) {
				await this.tester.follow(file, this.backend.renameFile(file, name), name);
				await this.session.refresh();
				return;
			}
			const open = this.#tabOf(file);
			const renamed = await this.backend.renameFile(file, name);
			await this.session.refresh();
			this.debugging.run.breakpoints.renamed(file, renamed);
			if (!open) return;
			open.close();
			await this.openFile(renamed);
		});
	}

	askDelete(file: FileRef, label: string): void {
		this.dialog = {
			kind: 'confirm',
			title: `Delete ${label}`,
			text: `${file.path} is deleted from disk${/\.\w+$/.test(file.path) ? '' : ', with all that is in it'}.`,
			verb: 'Delete',
			run: () =>
				this.#guard(async () => {
					await this.backend.deleteFile(file);
					this.#tabOf(file)?.close();
					this.tester.gone(file);
					const run = this.runner.file;
					if (run?.connector === file.connector && run.path === file.path) this.runner.clear();
					await this.session.refresh();
				})
		};
	}

	async startSandbox(): Promise<void> {
		await this.#guard(async () => {
			this.session.sandbox = await this.backend.startSandbox();
		});
	}

	/** Tells of what failed in the window itself. */
	crashed(thrown: unknown): void {
		if (thrown instanceof BackendError) {
			this.session.fail(thrown);
			return;
		}
		const error = thrown instanceof Error ? thrown : new Error(String(thrown));
		const version = this.welcome ? `Joinery ${this.welcome.version}` : 'Joinery';
		this.report = [`${version}, ${navigator.userAgent}`, error.stack ?? error.message].join('\n\n');
	}

	/** What is open now, to be opened again with the workspace. */
	openFiles(): OpenFiles {
		return {
			requests: this.tester.tabs.flatMap((tab) => (tab.file ? [tab.file] : [])),
			files: this.editor.documents.map((document) => document.file),
			request: this.tester.active?.file ?? null,
			file: this.editor.active?.file ?? null
		};
	}

	workspaceTrees() {
		return this.session.workspace?.connectors ?? [];
	}

	#flowTrees() {
		return [this.session.workspace?.flows ?? []].flat();
	}

	#join(): void {
		this.tester.onmakeaction = (made) => {
			this.#bring('editor');
			this.selected = made.file;
			return this.#guard(async () => {
				await this.editor.open(made.file);
				await this.runner.choose(made.file, made.input);
			});
		};
		this.tester.onunreadable = (file, line) => void this.openFile(file, line);
		this.tester.secrets.onconnect = () => this.newConnection();
		this.tester.onmaking = (work) => void this.runner.expect(work);
		this.editor.onsave = (file, text, version) => this.runner.saveAndRun({ file, text, version });
		this.runner.onreport = (report) => this.editor.showCalls(report);
		this.runner.onsavetest = () => this.saveTest();
		this.runner.onreveal = (place) => {
			this.#bring('editor');
			void this.editor.reveal({ connector: this.session.connector, path: place.file }, place.line);
		};
		this.runner.onopencall = (call) => {
			this.#bring('tester');
			this.tester.openCall(call);
		};
		this.sandbox.onask = (question) => (this.dialog = { kind: 'confirm', ...question });
		this.backend.listen((event) => this.#hear(event));
	}

	#hear(event: Event): void {
		this.writes.hear(event);
		this.views.hear(event);
		if (!this.session.workspace) return;
		if (event.kind === 'sandbox_changed') {
			void this.#guard(() => Promise.all([this.session.loadSandbox(), this.session.loadConnections()]));
		}
		if (event.kind === 'connections_changed') void this.#guard(() => this.session.loadConnections());
		if (event.kind !== 'files_changed') return;
		// A save in another program is many changes: one look at the end is enough.
		clearTimeout(this.#refreshTimer);
		this.#refreshTimer = setTimeout(() => void this.#guard(() => this.session.refresh()), REFRESH_AFTER_MS);
	}

	async #open(what: string, work: () => Promise<Workspace>): Promise<boolean> {
		if (this.busy !== null) return false;
		this.failure = null;
		const drafts = this.drafts();
		this.busy = what;
		try {
			await drafts?.keep();
			const workspace = await work();
			this.#clear();
			await this.#show(workspace);
			return true;
		} catch (thrown) {
			this.failure = BackendError.from(thrown);
			if (this.session.workspace) this.session.fail(thrown);
			return false;
		} finally {
			this.busy = null;
		}
	}

	/** Into sight, where the layout or a maximised part hides it. */
	#bring(part: Part): void {
		this.views.close();
		if (!this.layout.shows(part)) this.layout.maximised = null;
		if (!this.layout.shows(part)) this.layout.set({ mode: 'build' });
	}

	async #load(file: FileRef, line?: number): Promise<void> {
		const asked = ++this.#asked;
		this.selected = file;
		await this.#guard(async () => {
			await this.session.chooseConnector(file.connector);
			if (asked !== this.#asked) return;
			if (isRequest(file.path) && line === undefined) {
				await this.tester.open(file);
				return;
			}
			await this.editor.open(file, line);
			if (file.path.startsWith('actions/') && asked === this.#asked) await this.runner.choose(file);
		});
	}

	async #show(workspace: Workspace): Promise<void> {
		await this.layout.load(workspace.path).catch(() => undefined);
		await this.session.open(workspace);
		void this.debugging.run.open(workspace.path).catch((thrown: unknown) => this.session.fail(thrown));
		await this.#wakeSandbox();
		this.#restoring = true;
		try {
			await this.#reopen(workspace);
			await Drafts.restore(this.backend, workspace.path, this.session, this.tester, this.editor);
		} finally {
			this.#restoring = false;
		}
	}

	/** The files of last time; the first time, a request and the action of the same name. */
	async #reopen(workspace: Workspace): Promise<void> {
		const asked = this.#asked;
		const kept = (await this.backend.recall(`open:${workspace.path}`).catch(() => null)) as OpenFiles | null;
		const exists = (file: FileRef) =>
			this.files.some((each) => each.connector === file.connector && each.path === file.path);
		if (kept && Array.isArray(kept.requests) && Array.isArray(kept.files)) {
			for (const file of kept.requests.filter(exists)) await this.tester.add(file);
			for (const file of kept.files.filter(exists)) await this.editor.add(file);
			const last = [kept.request, kept.file].filter((each) => each !== null);
			await this.#bringBack(last.filter(exists), asked);
			await this.#runnable(kept.files.filter(exists));
			return;
		}
		const here = this.files.filter((each) => each.connector === this.session.connector);
		const stem = (each: ListedFile) => baseName(each.path).replace(/\.\w+$/, '');
		const requests = here.filter((each) => each.kind === 'request');
		const actions = here.filter((each) => each.kind === 'action');
		const pair = requests
			.filter((each) => each.method === 'GET')
			.map((request) => ({ request, action: actions.find((each) => stem(each) === stem(request)) }))
			.find((each) => each.action !== undefined);
		const request = pair?.request ?? requests[0];
		const action = pair?.action ?? actions[0];
		const first = [request, action].filter((each) => each !== undefined);
		await this.#bringBack(
			first.map(({ connector, path }) => ({ connector, path })),
			asked
		);
	}

	/** Gives the run panel an action of those that are open, where it has none. */
	async #runnable(files: FileRef[]): Promise<void> {
		const { connector } = this.session;
		const actions = files.filter((each) => each.path.startsWith('actions/') && each.connector === connector);
		const last = actions.at(-1);
		if (last && !this.runner.file) await this.runner.choose(last);
	}

	/** Shows files that nobody asked for; once somebody has asked for another, they fill what is empty and no more. */
	async #bringBack(files: FileRef[], asked: number): Promise<void> {
		for (const file of files) {
			if (asked === this.#asked) {
				await this.#load(file);
				asked++;
			} else if (isRequest(file.path)) this.tester.fill(await this.tester.add(file));
			else this.editor.fill(await this.editor.add(file));
		}
	}

	/** A workspace left with the sandbox in use finds it running again. */
	async #wakeSandbox(): Promise<void> {
		if (this.session.active?.sandbox && this.session.sandbox === null) await this.startSandbox();
	}

	#connectionDialog(editing: Session['active']): void {
		const profiles = new Profiles(this.backend, this.session.connector);
		this.dialog = { kind: 'connection', profiles };
		void profiles.select(editing);
	}

	#tabOf(file: FileRef): { close: () => void } | null {
		const same = (other: FileRef | null) => other?.connector === file.connector && other.path === file.path;
		const document = this.editor.documents.find((each) => same(each.file));
		if (document) return { close: () => this.editor.close(document.id) };
		const tab = this.tester.tabs.find((each) => same(each.file));
		return tab ? { close: () => this.tester.close(tab.id) } : null;
	}

	#clear(): void {
		this.selected = null;
		this.tester.clear();
		this.editor.clear();
		this.runner.clear();
		this.views.clear();
		void this.debugging.run.close();
	}

	async #guard(work: () => Promise<unknown>): Promise<void> {
		try {
			await work();
		} catch (thrown) {
			this.session.fail(thrown);
		}
	}
}
