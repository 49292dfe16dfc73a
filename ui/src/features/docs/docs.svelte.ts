/** The documentation pane: functions of scripts and operations of the API, found by one field. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { FunctionHelp } from '../../backend/types/FunctionHelp';
import type { Operation } from '../../backend/types/Operation';
import type { OperationName } from '../../backend/types/OperationName';
import type { Layout } from '../../lib/layout.svelte';
import type { Session } from '../../lib/session.svelte';
import { find, functionEntry, operationEntry, wordAt, type Entry } from './entries';

/** The most that is listed; more is found with another word. */
const MOST = 200;

export class Docs {
	text = $state('');
	functions = $state.raw<FunctionHelp[] | null>(null);
	operations = $state.raw<OperationName[]>([]);
	/** Whether the description of the API is being read: a large one takes its time. */
	reading = $state(false);
	/** Why the description of the API cannot be read, or the functions. */
	failure = $state.raw<BackendError | null>(null);
	/** The id of the entry in hand. */
	selected = $state<string | null>(null);
	/** The operation in hand, whole. */
	operation = $state.raw<Operation | null>(null);
	/** The address of a link that somebody wants to follow. */
	asked = $state<string | null>(null);
	/** Counts how often the field is to take the focus. */
	focus = $state(0);

	readonly backend: Backend;
	readonly session: Session;
	readonly #layout: Layout;

	all = $derived<Entry[]>([...(this.functions ?? []).map(functionEntry), ...this.operations.map(operationEntry)]);
	found = $derived(find(this.all, this.text));
	shown = $derived(this.found.slice(0, MOST));
	entry = $derived(this.all.find((each) => each.id === this.selected) ?? null);

	constructor(backend: Backend, session: Session, layout: Layout) {
		this.backend = backend;
		this.session = session;
		this.#layout = layout;
	}

	get open(): boolean {
		return this.#layout.side === 'docs';
	}

	/** Opens the pane with the field in hand. */
	async show(): Promise<void> {
		this.#layout.set({ side: 'docs' });
		this.focus++;
		await this.load();
	}

	/** Opens the pane at what the caret is on; says so where nothing is known of it. */
	async showAt(line: string, column: number): Promise<void> {
		const word = wordAt(line, column);
		await this.show();
		if (!word) return;
		if ('path' in word) await this.showOperation(word.method, `{{base_url}}${word.path}`);
		else await this.#showName(word.name);
	}

	/** Opens the pane at the operation that a request calls. */
	async showOperation(method: string, url: string): Promise<void> {
		await this.show();
		await this.#try(async () => {
			const operation = await this.backend.operation(this.session.connector, method, url);
			if (!operation) return;
			this.text = '';
			this.selected = operationEntry(operation.name).id;
			this.operation = operation;
		});
	}

	close(): void {
		if (this.open) this.#layout.set({ side: 'none' });
		this.asked = null;
	}

	/** Reads what there is; the description of the API is the connector's. */
	async load(): Promise<void> {
		await this.#try(async () => {
			this.functions ??= await this.backend.functionHelp();
		});
		const { connector } = this.session;
		// A description that cannot be read leaves the functions.
		this.reading = true;
		await this.#try(async () => {
			const operations = connector === '' ? [] : await this.backend.operations(connector);
			if (connector === this.session.connector) this.operations = operations;
		});
		if (connector === this.session.connector) this.reading = false;
	}

	async choose(entry: Entry): Promise<void> {
		this.selected = entry.id;
		this.operation = null;
		if (entry.kind !== 'operation') return;
		const { method, url } = entry.operation;
		await this.#try(async () => {
			const operation = await this.backend.operation(this.session.connector, method, url);
			if (this.selected === entry.id) this.operation = operation;
		});
	}

	/** Opens the page that was asked about. */
	async follow(): Promise<void> {
		const address = this.asked;
		this.asked = null;
		if (address !== null) await this.#try(() => this.backend.openLink(address));
	}

	async copy(text: string): Promise<void> {
		await navigator.clipboard.writeText(text);
		this.session.toast('Copied');
	}

	async #showName(name: string): Promise<void> {
		const own = name.slice(name.lastIndexOf('.') + 1);
		// A method stands after a value: `list.pluck("id")` is `pluck`.
		const known = [name, own].map((each) => this.all.find((entry) => nameOf(entry) === each)).find(Boolean);
		const found = known ?? find(this.all, own)[0];
		this.text = known?.kind === 'function' ? known.help.name : found ? own : '';
		if (found) await this.choose(found);
		else this.session.toast(`Nothing is written about ${own}.`);
	}

	async #try(work: () => Promise<unknown>): Promise<void> {
		try {
			this.failure = null;
			await work();
		} catch (thrown) {
			this.failure = BackendError.from(thrown);
		}
	}
}

function nameOf(entry: Entry): string | null {
	return entry.kind === 'function' ? entry.help.name : null;
}
