/** One environment, or the workspace's own variables, being edited. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { Row } from '../../components/KeyValueTable.svelte';
import type { Environments } from '../../lib/environments.svelte';

export class EnvironmentEditor {
	/** The environment's name; empty for a new one, null for the workspace. */
	editing = $state<string | null>(null);
	name = $state('');
	color = $state('');
	rows = $state.raw<Row[]>([]);
	error = $state.raw<BackendError | null>(null);
	isNew = $derived(this.editing === '');
	changed = $derived.by(() => this.#now() !== this.#before);

	#before = $state('');
	#backend: Backend;
	#environments: Environments;

	constructor(backend: Backend, environments: Environments) {
		this.#backend = backend;
		this.#environments = environments;
	}

	/** Shows another; what was changed in this one is saved first. */
	async select(name: string | null): Promise<void> {
		if (this.#before !== '' && this.changed && !(await this.save())) return;
		try {
			const found = this.#environments.list.find((each) => each.name === name);
			this.editing = found ? found.name : null;
			this.name = found?.name ?? '';
			this.color = found?.color ?? '';
			this.#show(found ? found.variables : await this.#backend.workspaceVariables());
		} catch (thrown) {
			this.error = BackendError.from(thrown);
		}
	}

	/** Starts a new environment. */
	async start(): Promise<void> {
		if (this.changed && !(await this.save())) return;
		this.editing = '';
		this.name = '';
		this.color = '';
		this.#show({});
	}

	/** Whether it was saved. */
	async save(): Promise<boolean> {
		const named = this.rows.filter((row) => row.name !== '');
		const variables = Object.fromEntries(named.map((row) => [row.name, row.value]));
		try {
			if (this.editing === null) {
				await this.#backend.saveWorkspaceVariables(variables);
				await this.#environments.load();
			} else {
				const name = this.name.trim();
				await this.#environments.save({ name, color: this.color || null, variables });
				if (this.isNew) await this.#environments.choose(name);
				this.editing = name;
			}
			this.#before = this.#now();
			this.error = null;
			return true;
		} catch (thrown) {
			this.error = BackendError.from(thrown);
			return false;
		}
	}

	async remove(): Promise<void> {
		if (!this.editing) return;
		try {
			await this.#environments.remove(this.editing);
			this.#before = '';
			await this.select(null);
		} catch (thrown) {
			this.error = BackendError.from(thrown);
		}
	}

	#show(variables: { [name in string]?: string }): void {
		this.rows = Object.entries(variables).map(([name, value]) => ({ name, value: value ?? '' }));
		this.error = null;
		this.#before = this.#now();
	}

	#now(): string {
		return JSON.stringify([this.editing, this.name, this.color, this.rows.map((row) => [row.name, row.value])]);
	}
}
