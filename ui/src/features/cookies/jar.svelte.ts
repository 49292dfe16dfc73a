/** The cookies that a connection keeps while the studio runs, and the one being edited. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { Cookie } from '../../backend/types/Cookie';
import type { CookieKey } from '../../backend/types/CookieKey';

export function keyOf({ domain, path, name }: CookieKey): CookieKey {
	return { domain, path, name };
}

export function sameCookie(one: CookieKey | null, other: CookieKey | null): boolean {
	return one?.domain === other?.domain && one?.path === other?.path && one?.name === other?.name;
}

function empty(domain: string): Cookie {
	return { domain, subdomains: false, path: '/', name: '', value: '', expires: null, secure: false, http_only: false };
}

export class Jar {
	cookies = $state.raw<Cookie[]>([]);
	/** The cookie in hand as it is edited; null where none is. */
	draft = $state.raw<Cookie | null>(null);
	/** Which one it was; null for a new one. */
	was = $state.raw<CookieKey | null>(null);
	error = $state.raw<BackendError | null>(null);
	changed = $state(false);

	readonly #backend: Backend;
	readonly #connector: string;
	readonly #connection: string | null;
	/** Where a new cookie goes, unless somebody says otherwise. */
	readonly #host: string;

	constructor(backend: Backend, connector: string, connection: string | null, host: string) {
		this.#backend = backend;
		this.#connector = connector;
		this.#connection = connection;
		this.#host = host;
	}

	async load(): Promise<void> {
		await this.#try(async () => {
			this.cookies = await this.#backend.cookies(this.#connector, this.#connection);
			const first = this.cookies[0];
			if (!this.draft && first) this.select(first);
		});
	}

	select(cookie: Cookie): void {
		this.draft = { ...cookie };
		this.was = keyOf(cookie);
		this.changed = false;
		this.error = null;
	}

	add(): void {
		this.draft = empty(this.cookies[0]?.domain ?? this.#host);
		this.was = null;
		this.changed = false;
		this.error = null;
	}

	edit(change: Partial<Cookie>): void {
		if (!this.draft) return;
		this.draft = { ...this.draft, ...change };
		this.changed = true;
	}

	async save(): Promise<void> {
		const { draft } = this;
		if (!draft) return;
		await this.#try(async () => {
			await this.#backend.saveCookie(this.#connector, this.#connection, this.was, draft);
			this.was = keyOf(draft);
			this.changed = false;
			this.cookies = await this.#backend.cookies(this.#connector, this.#connection);
		});
	}

	async remove(cookie: CookieKey): Promise<void> {
		await this.#try(async () => {
			await this.#backend.removeCookie(this.#connector, this.#connection, keyOf(cookie));
			if (sameCookie(this.was, cookie)) this.draft = this.was = null;
			await this.load();
		});
	}

	async clear(): Promise<void> {
		await this.#try(async () => {
			await this.#backend.clearCookies(this.#connector, this.#connection);
			this.draft = this.was = null;
			this.cookies = [];
		});
	}

	async #try(work: () => Promise<void>): Promise<void> {
		this.error = null;
		try {
			await work();
		} catch (thrown) {
			this.error = BackendError.from(thrown);
		}
	}
}
