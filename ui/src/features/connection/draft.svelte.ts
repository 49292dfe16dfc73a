/** A connection being made or edited. Secrets go out once and are never read back. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { ConnectionDraft } from '../../backend/types/ConnectionDraft';
import type { ConnectionForm } from '../../backend/types/ConnectionForm';
import type { ConnectionTest } from '../../backend/types/ConnectionTest';
import type { ConnectionView } from '../../backend/types/ConnectionView';
import type { FormField } from '../../backend/types/FormField';

export class Draft {
	form = $state.raw<ConnectionForm | null>(null);
	name = $state('');
	auth = $state('');
	values = $state<Record<string, string>>({});
	/** What is wrong, by the name of the field; `name` is the connection's own. */
	wrong = $state<Record<string, string>>({});
	test = $state.raw<ConnectionTest | null>(null);
	error = $state.raw<BackendError | null>(null);
	testing = $state(false);
	saving = $state(false);

	/** The fields of the connector, then those of the chosen way to sign in. */
	fields = $derived<FormField[]>([
		...(this.form?.fields.fields ?? []),
		...(this.form?.auth.find((each) => each.id === this.auth)?.form?.fields ?? [])
	]);

	#backend: Backend;
	#connector: string;
	#editing: ConnectionView | null;

	/** `connector` is the folder in the workspace. */
	constructor(backend: Backend, connector: string, editing: ConnectionView | null) {
		this.#backend = backend;
		this.#connector = connector;
		this.#editing = editing;
	}

	get editing(): boolean {
		return this.#editing !== null;
	}

	async load(): Promise<void> {
		try {
			const form = await this.#backend.connectionForm(this.#connector);
			this.form = form;
			const edited = form.auth.find((each) => each.label === this.#editing?.auth);
			this.auth = edited?.id ?? form.auth[0]?.id ?? '';
			this.name = this.#editing?.name ?? '';
			for (const field of [...form.fields.fields, ...form.auth.flatMap((each) => each.form?.fields ?? [])]) {
				this.values[field.name] ??= field.default ?? '';
			}
		} catch (thrown) {
			this.error = BackendError.from(thrown);
		}
	}

	async check(): Promise<void> {
		if (!this.#complete(false)) return;
		this.testing = true;
		this.test = null;
		this.error = null;
		try {
			this.test = await this.#backend.testConnection(this.#draft());
		} catch (thrown) {
			this.error = BackendError.from(thrown);
		} finally {
			this.testing = false;
		}
	}

	async save(): Promise<ConnectionView | null> {
		if (this.saving || !this.#complete(true)) return null;
		this.saving = true;
		this.error = null;
		try {
			return await this.#backend.saveConnection(this.#draft());
		} catch (thrown) {
			this.error = BackendError.from(thrown);
			return null;
		} finally {
			this.saving = false;
		}
	}

	#draft(): ConnectionDraft {
		const values = Object.fromEntries(this.fields.map((field) => [field.name, this.values[field.name] ?? '']));
		return { name: this.name.trim(), connector: this.#connector, auth: this.auth, values };
	}

	#complete(named: boolean): boolean {
		const wrong: Record<string, string> = {};
		if (named && this.name.trim() === '') wrong['name'] = 'A connection needs a name.';
		for (const field of this.fields) {
			const value = this.values[field.name] ?? '';
			if (value === '' && field.required) wrong[field.name] = `${field.label} is required.`;
			else if (value !== '' && field.pattern !== null && !fits(value, field.pattern)) {
				wrong[field.name] = `This does not look like ${field.hint ? `“${field.hint}”` : 'what is expected here'}.`;
			}
		}
		this.wrong = wrong;
		return Object.keys(wrong).length === 0;
	}
}

/** Patterns are written for the engine; one that this engine cannot read is left to the other. */
function fits(value: string, pattern: string): boolean {
	try {
		return new RegExp(pattern, 'u').test(value);
	} catch {
		return true;
	}
}
