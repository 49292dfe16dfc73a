/** How a request, or a folder, can be signed: what is offered, and what the request inherits. */
import type { Backend } from '../../backend';
import type { AuthForm } from '../../backend/types/AuthForm';
import type { AuthKindView } from '../../backend/types/AuthKindView';
import type { InheritedAuth } from '../../backend/types/InheritedAuth';
import type { RequestAuth } from '../../backend/types/RequestAuth';
import type { TokenState } from '../../backend/types/TokenState';

export class AuthWays {
	/** Those of the connector. */
	ways = $state.raw<AuthForm[]>([]);
	/** Every kind, for a request that is signed in a way of its own. */
	kinds = $state.raw<AuthKindView[]>([]);
	inherited = $state.raw<InheritedAuth | null>(null);
	/** The token of the connection in use; null where it has none. */
	token = $state.raw<TokenState | null>(null);
	/** Whether a person has to sign in before anything can be sent. */
	signInNeeded = $state(false);

	#backend: Backend;

	constructor(backend: Backend) {
		this.#backend = backend;
	}

	async load(connector: string, path: string, connection: string | null): Promise<void> {
		const [form, kinds, inherited] = await Promise.all([
			this.#backend.connectionForm(connector),
			this.#backend.authKinds(),
			this.#backend.inheritedAuth(connector, path)
		]);
		this.ways = form.auth;
		this.kinds = kinds;
		this.inherited = inherited;
		await this.#loadToken(connector, connection);
	}

	/** What a way is called. */
	label(auth: RequestAuth): string {
		switch (auth.from) {
			case 'connector':
				return this.ways.find((each) => each.id === auth.id)?.label ?? auth.id;
			case 'own':
				return this.kinds.find((each) => each.kind === auth.kind)?.label ?? auth.kind;
			case 'none':
				return 'No auth';
			case 'inherit':
				return 'as the connection signs';
		}
	}

	async #loadToken(connector: string, connection: string | null): Promise<void> {
		this.signInNeeded = false;
		this.token = null;
		if (connection === null) return;
		try {
			this.token = await this.#backend.tokenState(connector, connection);
		} catch (thrown) {
			this.signInNeeded = (thrown as { code?: string }).code === 'sign_in_needed';
		}
	}
}

/** A way as the value of a list, and back. */
export function toChoice(auth: RequestAuth): string {
	if (auth.from === 'connector') return `way:${auth.id}`;
	return auth.from === 'own' ? `own:${auth.kind}` : auth.from;
}

export function fromChoice(choice: string, before: RequestAuth): RequestAuth {
	if (choice === toChoice(before)) return before;
	if (choice.startsWith('way:')) return { from: 'connector', id: choice.slice(4) };
	if (choice.startsWith('own:')) return { from: 'own', kind: choice.slice(4), settings: {} };
	return { from: choice === 'none' ? 'none' : 'inherit' };
}
