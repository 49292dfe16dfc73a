/** A package that was given to the studio: what it holds, what it will ask for, and what may be done with it. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { Report } from '../../backend/types/Report';
import type { Workspace } from '../../backend/types/Workspace';
import { baseName } from '../../lib/format';

export class Inspector {
	readonly path: string;
	readonly name: string;

	report = $state.raw<Report | null>(null);
	error = $state.raw<BackendError | null>(null);
	/** What is being done with it. */
	busy = $state<'install' | 'open' | null>(null);

	/** What it is called, with its version where its list could be read. */
	title = $derived.by(() => {
		const list = this.report?.list;
		return list ? `${list.id} ${list.version}` : this.name;
	});
	size = $derived(this.report?.list?.files.reduce((sum, file) => sum + file.size, 0) ?? 0);
	/** Why nothing can be done with it now; null when something can. */
	obstacle = $derived.by(() => {
		if (this.report === null) return this.error ? 'The package cannot be read.' : 'The package is still being read.';
		return this.report.ok ? null : 'A refused package is neither installed nor opened.';
	});

	/** Why it cannot be unpacked beside itself; null where it can. */
	readonly homeless: string | null;

	#backend: Backend;

	/** `dropped`: what the window got were its bytes, and not where it lies. */
	constructor(backend: Backend, path: string, dropped = false) {
		this.#backend = backend;
		this.path = path;
		this.homeless = dropped ? 'Where a dropped package lies is not known. Open it as a file to unpack it there.' : null;
		this.name = baseName(path);
	}

	async load(): Promise<void> {
		try {
			this.report = await this.#backend.inspectPackage(this.path);
		} catch (thrown) {
			this.error = BackendError.from(thrown);
		}
	}

	/** Adds its connector to the open workspace, or to one in the documents; null when that failed. */
	install(): Promise<Workspace | null> {
		return this.#do('install', () => this.#backend.installPackage(this.path));
	}

	/** Unpacks it beside itself and opens that; null when that failed. */
	async open(): Promise<Workspace | null> {
		if (this.homeless !== null) return null;
		return this.#do('open', () => this.#backend.openWorkspace(this.path));
	}

	async #do(what: 'install' | 'open', work: () => Promise<Workspace>): Promise<Workspace | null> {
		if (this.obstacle !== null || this.busy !== null) return null;
		this.busy = what;
		this.error = null;
		try {
			return await work();
		} catch (thrown) {
			this.error = BackendError.from(thrown);
			return null;
		} finally {
			this.busy = null;
		}
	}
}
