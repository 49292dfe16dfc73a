/** Values as rows of a tree: parts are fetched when they are opened, long lists a page at a time. */
/* eslint-disable svelte/prefer-svelte-reactivity -- what is drawn is drawn from the state; these only keep count */
import type { Variable } from './protocol';

export interface ValueRow {
	/** The way to it from the top. */
	key: string;
	depth: number;
	variable: Variable;
	/** What holds it, for setting it; 0 where nothing does. */
	holder: number;
	open: boolean;
	hasParts: boolean;
	/** Differs from what it was at the stop before. */
	changed: boolean;
	/** Stands for parts that are not shown yet: how many are. */
	more: number | null;
}

interface Node {
	key: string;
	variable: Variable;
	holder: number;
	changed: boolean;
	parts: Node[] | null;
	/** Whether there may be parts behind those that are here. */
	rest: boolean;
}

/** Fetches parts of a value. */
export type AskParts = (reference: number, start: number, count: number) => Promise<Variable[]>;

const PAGE = 100;
/** Open rows that are fetched again at a stop. */
const REOPEN_AT_MOST = 40;

export class ValueTree {
	rows = $state.raw<ValueRow[]>([]);

	readonly #ask: AskParts;
	#top: Node[] = [];
	/** What is open, by its key, also while another function is shown. */
	readonly #open = new Set<string>();
	/** What values were at the stop before. */
	#before = new Map<string, string>();
	#now = new Map<string, string>();
	#shown = 0;

	constructor(ask: AskParts) {
		this.#ask = ask;
	}

	/** Shows these at the top, below `place`; what was open stays open. */
	async show(place: string, variables: readonly Variable[], holder: number): Promise<void> {
		const shown = ++this.#shown;
		const top = this.#nodes(place, variables, holder);
		const budget = { left: REOPEN_AT_MOST };
		await Promise.all(top.map((node) => this.#reopen(node, budget)));
		if (shown !== this.#shown) return;
		this.#top = top;
		this.#draw();
	}

	clear(): void {
		this.#shown++;
		this.#top = [];
		this.#draw();
	}

	/** The script goes on: what is shown now is what the next stop is compared with. */
	turn(): void {
		this.#before = new Map([...this.#before, ...this.#now]);
		this.#now = new Map();
	}

	/** Another run: there is nothing to compare with. */
	forget(): void {
		this.#before.clear();
		this.#now.clear();
	}

	async toggle(key: string, open?: boolean): Promise<void> {
		const node = this.#find(key, this.#top);
		if (!node || node.variable.variablesReference === 0) return;
		const opens = open ?? !this.#open.has(key);
		if (!opens) this.#open.delete(key);
		else {
			this.#open.add(key);
			if (node.parts === null) await this.#fetch(node);
		}
		this.#draw();
	}

	/** The next page of a long list. */
	async more(key: string): Promise<void> {
		const node = this.#find(key, this.#top);
		if (!node) return;
		await this.#fetch(node);
		this.#draw();
	}

	/** A row's value is another now. */
	async replace(key: string, variable: Partial<Variable>): Promise<void> {
		const node = this.#find(key, this.#top);
		if (!node) return;
		node.variable = { ...node.variable, ...variable };
		node.changed = true;
		node.parts = null;
		if (this.#open.has(key) && node.variable.variablesReference > 0) await this.#fetch(node);
		this.#draw();
	}

	async #reopen(node: Node, budget: { left: number }): Promise<void> {
		if (!this.#open.has(node.key) || node.variable.variablesReference === 0 || budget.left-- <= 0) return;
		await this.#fetch(node).catch(() => undefined);
		await Promise.all((node.parts ?? []).map((part) => this.#reopen(part, budget)));
	}

	async #fetch(node: Node): Promise<void> {
		const { variablesReference: reference } = node.variable;
		const from = node.parts?.length ?? 0;
		const found = await this.#ask(reference, from, PAGE);
		const parts = this.#nodes(node.key, found, reference);
		node.parts = [...(node.parts ?? []), ...parts];
		node.rest = found.length === PAGE && node.parts.length < countOf(node.variable);
	}

	#nodes(place: string, variables: readonly Variable[], holder: number): Node[] {
		return variables.map((variable) => {
			const key = `${place}\n${variable.name}`;
			const before = this.#before.get(key);
			this.#now.set(key, variable.value);
			const changed = before !== undefined && before !== variable.value;
			return { key, variable, holder, changed, parts: null, rest: false };
		});
	}

	#find(key: string, nodes: readonly Node[]): Node | undefined {
		for (const node of nodes) {
			if (node.key === key) return node;
			if (!key.startsWith(`${node.key}\n`)) continue;
			const found = this.#find(key, node.parts ?? []);
			if (found) return found;
		}
		return undefined;
	}

	#draw(): void {
		const rows: ValueRow[] = [];
		const add = (nodes: readonly Node[], depth: number) => {
			for (const { key, variable, holder, changed, parts, rest } of nodes) {
				const hasParts = variable.variablesReference > 0;
				const open = hasParts && parts !== null && this.#open.has(key);
				rows.push({ key, depth, variable, holder, changed, open, hasParts, more: null });
				if (!open || !parts) continue;
				add(parts, depth + 1);
				if (rest) {
					const left = { name: '', value: '', variablesReference: 0 };
					const more = { variable: left, holder, changed: false, open: false, hasParts: false };
					rows.push({ key: `${key}\n…`, depth: depth + 1, ...more, more: parts.length });
				}
			}
		};
		add(this.#top, 0);
		this.rows = rows;
	}
}

/** How many parts a value has, where it says; else there is no bound. */
function countOf(variable: Variable): number {
	return variable.indexedVariables ?? variable.namedVariables ?? Infinity;
}
