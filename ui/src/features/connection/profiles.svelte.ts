/** The dialog of connections: a list of profiles, and a draft for each that was looked at. */
import { SvelteMap } from 'svelte/reactivity';
import type { Backend } from '../../backend';
import type { ConnectionView } from '../../backend/types/ConnectionView';
import { Draft } from './draft.svelte';

/** The key of the draft of a profile that is not saved yet. */
const NEW = '';

export class Profiles {
	/** The name of the profile shown; empty for a new one. */
	selected = $state(NEW);
	/** What was typed stays with its profile while the dialog is open. */
	#drafts = new SvelteMap<string, Draft>();
	#backend: Backend;
	#connector: string;

	constructor(backend: Backend, connector: string) {
		this.#backend = backend;
		this.#connector = connector;
	}

	/** The draft shown. */
	get draft(): Draft | null {
		return this.#drafts.get(this.selected) ?? null;
	}

	/** Whether closing loses something. */
	get dirty(): boolean {
		return [...this.#drafts.values()].some((draft) => draft.dirty);
	}

	/** Shows a profile, or with null a new one. */
	async select(connection: ConnectionView | null): Promise<void> {
		const name = connection?.name ?? NEW;
		this.selected = name;
		if (this.#drafts.has(name)) return;
		const draft = new Draft(this.#backend, this.#connector, connection);
		this.#drafts.set(name, draft);
		// A new one that is saved goes on under its name.
		draft.onsaved = (saved) => {
			this.#drafts.delete(name);
			this.#drafts.set(saved.name, draft);
			this.selected = saved.name;
		};
		await draft.load();
	}
}
