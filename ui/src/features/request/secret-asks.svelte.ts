/** Credentials that stand written out in requests: when they are told of, and which is asked to be moved. */
import type { Backend } from '../../backend';
import type { KeptSecret } from '../../backend/types/KeptSecret';
import type { LiteralSecret } from '../../backend/types/LiteralSecret';
import type { Session } from '../../lib/session.svelte';
import { isHeld } from '../../lib/variables';
import { namesOf } from './literals';
import type { RequestTab } from './request-tab.svelte';

export class SecretAsks {
	/** The one that is asked about. */
	asked = $state.raw<{ tab: RequestTab; at: number; literal: LiteralSecret } | null>(null);
	/** Makes a connection, where there is none that could keep a secret. */
	onconnect: (() => void) | undefined;
	/** Asks where a secret that is held in memory is to be kept. */
	onheld: ((variable: string) => void) | undefined;

	#backend: Backend;
	#session: Session;
	#show: (tab: RequestTab) => void;
	/** The warnings on screen, by the request they are about. */
	#warnings = new WeakMap<RequestTab, number>();

	/** `show` brings a request into sight. */
	constructor(backend: Backend, session: Session, show: (tab: RequestTab) => void) {
		this.#backend = backend;
		this.#session = session;
		this.#show = show;
	}

	/** Looks for them anew. */
	async look(tab: RequestTab): Promise<void> {
		const { draft } = tab;
		const found = await this.#backend.literalSecrets(draft);
		if (tab.draft === draft) tab.literals = found;
	}

	/** What was saved and everyone with the file can read is told once. */
	async warn(tab: RequestTab): Promise<void> {
		const names = namesOf(await this.#backend.literalSecrets(tab.draft));
		if (names !== tab.told) this.#settle(tab);
		if (names !== '' && names !== tab.told) {
			const warning = this.#session.toast(`The file holds what looks like a secret: ${names}`, {
				tone: 'bad',
				hint: 'Everyone who has the file can read it.',
				action: { label: 'Save as secret', run: () => void this.ask(tab) }
			});
			this.#warnings.set(tab, warning);
		}
		tab.told = names;
	}

	/** Asks where one of a request is to go: the first, where none is named. */
	async ask(tab: RequestTab | null, at = 0): Promise<void> {
		if (!tab) return;
		try {
			await this.look(tab);
			const literal = tab.literals[at];
			const held = tab.variables?.find(isHeld);
			if (!literal && held && this.onheld) {
				this.#show(tab);
				this.onheld(held.name);
			} else if (literal) {
				this.#show(tab);
				this.asked = { tab, at, literal };
			} else this.#session.toast('No credential stands written out in this request.');
		} catch (thrown) {
			this.#session.fail(thrown);
		}
	}

	/** It has moved to the connection. */
	kept(tab: RequestTab, { request }: KeptSecret): void {
		tab.edit(request);
		tab.told = '';
		this.#settle(tab);
	}

	/** What was told of a request does not hold any more. */
	#settle(tab: RequestTab): void {
		const warning = this.#warnings.get(tab);
		if (warning !== undefined) this.#session.dismiss(warning);
		this.#warnings.delete(tab);
	}
}
