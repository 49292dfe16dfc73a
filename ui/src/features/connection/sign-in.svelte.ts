/** Signing in to a connection by browser, and the token it holds. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { Event } from '../../backend/types/Event';
import type { SignedOut } from '../../backend/types/SignedOut';
import type { TokenState } from '../../backend/types/TokenState';

let nextSignIn = 1;

export class SignIn {
	/** The id of the sign-in under way. */
	running = $state<string | null>(null);
	/** The page it waits on. */
	page = $state<string | null>(null);
	token = $state.raw<TokenState | null>(null);
	error = $state.raw<BackendError | null>(null);
	/** What signing out did, until the next sign-in. */
	ended = $state.raw<SignedOut | null>(null);
	ending = $state(false);

	#backend: Backend;
	#connector: string;

	/** `connector` is the folder in the workspace. */
	constructor(backend: Backend, connector: string) {
		this.#backend = backend;
		this.#connector = connector;
	}

	/** Waits for a person in the browser. */
	async begin(connection: string): Promise<void> {
		if (this.running) return;
		const id = `sign-in-${Date.now()}-${nextSignIn++}`;
		this.running = id;
		this.page = null;
		this.error = null;
		this.ended = null;
		const stop = this.#backend.listen((event) => this.#hear(event));
		try {
			this.token = await this.#backend.signIn({ id, connector: this.#connector, connection });
		} catch (thrown) {
			const failure = BackendError.from(thrown);
			if (failure.code !== 'cancelled') this.error = failure;
		} finally {
			stop();
			this.running = null;
			this.page = null;
		}
	}

	/** Ends the sign-in, at the server too where it has a place for that. */
	async end(connection: string): Promise<void> {
		if (this.running || this.ending) return;
		this.ending = true;
		this.error = null;
		try {
			this.ended = await this.#backend.signOut(this.#connector, connection);
			this.token = null;
		} catch (thrown) {
			this.error = BackendError.from(thrown);
		} finally {
			this.ending = false;
		}
	}

	async cancel(): Promise<void> {
		if (this.running) await this.#backend.cancel(this.running).catch(() => undefined);
	}

	/** Shows the token there is; that nobody signed in yet is no failure. */
	async load(connection: string): Promise<void> {
		try {
			this.token = await this.#backend.tokenState(this.#connector, connection);
			this.error = null;
		} catch (thrown) {
			const failure = BackendError.from(thrown);
			this.token = null;
			this.error = failure.code === 'sign_in_needed' ? null : failure;
		}
	}

	#hear(event: Event): void {
		if (event.kind === 'sign_in_page' && event.id === this.running) this.page = event.url;
	}
}

/** What is left until `expiresMs`, in words; null when it is over. */
export function left(expiresMs: number, nowMs: number): string | null {
	const seconds = Math.floor((expiresMs - nowMs) / 1000);
	if (seconds <= 0) return null;
	if (seconds < 60) return `${seconds} s`;
	const minutes = Math.floor(seconds / 60);
	return minutes < 120 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} hours`;
}
