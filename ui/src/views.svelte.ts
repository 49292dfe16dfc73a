/**
 * The joints of what stands beside the work on requests and scripts: settings, and the main views. A main view has the
 * room of tester, editor and run panel, which wait behind it as they were; whatever shows a file there brings them back.
 */
import type { CallReport } from './backend/types/CallReport';
import type { CaseView } from './backend/types/CaseView';
import type { Event } from './backend/types/Event';
import type { FileRef } from './backend/types/FileRef';
import { Docs } from './features/docs/docs.svelte';
import { FlowsPanel } from './features/flows/flows.svelte';
import { History } from './features/history/history.svelte';
import { SettingsPanel } from './features/settings/panel.svelte';
import { Tests } from './features/tests/tests.svelte';
import { TriggerWatch } from './features/trigger/watch.svelte';
import { Bindings } from './lib/bindings.svelte';
import type { Command } from './lib/commands';
import { caretOf } from './lib/editor/line-notes';
import { Fonts } from './lib/fonts.svelte';
import { baseName } from './lib/format';
import type { View } from './lib/layout.svelte';
import { fileAt, workspacePath } from './lib/versions.svelte';
import type { Studio } from './studio.svelte';

/** Commands of these groups, and these commands, are about what the flows hide. */
const WORK_GROUPS = ['Tester', 'Editor', 'Run'];
const WORK = /^(save|close-tab|next-tab|last-tab|run-panel|run-dock|maximise|layout-.*)$/;

export class Views {
	readonly bindings: Bindings;
	readonly settings: SettingsPanel;
	readonly flows: FlowsPanel;
	readonly tests: Tests;
	readonly watch: TriggerWatch;
	readonly history: History;
	readonly docs: Docs;

	readonly #studio: Studio;
	/** What a save runs again. */
	#last: 'action' | 'test' | 'trigger' = 'action';

