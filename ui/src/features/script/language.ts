/** The language server as the editor uses it: open files are kept in step with it, what it says reaches them. */
import { acceptCompletion } from '@codemirror/autocomplete';
import {
	formatDocument,
	formatKeymap,
	hoverTooltips,
	jumpToDefinition,
	jumpToDefinitionKeymap,
	LSPClient,
	LSPPlugin,
	serverCompletion,
	signatureHelp,
	Workspace,
	type WorkspaceFile
} from '@codemirror/lsp-client';
import { ChangeSet, Prec, type Extension, type Text, type TransactionSpec } from '@codemirror/state';
import { keymap, type Command, type EditorView } from '@codemirror/view';
import type { Backend } from '../../backend';
import type { FileRef } from '../../backend/types/FileRef';
import type { Problem } from '../../backend/types/Problem';
import type { Document } from './document.svelte';
import { sanitize } from '../../lib/sanitize';
import { showReferences } from './references';
import { renameSymbol } from './rename';
import { transport } from './transport';
import { fileOf, uriOf } from './uris';

/** Edits that put a problem right, by the file's address. */
export interface QuickFix {
	title: string;
	edit: { changes: Record<string, { range: Range; newText: string }[]> };
}

/** From 0, in UTF-16 units, as the protocol counts. */
export interface Range {
	start: { line: number; character: number };
	end: { line: number; character: number };
}

/** A problem and what can be done about it. */
export interface Found {
	problem: Problem;
	fixes: QuickFix[];
}

/** What the language server needs of the editor. */
export interface Desk {
	/** The workspace's folder, and the folders of the connectors in it. */
	place(): { folder: string; connectors: readonly string[] };
	documents(): readonly Document[];
	/** Opens a file and shows it. */
	show(file: FileRef): Promise<EditorView | null>;
	/** Opens a file without showing it. */
	load(file: FileRef): Promise<Document | null>;
	found(document: Document, found: Found[]): void;
}

/** What can be asked about the place of the caret. */
export const ASKS = {
	go_to_definition: jumpToDefinition,
	find_references: showReferences,
	rename_symbol: renameSymbol,
	format_document: formatDocument
} satisfies Record<string, Command>;

interface Published {
	uri: string;
	version?: number;
	diagnostics: { data?: Found }[];
}

/** How long an answer may take until it is given up. */
const LATEST_MS = 60_000;

export class Language {
	readonly #desk: Desk;
	readonly #client: LSPClient;

	constructor(backend: Backend, desk: Desk) {
		this.#desk = desk;
		this.#client = new LSPClient({
			workspace: (client) => new Files(client, desk),
			sanitizeHTML: sanitize,
			// It lives in this program: an answer that is late is one of a busy machine, and comes.
			timeout: LATEST_MS,
			notificationHandlers: {
				'textDocument/publishDiagnostics': (_client, params: Published) => this.#published(params)
			},
			extensions: [
				serverCompletion({ override: true }),
				hoverTooltips(),
				signatureHelp(),
				// Tab takes the marked completion, as in other editors.
				Prec.high(keymap.of([{ key: 'Tab', run: acceptCompletion }])),
				keymap.of([
					...jumpToDefinitionKeymap,
					{ key: 'Shift-F12', run: showReferences, preventDefault: true },
					...formatKeymap,
					{ key: 'F2', run: renameSymbol, preventDefault: true }
				])
			]
		}).connect(transport(backend));
		// Without a server the editor works on, and the check on its own.
		this.#client.initializing.catch(() => undefined);
	}

	/** Whether the server answers; a check of its own is then needless. */
	get ready(): boolean {
		return this.#client.serverCapabilities !== null;
	}

	/** What a document's editor needs. */
	extension(file: FileRef, language: string): Extension {
		return this.#client.plugin(uriOf(this.#desk.place().folder, file), language);
	}

	/** Tells the server what was typed; it answers with what it finds. */
	sync(): void {
		this.#client.sync();
	}

	/** Tells the server which files changed on disk. */
	changedOnDisk(): void {
		if (this.ready) this.#client.notification('workspace/didChangeWatchedFiles', { changes: [] });
	}

	/** Tells the server that a document is closed for good. */
	close(document: Document): void {
		(this.#client.workspace as Files).forget(document);
	}

	#published({ uri, version, diagnostics }: Published): boolean {
		const file = this.#client.workspace.getFile(uri);
		// What was said about a text that has changed since is not true any more.
		if (!(file instanceof OpenFile) || (version !== undefined && version !== file.version)) return true;
		const { document } = file;
		if (!document.now.doc.eq(file.doc)) return true;
		const found = diagnostics.map((each) => each.data).filter((each) => each !== undefined);
		this.#desk.found(document, found);
		return true;
	}
}

/** An open file as the server last heard of it. */
class OpenFile implements WorkspaceFile {
	readonly languageId: string;
	doc: Text;
	version = 0;

	constructor(
		readonly uri: string,
		readonly document: Document
	) {
		this.languageId = document.language;
		this.doc = document.now.doc;
	}

	getView(): EditorView | null {
		return this.document.view;
	}
}

/** The open files. A document stays open for the server while another one shows. */
class Files extends Workspace {
	files: OpenFile[] = [];
	readonly #desk: Desk;

	constructor(client: LSPClient, desk: Desk) {
		super(client);
		this.#desk = desk;
	}

	override syncFiles() {
		return this.files.flatMap((file) => {
			const { doc } = file.document.now;
			const plugin = file.document.view && LSPPlugin.get(file.document.view);
			if (doc.eq(file.doc)) {
				plugin?.clear();
				return [];
			}
			const known = plugin && plugin.syncedDoc.eq(file.doc) && plugin.unsyncedChanges.length === file.doc.length;
			const changes = known
				? plugin.unsyncedChanges
				: ChangeSet.of({ from: 0, to: file.doc.length, insert: doc }, file.doc.length);
			const update = { file, prevDoc: file.doc, changes };
			file.doc = doc;
			file.version++;
			plugin?.clear();
			return [update];
		});
	}

	override openFile(uri: string): void {
		if (this.getFile(uri)) return;
		const document = this.#documentOf(uri);
		if (document) this.#track(uri, document);
	}

	/** The editor went, the document stays: closing its tab is what closes it. */
	override closeFile(): void {}

	forget(document: Document): void {
		const file = this.files.find((each) => each.document === document);
		if (!file) return;
		this.files = this.files.filter((each) => each !== file);
		this.client.didClose(file.uri);
	}

	override async requestFile(uri: string): Promise<WorkspaceFile | null> {
		const open = this.getFile(uri);
		const file = this.#fileOf(uri);
		if (open || !file) return open;
		const document = await this.#desk.load(file);
		return document && (this.getFile(uri) ?? this.#track(uri, document));
	}

	override updateFile(uri: string, update: TransactionSpec): void {
		const file = this.getFile(uri);
		if (file instanceof OpenFile) file.document.dispatch(update);
	}

	override displayFile(uri: string): Promise<EditorView | null> {
		const file = this.#fileOf(uri);
		return file ? this.#desk.show(file) : Promise.resolve(null);
	}

	#track(uri: string, document: Document): OpenFile {
		const file = new OpenFile(uri, document);
		this.files.push(file);
		this.client.didOpen(file);
		return file;
	}

	#documentOf(uri: string): Document | undefined {
		const { folder } = this.#desk.place();
		return this.#desk.documents().find((each) => uriOf(folder, each.file) === uri);
	}

	#fileOf(uri: string): FileRef | null {
		const { folder, connectors } = this.#desk.place();
		return fileOf(folder, connectors, uri);
	}
}
