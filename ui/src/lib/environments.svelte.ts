/** The workspace's environments and variables: which there are, and which environment requests are tried with. */
import type { Backend } from '../backend';
import type { EnvironmentView } from '../backend/types/EnvironmentView';

/** The colours an environment may have, as its file says them. */
export const COLORS = ['grey', 'green', 'blue', 'orange', 'red', 'purple'] as const;

export class Environments {
	list = $state.raw<EnvironmentView[]>([]);
	/** The name of the one in use; null for none. */
	chosen = $state<string | null>(null);
	active = $derived<EnvironmentView | null>(this.list.find((each) => each.name === this.chosen) ?? null);

	#backend: Backend;
	#key: string | null = null;

	constructor(backend: Backend) {
		this.#backend = backend;
	}

	/** Those of the workspace that was opened, with the one used there last. */
	async open(workspace: string): Promise<void> {
		this.#key = `environment:${workspace}`;
		const kept = await this.#backend.recall(this.#key).catch(() => null);
		this.chosen = typeof kept === 'string' ? kept : null;
		await this.load();
	}

	/** Reads them from disk again. */
	async load(): Promise<void> {
		this.list = await this.#backend.listEnvironments();
		if (this.active === null) this.chosen = null;
	}

	async choose(name: string | null): Promise<void> {
		this.chosen = name;
		if (this.#key) await this.#backend.remember(this.#key, name);
	}

	/** Gives a variable a value in the environment in use, or in the whole workspace. */
	async set(scope: 'environment' | 'workspace', name: string, value: string): Promise<void> {
		if (scope === 'workspace') {
			const before = await this.#backend.workspaceVariables();
			await this.#backend.saveWorkspaceVariables({ ...before, [name]: value });
			return;
		}
		const { active } = this;
		if (!active) return;
		await this.#backend.saveEnvironment({ ...active, variables: { ...active.variables, [name]: value } });
		await this.load();
	}

	async save(environment: EnvironmentView): Promise<void> {
		await this.#backend.saveEnvironment(environment);
		await this.load();
	}

	async remove(name: string): Promise<void> {
		await this.#backend.removeEnvironment(name);
		if (this.chosen === name) await this.choose(null);
		await this.load();
	}
}