	constructor(studio: Studio) {
		const { backend, session, runner, editor, appearance } = studio;
		this.#studio = studio;
		this.bindings = new Bindings(backend);
		this.settings = new SettingsPanel(backend, appearance, new Fonts(backend), this.bindings);
		this.flows = new FlowsPanel(backend, session);
		this.tests = new Tests(backend, session);
		this.watch = new TriggerWatch(backend, session);
		this.history = new History(backend, session);
		this.docs = new Docs(backend, session, studio.layout);
		this.history.onask = (question) => (studio.dialog = { kind: 'confirm', ...question });
		this.history.unsaved = () => editor.documents.filter((each) => each.dirty).map((each) => workspacePath(each.file));
		this.watch.onsavetest = (number) => {
			const action = baseName(this.watch.file?.path ?? '').replace(/\.rhai$/, '');
			studio.dialog = { kind: 'save-test', report: { number, action, ok: true, error: null } };
		};
		const { onreport } = runner;
		runner.onreport = (report) => {
			onreport?.(report);
			// A run that a save began changes nothing about what saves run.
			if (report.saved === null) this.#last = 'action';
		};
		const { onsave } = editor;
		editor.onsave = async (file, text, version) => {
			if (this.#last === 'action') return (await onsave?.(file, text, version)) ?? null;
			const saved = await backend.saveFile(file, text, version);
			void this.#saved(file).catch((thrown: unknown) => session.fail(thrown));
			return saved;
		};
	}

	/** What has the room of the work; `work` is the work itself. */
	get shown(): View | 'work' {
		return this.#studio.layout.view ?? 'work';
	}

	/** What holds for all workspaces; without it the window is as it comes. */
	async load(): Promise<void> {
		await Promise.all([this.bindings.load(), this.settings.fonts.load()]).catch(() => undefined);
	}

	/** Shows a main view in the place of the work. */
	show(view: View): void {
		this.#studio.layout.maximised = view;
	}

	/** Shows a main view, or goes back to the work where it is shown already. */
	toggle(view: View): void {
		if (this.shown === view) this.close();
		else this.show(view);
	}

	/** Back to the work. */
	close(): void {
		if (this.shown !== 'work') this.#studio.layout.maximised = null;
	}

	hear(event: Event): void {
		if (event.kind === 'files_changed' && this.shown === 'flows') void this.flows.load();
		if (event.kind === 'repository_changed') void this.#repositoryChanged();
		this.tests.hear(event);
		this.watch.hear(event);
	}

	/** Another workspace is opened: what was seen of the last one goes. */
	clear(): void {
		this.close();
		this.flows.clear();
		this.tests.clear();
		this.watch.clear();
		this.history.clear();
		this.#last = 'action';
	}

	/** The commands with the keys they have now. Those that are about the work bring it back. */
	bound(commands: readonly Command[]): Command[] {
		return this.bindings.apply(commands).map((each) => {
			if (!isOfWork(each)) return each;
			const run = () => {
				if (this.#hidesWork) this.close();
				return each.run();
			};
			return { ...each, run };
		});
	}

	/** Whether the keys of a command are listened for now: those of what a view hides are not. */
	listens(command: Command): boolean {
		return !this.#hidesWork || !isOfWork(command);
	}

	async showTests(): Promise<void> {
		this.show('tests');
		await this.tests.load();
	}

	async runTests(): Promise<void> {
		await this.showTests();
		this.#last = 'test';
		await this.tests.runAll();
	}

	/** Runs the cases in hand: that of the list, that at the caret, or those of the script that is edited. */
	async runTestHere(): Promise<void> {
		const cases = await this.#inHand();
		if (cases.length > 0) await this.tests.runSome(cases);
	}

	/** Debugs the case in hand; the first one, where a script has several. */
	async debugTestHere(): Promise<void> {
		const [first] = await this.#inHand();
		if (first) await this.#studio.debugging.startCase(first);
	}

	async #inHand(): Promise<CaseView[]> {
		const { editor, layout, session } = this.#studio;
		const { tests } = this;
		this.#last = 'test';
		if (layout.view === 'tests' && tests.chosen) return [tests.chosen];
		const document = editor.active;
		if (document?.dirty) await editor.save();
		await this.showTests();
		if (!document) return [];
		const found = await tests.at(document.file.path, caretOf(document.now).line);
		if (found.length === 0) session.toast(`No test is of ${document.name}.`);
		return found;
	}

	/** Shows a trigger whose script is open in the editor. */
	async showTrigger(file: FileRef): Promise<void> {
		this.show('trigger');
		this.#last = 'trigger';
		await this.watch.choose(file);
	}

	/** Polls the trigger in hand, or listens for what it is sent. */
	askTrigger(): Promise<void> {
		return this.watch.way === 'polling' ? this.watch.poll() : this.watch.hooks.start();
	}

	/** A branch may have been switched without any file changing. */
	async #repositoryChanged(): Promise<void> {
		const { session } = this.#studio;
		if (!session.workspace) return;
		await session.versions.load();
		const repository = session.versions.state?.repository;
		if (repository?.branch && repository.branch !== session.workspace.branch) await session.refresh();
	}

	openFile(path: string, line: number): void {
		void this.#studio.openFile({ connector: this.#studio.session.connector, path }, line);
	}

	/** Shows what changed in the workspace, its commits and snapshots; or those of one file. */
	async showHistory(file: FileRef | null = null): Promise<void> {
		this.show('history');
		await this.history.showFile(file && workspacePath(file));
	}

	/** Shows the sandbox panel, or hides it where it is shown. */
	toggleSandbox(): void {
		const { sandbox } = this.#studio;
		if (sandbox.open) sandbox.close();
		else sandbox.show();
	}

	/** Opens a file by its path in the workspace. */
	openPath(path: string): void {
		const connectors = this.#studio.session.workspace?.connectors.map((each) => each.folder) ?? [];
		void this.#studio.openFile(fileAt(path, connectors));
	}

	openCall(call: CallReport): void {
		this.#studio.runner.onopencall?.(call);
	}

	/** Whether neither editor nor tester is in sight. */
	get #hidesWork(): boolean {
		return this.shown === 'flows' || this.shown === 'history';
	}

	async #saved(file: FileRef): Promise<void> {
		const { tests, watch } = this;
		if (this.#last === 'test' && tests.runOnSave && file.connector === tests.connector) {
			await tests.load();
			await tests.runLast();
		}
		if (this.#last === 'trigger' && this.#studio.runner.runOnSave && file.connector === watch.file?.connector) {
			await watch.saved();
		}
	}
}

function isOfWork({ id, group }: Command): boolean {
	return WORK_GROUPS.includes(group) || WORK.test(id);
}
