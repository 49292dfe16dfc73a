/**
 * What is typed and not saved, kept with the workspace: closing the window, or opening another workspace, loses nothing.
 */
import type { Backend } from './backend';
import type { FileRef } from './backend/types/FileRef';
import type { SavedRequest } from './backend/types/SavedRequest';
import { RequestTab } from './features/request/request-tab.svelte';
import type { Tester } from './features/request/tester.svelte';
import type { Editor } from './features/script/editor.svelte';
import type { Session } from './lib/session.svelte';

interface KeptFile {
	file: FileRef;
	text: string;
	/** What the text was made from; where the disk has another, that is a conflict. */
	version: string;
}

interface KeptRequest {
	connector: string;
	/** Null for a request that was never saved. */
	file: FileRef | null;
	request: SavedRequest;
}

interface Kept {
	files: KeptFile[];
	requests: KeptRequest[];
}

export class Drafts {
	readonly kept: Kept;
	#backend: Backend;
	#key: string;

	constructor(backend: Backend, workspace: string, tester: Tester, editor: Editor) {
		this.#backend = backend;
		this.#key = keyOf(workspace);
		this.kept = {
			files: editor.documents
				.filter((each) => each.dirty)
				.map((each) => ({ file: each.file, text: each.now.doc.toString(), version: each.version })),
			requests: tester.tabs
				.filter((each) => each.dirty)
				.map((each) => ({ connector: each.connector, file: each.file, request: each.draft }))
		};
	}

	async keep(): Promise<void> {
		await this.#backend.remember(this.#key, this.kept).catch(() => undefined);
	}

	/** Puts what was kept into the files that are open now, and opens those that are not. */
	static async restore(
		backend: Backend,
		workspace: string,
		session: Session,
		tester: Tester,
		editor: Editor
	): Promise<void> {
		const kept = (await backend.recall(keyOf(workspace)).catch(() => null)) as Partial<Kept> | null;
		for (const each of kept?.files ?? []) await restoreFile(backend, session, editor, each);
		for (const each of kept?.requests ?? []) await restoreRequest(tester, each);
	}
}

function keyOf(workspace: string): string {
	return `drafts:${workspace}`;
}

async function restoreFile(backend: Backend, session: Session, editor: Editor, kept: KeptFile): Promise<void> {
	const disk = await backend.readFile(kept.file).catch(() => null);
	if (disk === null) {
		session.toast(`${kept.file.path} is gone, and changes to it were never saved.`, {
			tone: 'bad',
			action: { label: 'Copy its text', run: () => void navigator.clipboard.writeText(kept.text) }
		});
		return;
	}
	const document = await editor.add(kept.file);
	if (!document || disk.text === kept.text) return;
	document.dispatch({ changes: { from: 0, to: document.now.doc.length, insert: kept.text } });
	document.dirty = true;
	document.conflict = disk.version !== kept.version;
	document.version = kept.version;
	editor.fill(document);
}

async function restoreRequest(tester: Tester, kept: KeptRequest): Promise<void> {
	let tab = tester.tabs.find((each) => kept.file !== null && each.file !== null && same(each.file, kept.file));
	if (!tab && kept.file !== null) {
		const disk = await tester.backend.openRequest(kept.file).catch(() => null);
		tab = disk ? new RequestTab(kept.connector, kept.file, disk.request) : undefined;
	}
	if (!tab) {
		tab = new RequestTab(kept.connector, null, kept.request);
		tab.markSaved({ ...kept.request, url: '' });
	}
	if (!tester.tabs.includes(tab)) tester.tabs = [...tester.tabs, tab];
	tab.edit(kept.request);
	tester.fill(tab);
}

function same(one: FileRef, other: FileRef): boolean {
	return one.connector === other.connector && one.path === other.path;
}
