/** *Record my demo*: what was just done, to choose from. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { Deed } from '../../backend/types/Deed';
import type { MadeDemo } from '../../backend/types/MadeDemo';
import type { Session } from '../../lib/session.svelte';

/** Something that was done, and what is said of it. */
export class Row {
	readonly deed: Deed;
	chosen = $state(false);
	say = $state('');

	constructor(deed: Deed) {
		this.deed = deed;
		this.chosen = deed.why_not === null && deed.ok;
	}
}

export class Recorder {
	rows = $state.raw<readonly Row[] | null>(null);
	title = $state('');
	/** `add` puts the steps behind the story that is there. */
	mode = $state<'replace' | 'add'>('replace');
	/** Whether there is a story already. */
	hasStory = $state(false);
	error = $state.raw<BackendError | null>(null);
	busy = $state(false);

	chosen = $derived((this.rows ?? []).filter((each) => each.chosen));

	#backend: Backend;
	#session: Session;

	constructor(backend: Backend, session: Session) {
		this.#backend = backend;
		this.#session = session;
	}

	async load(): Promise<void> {
		const { connector } = this.#session;
		try {
			this.rows = (await this.#backend.deeds(connector)).map((each) => new Row(each));
			// One that cannot be read is a story all the same, and shall not be lost without a word.
			const view = await this.#backend.openDemo(connector).catch(() => 'unreadable' as const);
			this.hasStory = view !== null;
			if (view !== null && view !== 'unreadable') {
				this.title = view.title;
				this.mode = 'add';
			}
		} catch (thrown) {
			this.error = BackendError.from(thrown);
		}
	}

	async make(): Promise<MadeDemo | null> {
		if (this.busy) return null;
		this.error = null;
		if (this.title.trim() === '') {
			this.error = new BackendError({ message: 'A story needs a title.' });
			return null;
		}
		this.busy = true;
		try {
			return await this.#backend.makeDemo({
				connector: this.#session.connector,
				title: this.title.trim(),
				steps: this.chosen.map(({ deed, say }) => ({ deed: deed.id, say: say.trim() })),
				add: this.hasStory && this.mode === 'add',
				environment: this.#session.environments.chosen
			});
		} catch (thrown) {
			this.error = BackendError.from(thrown);
			return null;
		} finally {
			this.busy = false;
		}
	}
}
