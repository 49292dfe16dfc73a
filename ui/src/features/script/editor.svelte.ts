/** The script editor: open files, saving, checks, and what the last run says about their lines. */
import { toggleComment } from '@codemirror/commands';
import { nextDiagnostic, previousDiagnostic, setDiagnostics, type Action } from '@codemirror/lint';
import { gotoLine, openSearchPanel, selectNextOccurrence } from '@codemirror/search';
import { EditorSelection, Text, type Extension } from '@codemirror/state';
import { EditorView, type Command } from '@codemirror/view';
import { tick } from 'svelte';
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { FileRef } from '../../backend/types/FileRef';
import type { Problem } from '../../backend/types/Problem';
import type { RunReport } from '../../backend/types/RunReport';
import type { SavedFile } from '../../backend/types/SavedFile';
import type { TextFile } from '../../backend/types/TextFile';
import { savedText } from '../../lib/editor/change-bar';
import { caretOf, checkNotes, runNotes } from '../../lib/editor/line-notes';
import type { Session } from '../../lib/session.svelte';
import { documentState } from './document-state';
import { Document } from './document.svelte';
import { ASKS, Language, type Found } from './language';
import { checkNotesOf, diagnosticsOf, runNotesOf } from './notes';
import { applyFix } from './fixes';

const CHECK_AFTER_MS = 100;
const COMMANDS = {
	next_problem: nextDiagnostic,
	last_problem: previousDiagnostic,
	go_to_line: gotoLine,
	comment: toggleComment,
	select_next: selectNextOccurrence,
	find: openSearchPanel,
	...ASKS
} satisfies Record<string, Command>;

export type EditorCommand = keyof typeof COMMANDS;

const LANGUAGES: Record<string, string> = { rhai: 'Rhai', json: 'JSON', toml: 'TOML', md: 'Markdown' };

export class Editor {
	documents = $state.raw<Document[]>([]);
	active = $state.raw<Document | null>(null);
	/** Whether the next view takes the focus. */
	wantsFocus = false;
	/** Saves in the caller's way, such as with a run; null where it did not. */
	onsave: ((file: FileRef, text: string, version: string | null) => Promise<SavedFile | null>) | undefined;

	/** What other parts of the window add to the text of a file. */
	extend: ((document: Document) => Extension) | undefined;

	readonly backend: Backend;
	readonly session: Session;
	readonly #language: Language;
	#checkTimer: ReturnType<typeof setTimeout> | undefined;
	/** Counts what was asked to be shown: what was asked for last stays in front, however late the others come. */
	#asked = 0;

