/** The joints of the debugger: what it shows in the editor, the run panel and the layout, and what starts it. */
import type { Extension } from '@codemirror/state';
import { BreakpointForm } from './features/debugger/breakpoint-form.svelte';
import { lookOf, same, termsOf, type Breakpoint } from './features/debugger/breakpoints.svelte';
import { Debugger, type Frame, type Target } from './features/debugger/debugger.svelte';
import { inlineValues } from './features/debugger/inline-values';
import { keyOf } from './features/tests/tests.svelte';
import type { CaseView } from './backend/types/CaseView';
import type { Document } from './features/script/document.svelte';
import { breakpointGutter, markBreakpoints, markStand } from './lib/editor/breakpoints';
import { caretOf, valueNotes, type LineNote } from './lib/editor/line-notes';
import { valueHover } from './lib/editor/value-hover';
import { inRegion } from './regions';
import type { Studio } from './studio.svelte';

export class Debugging {
	readonly run: Debugger;
	readonly form: BreakpointForm;
	readonly #studio: Studio;

	constructor(studio: Studio) {
		this.#studio = studio;
		this.run = new Debugger(studio.backend, studio.session);
		this.form = new BreakpointForm(this.run.breakpoints);
		this.run.onmarks = () => studio.editor.documents.forEach((each) => this.#mark(each));
		this.run.onshow = (frame, moved) => this.#show(frame, moved);
		this.run.onstop = () => {
			studio.layout.set({ showRun: true });
			studio.runner.tabs.showDebugger();
		};
		this.run.ontrace = (trace, action) => studio.runner.showTrace(trace, action);
		studio.editor.extend = (document) => this.#gutter(document);
	}

	/** Goes on where a script stands still; else debugs the trigger in the editor, or the action of the run form. */
	async start(): Promise<void> {
		const { active } = this.#studio.editor;
		if (this.run.paused) return this.run.go('continue');
		if (this.run.active) return;
		if (active?.file.path.startsWith('triggers/')) return this.launch({ file: active.file, input: {}, config: null });
		return this.startAction();
	}

	/** Debugs the action of the run form with its input. */
	async startAction(): Promise<void> {
		const { runner, session, layout } = this.#studio;
		if (!runner.file && !runner.coming) {
			session.toast('Open an action or a trigger to debug it.');
			return;
		}
		layout.set({ showRun: true });
		if ((await runner.ready()) && runner.file) await this.launch({ ...runner.given, file: runner.file });
	}

	/** Debugs a case of the tests: from its cassette, or on the connection in use where the tests run live. */
	startCase(test: CaseView): Promise<void> {
		const { views, session } = this.#studio;
		const { connector, mode } = views.tests;
		views.close();
		return this.launch(
			{ file: { connector, path: test.file }, input: {}, config: null, test: keyOf(test) },
			mode === 'live' ? session.connection : null
		);
	}

	/** Debugs a script, on the connection in use if on no other; what runs is what is on disk, so that all is saved first. */
	async launch(target: Omit<Target, 'connection'>, connection = this.#studio.session.connection): Promise<void> {
		const { editor, runner, layout } = this.#studio;
		layout.set({ showRun: true });
		if (!(await editor.saveAll(target.file.connector))) return;
		runner.failure = null;
		await this.run.launch({ ...target, connection });
		if (this.run.failure) runner.tabs.showDebugger();
	}

	/** Sets a breakpoint at the caret, or takes it away. */
	toggle(): void {
		const place = this.#caret();
		if (place) this.run.breakpoints.toggle(place.file, place.line);
	}

	/** Asks on what condition to stop at the caret. */
	condition(): void {
		const place = this.#caret();
		if (place) this.form.at(place.file, place.line);
	}

	#caret() {
		const { active } = this.#studio.editor;
		return active?.language === 'rhai' ? { file: active.file, line: caretOf(active.now).line } : null;
	}

	#show(frame: Frame, moved: boolean): void {
		const { editor } = this.#studio;
		this.run.onmarks?.();
		if (!frame.file || !moved) return;
		// Whoever works in the debugger keeps the focus there.
		const focused = inRegion('Editor') || document.activeElement === document.body;
		void editor.open(frame.file, frame.line, focused).then(() => this.run.onmarks?.());
	}

	#gutter(document: Document): Extension {
		if (document.language !== 'rhai') return [];
		const { file } = document;
		// The document is not there yet: it is being made.
		queueMicrotask(() => this.#mark(document));
		return [
			breakpointGutter({
				toggle: (line) => this.run.breakpoints.toggle(file, line),
				menu: (line, { x, y }) => (this.form.menu = { file, line, x, y }),
				moved: (lines) => this.run.breakpoints.moved(file, lines)
			}),
			valueHover((expression) => (same(this.run.frame?.file ?? null, file) ? this.run.hover(expression) : null))
		];
	}

	#mark(document: Document): void {
		if (document.language !== 'rhai') return;
		const { frame, frames, breakpoints, locals, exception } = this.run;
		const marks = breakpoints.of(document.file).map((point) => {
			return { id: point.id, line: point.line, look: lookOf(point), words: wordsOf(point) };
		});
		const here = frame !== null && same(frame.file, document.file) ? frame : null;
		const stand = here ? { line: here.line, top: here.id === frames[0]?.id } : null;
		const lines = here ? document.now.doc.toJSON() : [];
		const values = here ? inlineValues(lines, here.line, locals) : [];
		const notes = values.map(({ line, text }): LineNote => ({ line, text, kind: 'value' }));
		// An error is told where it happened.
		if (here && stand?.top && exception)
			notes.push({ line: here.line, text: exception.description ?? '', kind: 'error' });
		document.dispatch({
			effects: [markBreakpoints(marks), markStand(stand), valueNotes.set(notes)]
		});
	}
}

function wordsOf(point: Breakpoint): string {
	if (point.unbound !== null) return point.unbound;
	const terms = termsOf(point);
	const words = terms === '' ? 'Breakpoint' : `Breakpoint ${terms}`;
	return point.enabled ? words : `${words}, disabled`;
}
