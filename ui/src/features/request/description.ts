/** What an API description beside the requests knows of the request in hand. */
import type { Backend } from '../../backend';
import type { Operation } from '../../backend/types/Operation';
import type { OperationName } from '../../backend/types/OperationName';
import type { Pair } from '../../backend/types/Pair';
import type { SavedRequest } from '../../backend/types/SavedRequest';
import type { Suggestions } from '../../components/SuggestInput.svelte';
import type { RequestTab } from './request-tab.svelte';

/** A file of descriptions, as the engine looks for it. */
const FILE = /(^|\/)openapi\.(json|ya?ml)$/;

export class Description {
	readonly #backend: Backend;
	readonly #names = new Map<string, Promise<readonly OperationName[]>>();

	constructor(backend: Backend) {
		this.#backend = backend;
		backend.listen((event) => {
			if (event.kind === 'files_changed' && event.paths.some((path) => FILE.test(path))) this.#names.clear();
		});
	}

	/** Every operation that a connector's description has. */
	names(connector: string): Promise<readonly OperationName[]> {
		let names = this.#names.get(connector);
		if (!names) {
			names = this.#backend.operations(connector);
			this.#names.set(connector, names);
			// A description that cannot be read is asked for again once it may be mended.
			names.catch(() => this.#names.delete(connector));
		}
		return names;
	}

	/** Finds the operation that a tab's request calls now. */
	async look(tab: RequestTab): Promise<void> {
		const { method, url } = tab.draft;
		const known = await this.names(tab.connector).catch(() => []);
		const operation = known.length === 0 ? null : await this.#backend.operation(tab.connector, method, url);
		if (tab.draft.method === method && tab.draft.url === url) tab.operation = operation;
	}

	/** Fills a request with an operation: what it has already of parameters, headers and body stays. */
	async take(tab: RequestTab, { method, url }: OperationName): Promise<void> {
		tab.edit({ method, url });
		const operation = await this.#backend.operation(tab.connector, method, url);
		if (!operation || tab.draft.url !== url) return;
		tab.operation = operation;
		tab.edit(filled(tab.draft, operation));
	}
}

/** What an operation adds to a request. */
export function filled(request: SavedRequest, operation: Operation): Partial<SavedRequest> {
	return {
		name: request.name || operation.name.name,
		query: together(request.query, operation.query),
		headers: together(request.headers, operation.headers),
		body: request.body.kind === 'none' ? operation.body : request.body
	};
}

function together(own: readonly Pair[], described: readonly Pair[]): Pair[] {
	const known = own.map((each) => each.name.toLowerCase());
	return [...own, ...described.filter((each) => !known.includes(each.name.toLowerCase()))];
}

/** Names that the operation knows and the rows do not have yet. */
export function suggestDescribed(described: readonly Pair[], own: readonly Pair[], text: string): Suggestions {
	const wanted = text.toLowerCase();
	const free = described.filter((each) => !own.some((row) => row.name === each.name));
	const items = free
		.filter((each) => each.name.toLowerCase().includes(wanted))
		.map(({ name, description = '' }) => ({ value: name, note: description.split('\n')[0] ?? '' }));
	return { from: 0, to: text.length, items };
}
