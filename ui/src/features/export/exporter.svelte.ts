/** An export being prepared: what would go in, what the checks say, where it would be written. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { Exported } from '../../backend/types/Exported';
import type { ExportPreview } from '../../backend/types/ExportPreview';
import { shellWord } from '../../lib/format';

export class Exporter {
	preview = $state.raw<ExportPreview | null>(null);
	error = $state.raw<BackendError | null>(null);
	folder = $state('');
	fileName = $state('');
	exporting = $state(false);

	failed = $derived(this.preview?.checks.filter((each) => each.state === 'failed') ?? []);
	warned = $derived(this.preview?.checks.filter((each) => each.state === 'warning') ?? []);
	passed = $derived(this.preview?.checks.filter((each) => each.state === 'passed') ?? []);
	/** Why it cannot be exported now; null when it can. */
	obstacle = $derived.by(() => {
		if (!this.preview) return 'The checks are still running.';
		if (this.failed.length > 0) return `Mend this first: ${this.failed.map((each) => each.name).join(', ')}.`;
		if (this.fileName.trim() === '') return 'The package needs a file name.';
		return null;
	});

	#backend: Backend;
	#connector: string;

	constructor(backend: Backend, connector: string) {
		this.#backend = backend;
		this.#connector = connector;
	}

	async load(): Promise<void> {
		await this.#try(async () => {
			const preview = await this.#backend.exportPreview(this.#connector);
			this.preview = preview;
			this.folder = preview.folder;
			this.fileName = preview.file_name;
		});
	}

	async chooseFolder(): Promise<void> {
		await this.#try(async () => {
			this.folder = (await this.#backend.chooseFolder('Folder for the package')) ?? this.folder;
		});
	}

	/** The same export as a command for the terminal, run in the workspace's folder. */
	command(workspace: string): string {
		const end = /[\\/]$/.test(this.folder) ? '' : '/';
		const connector = this.#connector === '.' ? workspace : `${workspace}/${this.#connector}`;
		return `joinery export ${shellWord(connector)} --output ${shellWord(this.folder + end + this.fileName)}`;
	}

	async export(): Promise<Exported | null> {
		if (this.obstacle !== null || this.exporting) return null;
		this.exporting = true;
		try {
			return await this.#try(() => this.#backend.exportPackage(this.#connector, this.folder, this.fileName.trim()));
		} finally {
			this.exporting = false;
		}
	}

	async #try<T>(work: () => Promise<T>): Promise<T | null> {
		this.error = null;
		try {
			return await work();
		} catch (thrown) {
			this.error = BackendError.from(thrown);
			return null;
		}
	}
}
