/** The options of the pick lists that a form's fields name, asked for once for each set of what they depend on. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { Field } from '../../backend/types/Field';
import type { JsonObject, PickList } from '../../lib/form-values';

export class PickLists {
	/** By the field's name. */
	lists = $state.raw<Record<string, PickList>>({});

	readonly #backend: Backend;
	/** What each field's list was asked with last. */
	#asked: Record<string, string> = {};

	constructor(backend: Backend) {
		this.#backend = backend;
	}

	clear(): void {
		this.lists = {};
		this.#asked = {};
	}

	/** Asks for the lists that are not known for these values. */
	want(connector: string, connection: string | null, fields: readonly Field[], values: JsonObject): void {
		for (const field of fields) {
			if (field.pick_list === null) continue;
			const params: JsonObject = Object.fromEntries(field.depends_on.map((name) => [name, values[name] ?? null]));
			const ask = { connector, connection, name: field.pick_list, params };
			const key = JSON.stringify(ask);
			if (this.#asked[field.name] === key) continue;
			this.#asked[field.name] = key;
			const missing = field.depends_on.filter((name) => params[name] === null);
			if (missing.length > 0) {
				this.#set(field.name, { options: [], note: `Fill in ${missing.join(' and ')} first.` });
				continue;
			}
			this.#set(field.name, { options: [], note: 'Loading the choices' });
			this.#backend.pickList(ask).then(
				(options) => {
					const note = options.length === 0 ? 'There is nothing to choose.' : null;
					if (this.#asked[field.name] === key) this.#set(field.name, { options, note });
				},
				(thrown: unknown) => {
					const note = `The choices cannot be had: ${BackendError.from(thrown).message}`;
					if (this.#asked[field.name] === key) this.#set(field.name, { options: [], note });
				}
			);
		}
	}

	#set(name: string, list: PickList): void {
		this.lists = { ...this.lists, [name]: list };
	}
}
