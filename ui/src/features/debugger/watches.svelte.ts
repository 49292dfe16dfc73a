/** Expressions that are worked out at every stop, in the frame that is looked at. Kept for each workspace. */
/* eslint-disable svelte/prefer-svelte-reactivity -- what is drawn is drawn from the state; these only keep count */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { Evaluated, Variable } from './protocol';
import { ValueTree, type AskParts } from './value-tree.svelte';

/** Works out an expression; rejects where that cannot be. */
export type Evaluate = (expression: string) => Promise<Evaluated>;

/** What stands in place of a kind where an expression cannot be worked out. */
export const FAILED = 'failed';

export class Watches {
	expressions = $state.raw<string[]>([]);
	readonly tree: ValueTree;

	readonly #backend: Backend;
	readonly #evaluate: Evaluate;
	#key: string | null = null;

	constructor(backend: Backend, evaluate: Evaluate, parts: AskParts) {
		this.#backend = backend;
		this.#evaluate = evaluate;
		this.tree = new ValueTree(parts);
	}

	async load(workspace: string): Promise<void> {
		this.#key = `watches:${workspace}`;
		const kept = await this.#backend.recall(this.#key);
		this.expressions = Array.isArray(kept) ? kept.filter((each): each is string => typeof each === 'string') : [];
		await this.show(false);
	}

	async add(expression: string, paused: boolean): Promise<void> {
		await this.#set([...this.expressions.filter((each) => each !== expression), expression], paused);
	}

	async change(before: string, expression: string, paused: boolean): Promise<void> {
		await this.#set(
			this.expressions.map((each) => (each === before ? expression : each)),
			paused
		);
	}

	async remove(expression: string, paused: boolean): Promise<void> {
		await this.#set(
			this.expressions.filter((each) => each !== expression),
			paused
		);
	}

	/** Works all of them out; without a script that stands still there is nothing to say. */
	async show(paused: boolean): Promise<void> {
		const values = this.expressions.map(async (name): Promise<Variable> => {
			if (!paused) return { name, value: '', variablesReference: 0 };
			try {
				const { result, ...found } = await this.#evaluate(name);
				return { ...found, name, value: result, evaluateName: name };
			} catch (thrown) {
				return { name, value: BackendError.from(thrown).message, type: FAILED, variablesReference: 0 };
			}
		});
		await this.tree.show('watch', await Promise.all(values), 0);
	}

	async #set(expressions: string[], paused: boolean): Promise<void> {
		this.expressions = [...new Set(expressions)].filter((each) => each.trim() !== '');
		if (this.#key !== null) void this.#backend.remember(this.#key, this.expressions).catch(() => undefined);
		await this.show(paused);
	}
}
