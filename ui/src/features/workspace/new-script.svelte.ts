/** A new action or trigger: empty, or from a template with its three answers. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { FileKind } from '../../backend/types/FileKind';
import type { FileQuestion } from '../../backend/types/FileQuestion';
import type { FileRef } from '../../backend/types/FileRef';
import type { FileTemplate } from '../../backend/types/FileTemplate';

/** The choice that is no template. */
export const EMPTY = 'empty';

/** The questions, by the field that takes the answer. */
export type Asked = 'name' | 'path' | 'answer';

export class NewScript {
	templates = $state.raw<FileTemplate[]>([]);
	/** The template's id, or `EMPTY`. */
	chosen = $state(EMPTY);
	answers = $state<Record<Asked, string>>({ name: '', path: '', answer: '' });
	/** Which questions lack an answer that they need. */
	missing = $state.raw<Asked[]>([]);
	error = $state.raw<BackendError | null>(null);
	busy = $state(false);
	template = $derived(this.templates.find((each) => each.id === this.chosen) ?? null);

	#backend: Backend;
	#connector: string;
	#kind: FileKind;

	constructor(backend: Backend, connector: string, kind: FileKind) {
		this.#backend = backend;
		this.#connector = connector;
		this.#kind = kind;
	}

	/** Asks which templates there are. Without them there is still the empty file. */
	async load() {
		try {
			const all = await this.#backend.fileTemplates();
			this.templates = all.filter((each) => each.kind === this.#kind);
		} catch (thrown) {
			this.error = BackendError.from(thrown);
		}
	}

	/** Makes the file; null where something is wrong, which is told then. */
	async make(): Promise<FileRef | null> {
		if (this.busy) return null;
		this.error = null;
		this.missing = this.#unanswered();
		if (this.missing.length > 0) return null;
		this.busy = true;
		const { name, path, answer } = this.answers;
		try {
			return this.template
				? await this.#backend.createFromTemplate(this.#connector, this.template.id, {
						name: name.trim(),
						path: path.trim(),
						answer: answer.trim()
					})
				: await this.#backend.createFile(this.#connector, this.#kind, name.trim());
		} catch (thrown) {
			this.error = BackendError.from(thrown);
			return null;
		} finally {
			this.busy = false;
		}
	}

	#unanswered(): Asked[] {
		const needed = (question: FileQuestion | undefined) => question !== undefined && question.default === null;
		const asked: [Asked, boolean][] = [
			['name', true],
			['path', needed(this.template?.path)],
			['answer', needed(this.template?.answer)]
		];
		return asked.filter(([field, isNeeded]) => isNeeded && this.answers[field].trim() === '').map(([field]) => field);
	}
}
