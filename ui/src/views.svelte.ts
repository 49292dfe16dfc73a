/** The views that stand in the place of tester, editor and run: the tests, and a trigger at work. */
import type { CallReport } from './backend/types/CallReport';
import type { Event } from './backend/types/Event';
import type { FileRef } from './backend/types/FileRef';
import { Tests } from './features/tests/tests.svelte';
import { TriggerWatch } from './features/trigger/watch.svelte';
import { caretOf } from './lib/editor/line-notes';
import { baseName } from './lib/format';
import type { Studio } from './studio.svelte';

export class Views {
	readonly tests: Tests;
	readonly watch: TriggerWatch;

	readonly #studio: Studio;
	/** What a save runs again. */
	#last: 'action' | 'test' | 'trigger' = 'action';

	constructor(studio: Studio) {
		const { backend, session, runner, editor } = studio;
		this.#studio = studio;
		this.tests = new Tests(backend, session);
		this.watch = new TriggerWatch(backend, session);
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

	hear(event: Event): void {
		this.tests.hear(event);
		this.watch.hear(event);
	}

	clear(): void {
		this.tests.clear();
		this.watch.clear();
		this.#last = 'action';
	}

	close(): void {
		this.#studio.layout.maximised = null;
	}

	async showTests(): Promise<void> {
		this.#studio.layout.maximised = 'tests';
		await this.tests.load();
	}

	async runTests(): Promise<void> {
		await this.showTests();
		this.#last = 'test';
		await this.tests.runAll();
	}

	/** Runs the case in hand: that of the list, that at the caret, or those of the script that is edited. */
	async runTestHere(): Promise<void> {
		const { editor, layout, session } = this.#studio;
		const { tests } = this;
		this.#last = 'test';
		if (layout.view === 'tests' && tests.chosen) return tests.runOne(tests.chosen);
		const document = editor.active;
		if (!document) return this.showTests();
		const { path } = document.file;
		const { line } = caretOf(document.now);
		if (document.dirty) await editor.save();
		await this.showTests();
		const ran = path.startsWith('tests/')
			? await tests.runAt(path, line)
			: await tests.runOf(baseName(path).replace(/\.\w+$/, ''));
		if (!ran) session.toast(`No test is of ${document.name}.`);
	}

	/** Shows a trigger whose script is open in the editor. */
	async showTrigger(file: FileRef): Promise<void> {
		this.#studio.layout.maximised = 'trigger';
		this.#last = 'trigger';
		await this.watch.choose(file);
	}

	/** Polls the trigger in hand, or listens for what it is sent. */
	askTrigger(): Promise<void> {
		return this.watch.way === 'polling' ? this.watch.poll() : this.watch.hooks.start();
	}

	openFile(path: string, line: number): void {
		void this.#studio.openFile({ connector: this.#studio.session.connector, path }, line);
	}

	openCall(call: CallReport): void {
		this.#studio.runner.onopencall?.(call);
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