	constructor(backend: Backend, session: Session) {
		this.backend = backend;
		this.session = session;
		this.#language = new Language(backend, {
			place: () => ({
				folder: session.workspace?.path ?? '',
				connectors: session.workspace?.connectors.map((each) => each.folder) ?? []
			}),
			documents: () => this.documents,
			show: async (file) => {
				await this.open(file);
				await tick();
				return this.active?.view ?? null;
			},
			load: (file) => this.#load(file),
			found: (document, found) => this.#showFound(document, found)
		});
		backend.listen((event) => {
			if (event.kind !== 'files_changed') return;
			void this.#changedOnDisk(event.paths).then(() => this.#language.changedOnDisk());
		});
	}

	/** `focused`: whether the text takes the focus. */
	async open(file: FileRef, line?: number, focused = true): Promise<void> {
		const asked = ++this.#asked;
		const document = await this.#load(file);
		if (!document || asked !== this.#asked) return;
		this.#activate(document, focused);
		if (line !== undefined) this.#moveTo(document, line, focused);
	}

	/** Opens a file in a tab; what is in front stays there. */
	async add(file: FileRef): Promise<Document | null> {
		return this.#load(file);
	}

	/** Brings a document forward where none is in front; what somebody asked for and is not here yet still comes. */
	fill(document: Document | null): void {
		if (document && !this.active) this.#bringForward(document, false);
	}

	/** Shows a line of a file, opened where it is not. */
	async reveal(file: FileRef, line: number): Promise<void> {
		await this.open(file, line);
	}

	select(id: string): void {
		const document = this.documents.find((each) => each.id === id);
		if (document) this.#activate(document);
	}

	close(id: string): void {
		const at = this.documents.findIndex((each) => each.id === id);
		const document = this.documents[at];
		if (!document) return;
		this.documents = this.documents.filter((each) => each !== document);
		this.#language.close(document);
		if (this.active === document) {
			const next = this.documents[Math.min(at, this.documents.length - 1)];
			if (next) this.#activate(next);
			else this.#leave();
		}
		if (document.dirty) {
			this.session.toast(`Closed ${document.name} without saving it.`, {
				action: { label: 'Open again', run: () => this.#reopen(document) }
			});
		}
	}

	closeActive(): void {
		if (this.active) this.close(this.active.id);
	}

	/** Closes every tab, such as when another workspace opens. */
	clear(): void {
		for (const document of this.documents) this.#language.close(document);
		this.documents = [];
		this.#leave();
	}

	async save(): Promise<void> {
		if (this.active) await this.#save(this.active, this.active.version);
	}

	/** Saves every changed file of a connector; nothing runs for it. */
	async saveAll(connector: string): Promise<boolean> {
		const changed = this.documents.filter((each) => each.dirty && each.file.connector === connector);
		for (const document of changed) await this.#save(document, document.version, false);
		return changed.every((each) => !each.dirty);
	}

	/** Does something in the open file, as its own keys do. */
	perform(what: EditorCommand): void {
		const view = this.active?.view;
		if (!view) return;
		view.focus();
		COMMANDS[what](view);
	}

	/** Takes the text on disk; what stood here stays in the undo history. */
	async reload(document: Document): Promise<void> {
		try {
			this.#takeText(document, await this.backend.readFile(document.file));
		} catch (thrown) {
			document.error = BackendError.from(thrown);
		}
	}

	/** Overwrites what is on disk. */
	async keepMine(document: Document): Promise<void> {
		document.conflict = false;
		await this.#save(document, null);
	}

	/** Marks what the calls of a run answered, and where it failed. */
	showCalls(report: RunReport): void {
		for (const document of this.documents) {
			if (document.file.connector !== this.session.connector) continue;
			const notes = runNotesOf(report, document.file.path, document.problems);
			document.dispatch({ effects: runNotes.set(notes) });
		}
	}

	async #save(document: Document, version: string | null, runs = true): Promise<void> {
		if (document.saving) return;
		const { doc } = document.now;
		const text = doc.toString();
		document.saving = true;
		try {
			const saved = runs ? await this.onsave?.(document.file, text, version) : null;
			this.#takeSaved(document, doc, saved ?? (await this.backend.saveFile(document.file, text, version)));
		} catch (thrown) {
			const failure = BackendError.from(thrown);
			if (failure.code === 'conflict' && (await this.#sameOnDisk(document, doc, text))) return;
			document.conflict = failure.code === 'conflict';
			document.error = document.conflict ? null : failure;
		} finally {
			document.saving = false;
		}
	}

	/** Where the very text that stands here is on disk, there is nothing to decide. */
	async #sameOnDisk(document: Document, doc: Text, text: string): Promise<boolean> {
		const disk = await this.backend.readFile(document.file).catch(() => null);
		if (disk?.text !== text) return false;
		this.#takeSaved(document, doc, { version: disk.version, problems: document.problems });
		return true;
	}

	#takeSaved(document: Document, doc: Text, saved: SavedFile): void {
		document.version = saved.version;
		document.saved = doc;
		document.conflict = false;
		document.error = null;
		document.dirty = !document.now.doc.eq(doc);
		document.dispatch({ effects: savedText.of(doc) });
		if (!document.dirty) this.#showProblems(document, saved.problems);
	}

	#create(text: TextFile): Document {
		const document = new Document(text, (self) =>
			documentState({
				backend: this.backend,
				id: self.id,
				language: self.language,
				text: text.text,
				server: self.language === 'rhai' ? this.#language.extension(self.file, 'rhai') : [],
				more: this.extend?.(self) ?? [],
				onupdate: (update) => {
					if (update.docChanged) {
						self.dirty = !self.saved.eq(update.state.doc);
						this.#planCheck(self);
					}
					if (update.docChanged || update.selectionSet) this.session.cursor = caretOf(update.state);
				}
			})
		);
		this.documents = [...this.documents, document];
		void this.#check(document);
		return document;
	}

	#reopen(document: Document): void {
		if (!this.documents.includes(document)) this.documents = [...this.documents, document];
		this.#activate(document);
	}

	#activate(document: Document, focused = true): void {
		this.#asked++;
		this.#bringForward(document, focused);
	}

	#bringForward(document: Document, focused: boolean): void {
		this.wantsFocus = focused;
		this.active = document;
		this.session.cursor = caretOf(document.now);
		this.session.language = LANGUAGES[document.language] ?? 'Text';
	}

	#leave(): void {
		this.active = null;
		this.session.cursor = null;
		this.session.language = null;
	}

	#moveTo(document: Document, line: number, focused: boolean): void {
		const { doc } = document.now;
		const to = doc.line(Math.max(1, Math.min(line, doc.lines)));
		const indent = /^\s*/.exec(to.text)?.[0].length ?? 0;
		const scroll = EditorView.scrollIntoView(to.from, { y: 'center' });
		document.dispatch({ selection: EditorSelection.cursor(to.from + indent), effects: scroll });
		this.session.cursor = caretOf(document.now);
		if (!document.view) document.scroll = scroll;
		else if (focused) document.view.focus();
	}

	#planCheck(document: Document): void {
		clearTimeout(this.#checkTimer);
		this.#checkTimer = setTimeout(() => void this.#check(document), CHECK_AFTER_MS);
	}

	async #check(document: Document): Promise<void> {
		// The language server finds the same, and what can be done about it; it knows the files that have been shown.
		if (document.language === 'rhai' && this.#language.ready) {
			this.#language.sync();
			if (document.view && !isFlow(document.file)) return;
		}
		const { doc } = document.now;
		try {
			const problems = await this.backend.checkFile(document.file, doc.toString());
			if (document.now.doc.eq(doc)) this.#showProblems(document, problems);
		} catch {
			// A check that fails says nothing about the text; saving will tell.
		}
	}

	#showFound(document: Document, found: Found[]): void {
		if (isFlow(document.file)) return;
		const problems = found.map((each) => each.problem);
		this.#showProblems(document, problems, (problem) => {
			const fixes = found.find((each) => each.problem === problem)?.fixes ?? [];
			return fixes.map((fix) => ({ name: fix.title, apply: (view) => void applyFix(view, fix) }));
		});
	}

	#showProblems(document: Document, problems: Problem[], actions?: (problem: Problem) => Action[]): void {
		document.problems = problems;
		document.dispatch(setDiagnostics(document.now, diagnosticsOf(problems, document.now.doc, actions)));
		document.dispatch({ effects: checkNotes.set(checkNotesOf(problems)) });
		const { connector, path } = document.file;
		if (connector === this.session.connector) this.session.setProblems(path, problems);
	}

	async #changedOnDisk(paths: readonly string[]): Promise<void> {
		for (const document of this.documents) {
			const { connector, path } = document.file;
			if (document.saving || !paths.includes(connector === '.' ? path : `${connector}/${path}`)) continue;
			const disk = await this.backend.readFile(document.file).catch(() => null);
			if (!disk || disk.version === document.version || document.saving) continue;
			if (document.dirty && disk.text !== document.now.doc.toString()) document.conflict = true;
			else this.#takeText(document, disk);
		}
	}

	#takeText(document: Document, disk: TextFile): void {
		const doc = Text.of(disk.text.split(/\r\n?|\n/));
		document.version = disk.version;
		document.saved = doc;
		document.conflict = false;
		document.error = null;
		const { anchor, head } = document.now.selection.main;
		document.dispatch({
			changes: { from: 0, to: document.now.doc.length, insert: doc },
			selection: { anchor: Math.min(anchor, doc.length), head: Math.min(head, doc.length) },
			effects: savedText.of(doc)
		});
		document.dirty = false;
		void this.#check(document);
	}

	/** The open document of a file, opened where it is not. */
	async #load(file: FileRef): Promise<Document | null> {
		try {
			const open = this.#find(file);
			if (open) return open;
			const text = await this.backend.readFile(file);
			return this.#find(file) ?? this.#create(text);
		} catch (thrown) {
			this.session.fail(thrown);
			return null;
		}
	}

	#find(file: FileRef): Document | undefined {
		return this.documents.find((each) => each.file.connector === file.connector && each.file.path === file.path);
	}
}

/** Whether a file is a flow's: the language server knows connectors only, and would find nothing wrong in it. */
function isFlow(file: FileRef): boolean {
	return file.connector === '.' && file.path.startsWith('flows/');
}
