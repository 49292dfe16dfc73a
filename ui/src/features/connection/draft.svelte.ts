/** A connection being made or edited. Secrets go out once and are never read back. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { ConnectionDraft } from '../../backend/types/ConnectionDraft';
import type { ConnectionForm } from '../../backend/types/ConnectionForm';
import type { ConnectionTest } from '../../backend/types/ConnectionTest';
import type { ConnectionView } from '../../backend/types/ConnectionView';
import type { Environment } from '../../backend/types/Environment';
import type { Fix } from '../../backend/types/Fix';
import type { FormField } from '../../backend/types/FormField';
import type { PublicKey } from '../../backend/types/PublicKey';
import type { ReadOnly } from '../../backend/types/ReadOnly';
import { SignIn } from './sign-in.svelte';

export class Draft {
	form = $state.raw<ConnectionForm | null>(null);
	name = $state('');
	auth = $state('');
	values = $state<Record<string, string>>({});
	/** Null: the address says. */
	environment = $state<Environment | null>(null);
	readOnly = $state<ReadOnly>('ask');
	/** What is wrong, by the name of the field; `name` is the connection's own. */
	wrong = $state<Record<string, string>>({});
	test = $state.raw<ConnectionTest | null>(null);
	error = $state.raw<BackendError | null>(null);
	testing = $state(false);
	/** The public half of the key it signs with, where it has one. */
	key = $state.raw<PublicKey | null>(null);
	/** Whether that key was made here and waits to be saved. */
	madeKey = $state(false);
	makingKey = $state(false);
	saving = $state(false);

	/** The fields of the connector, those of the chosen way to sign in, then those of the network. */
	fields = $derived<FormField[]>([
		...(this.form?.fields.fields ?? []),
		...(this.form?.auth.find((each) => each.id === this.auth)?.form?.fields ?? []),
		...(this.form?.advanced.fields ?? [])
	]);

	/** What was tested, and what was there at first: as text, to be compared. */
	#tested = $state('');
	#began = $state('');
	#testedMs = $state<number | null>(null);

	/** Whether something was typed that is saved nowhere. */
	dirty = $derived(this.#began !== '' && this.#text() !== this.#began);
	/** Whether the test shown is of something else than what the fields hold now. */
	stale = $derived(this.test !== null && this.#asked() !== this.#tested);
	/** Hears of a profile that was saved while the dialog stays open. */
	onsaved: ((saved: ConnectionView) => void) | undefined;
	readonly signIn: SignIn;
	editing = $state.raw<ConnectionView | null>(null);
	#backend: Backend;
	#connector: string;

	/** `connector` is the folder in the workspace. */
	constructor(backend: Backend, connector: string, editing: ConnectionView | null) {
		this.#backend = backend;
		this.#connector = connector;
		this.editing = editing;
		this.signIn = new SignIn(backend, connector);
	}

	/** The kind of the way to sign in. */
	get kind(): string {
		return this.form?.auth.find((each) => each.id === this.auth)?.kind ?? '';
	}

	/** The names of the secrets that its requests are filled in with. */
	get requestSecrets(): string[] {
		return this.editing?.request_secrets ?? [];
	}

	/** Forgets one of them at once: what is typed stays as it is. */
	async forgetSecret(name: string): Promise<void> {
		const { editing } = this;
		if (!editing) return;
		try {
			await this.#backend.forgetRequestSecret(editing.name, name);
			this.editing = { ...editing, request_secrets: editing.request_secrets.filter((kept) => kept !== name) };
		} catch (thrown) {
			this.error = BackendError.from(thrown);
		}
	}

	/** When it was last tested, in milliseconds since 1970. */
	get testedMs(): number | null {
		return this.#testedMs ?? this.editing?.health.tested_ms ?? null;
	}

	async load(): Promise<void> {
		try {
			const form = await this.#backend.connectionForm(this.#connector);
			this.form = form;
			const edited = form.auth.find((each) => each.id === this.editing?.auth_id);
			this.auth = edited?.id ?? form.auth[0]?.id ?? '';
			this.name = this.editing?.name ?? '';
			this.environment = this.editing?.given_environment ?? null;
			this.readOnly = this.editing?.read_only ?? 'ask';
			const kinds = form.auth.flatMap((each) => each.form?.fields ?? []);
			for (const field of [...form.fields.fields, ...kinds, ...form.advanced.fields]) {
				this.values[field.name] ??= this.editing?.values[field.name] ?? field.default ?? '';
			}
			this.#began = this.#text();
			await this.#loadKept();
		} catch (thrown) {
			this.error = BackendError.from(thrown);
		}
	}

	/** What is kept with a saved profile and may be shown: the public half of its key, and its token. */
	async #loadKept(): Promise<void> {
		const saved = this.editing;
		if (!saved || saved.sandbox) return;
		if (saved.secrets.includes('private_key')) {
			this.key = await this.#backend.publicKey(saved.name).catch(() => null);
		}
		if (this.kind === 'oauth2_authorization_code') await this.signIn.load(saved.name);
	}

	/** Makes a key pair for this profile; the private half is kept when it is saved. */
	async generateKey(): Promise<void> {
		if (this.makingKey || !this.#named()) return;
		this.makingKey = true;
		try {
			this.key = await this.#backend.generateKey(this.name.trim());
			this.madeKey = true;
			this.values['private_key'] = '';
			this.values['key_id'] = this.key.kid;
		} catch (thrown) {
			this.error = BackendError.from(thrown);
		} finally {
			this.makingKey = false;
		}
	}

	/** Saves, then waits for a person in the browser. */
	async signInByBrowser(): Promise<void> {
		const saved = await this.save();
		if (!saved) return;
		this.editing = saved;
		this.#began = this.#text();
		this.onsaved?.(saved);
		await this.signIn.begin(saved.name);
	}

	async signOut(): Promise<void> {
		if (this.editing) await this.signIn.end(this.editing.name);
	}

	/** Whether a field holds something else than what holds without it. */
	isSet(field: FormField): boolean {
		const value = this.values[field.name] ?? '';
		return this.keeps(field.name) || (value !== '' && value !== field.default);
	}

	/** Whether a secret of that name is kept already. */
	keeps(field: string): boolean {
		return this.editing?.auth_id === this.auth && this.editing.secrets.includes(field);
	}

	async check(): Promise<void> {
		if (this.testing || !this.#complete({ named: false, patterns: false })) return;
		this.testing = true;
		this.error = null;
		const tested = this.#asked();
		try {
			this.test = await this.#backend.testConnection(this.#draft());
			this.#tested = tested;
			this.#testedMs = Date.now();
		} catch (thrown) {
			this.test = null;
			this.error = BackendError.from(thrown);
		} finally {
			this.testing = false;
		}
	}

	/** Does what a test proposes to a field, and tests again. */
	async apply(fix: Fix): Promise<void> {
		if (fix.kind !== 'set_field') return;
		this.values[fix.field] = fix.value;
		await this.check();
	}

	async save(): Promise<ConnectionView | null> {
		if (this.saving || !this.#complete({ named: true, patterns: true })) return null;
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
		return {
			name: this.name.trim(),
			connector: this.#connector,
			auth: this.auth,
			values,
			environment: this.environment,
			read_only: this.readOnly
		};
	}

	/** A key waits under the profile's name until that is saved. */
	#named(): boolean {
		this.wrong = this.name.trim() === '' ? { name: 'A profile needs a name.' } : {};
		return this.name.trim() !== '';
	}

	#text(): string {
		return JSON.stringify(this.#draft());
	}

	/** What a test depends on: where to go and how to sign in. */
	#asked(): string {
		const { auth, values } = this.#draft();
		return JSON.stringify([auth, values]);
	}

	/** A test leaves patterns to the engine: it knows what was meant by an address with https:// and can offer it. */
	#complete({ named, patterns }: { named: boolean; patterns: boolean }): boolean {
		// The sandbox org signs in by itself.
		if (this.editing?.sandbox) return true;
		const wrong: Record<string, string> = {};
		const made = (field: FormField) => field.name === 'private_key' && this.madeKey;
		if (named && this.name.trim() === '') wrong['name'] = 'A profile needs a name.';
		for (const field of this.fields) {
			const value = this.values[field.name] ?? '';
			if (value === '' && field.required && !this.keeps(field.name) && !made(field)) {
				wrong[field.name] = `${field.label} is required.`;
			} else if (patterns && value !== '' && field.pattern !== null && !fits(value, field.pattern)) {
				wrong[field.name] = `This does not look like ${field.hint ? `“${field.hint}”` : 'what is expected here'}.`;
			}
		}
		this.wrong = wrong;
		return Object.keys(wrong).length === 0;
	}
}

/** Patterns are written for the engine; one that this engine cannot read is left to the other. */
export function fits(value: string, pattern: string): boolean {
	try {
		return new RegExp(pattern, 'u').test(value);
	} catch {
		return true;
	}
}
