/** One open file. The view has its editor state while it shows; this keeps it while it does not. */
import type { EditorState, StateEffect, Text, TransactionSpec } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import type { BackendError } from '../../backend/error';
import type { FileRef } from '../../backend/types/FileRef';
import type { Problem } from '../../backend/types/Problem';
import type { TextFile } from '../../backend/types/TextFile';
import { baseName } from '../../lib/format';

export class Document {
	readonly id: string;
	readonly file: FileRef;
	readonly name: string;
	/** The file's extension. */
	readonly language: string;
	state: EditorState;
	scroll: StateEffect<unknown> | null = null;
	view: EditorView | null = null;
	version: string;
	saved: Text;
	dirty = $state(false);
	saving = $state(false);
	/** The file changed on disk under unsaved changes. */
	conflict = $state(false);
	error = $state.raw<BackendError | null>(null);
	problems = $state.raw<Problem[]>([]);

	constructor(text: TextFile, state: (document: Document) => EditorState) {
		this.file = text.file;
		this.id = `${text.file.connector}/${text.file.path}`;
		this.name = baseName(text.file.path);
		this.language = /\.([^.]+)$/.exec(this.name)?.[1] ?? '';
		this.version = text.version;
		this.state = state(this);
		this.saved = this.state.doc;
	}

	get now(): EditorState {
		return this.view?.state ?? this.state;
	}

	dispatch(change: TransactionSpec): void {
		if (this.view) this.view.dispatch(change);
		else this.state = this.state.update(change).state;
	}
}
