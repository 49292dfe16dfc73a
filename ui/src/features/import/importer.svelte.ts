/** An import being prepared: what a file holds, where it goes, how far it is, what came of it. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { ImportPreview } from '../../backend/types/ImportPreview';
import type { ImportReport } from '../../backend/types/ImportReport';
import type { ImportSource } from '../../backend/types/ImportSource';
import { inBase64 } from '../../lib/base64';
import { baseName } from '../../lib/format';

let next = 1;

export class Importer {
	source = $state.raw<ImportSource | null>(null);
	preview = $state.raw<ImportPreview | null>(null);
	report = $state.raw<ImportReport | null>(null);
	error = $state.raw<BackendError | null>(null);
	/** Whether a file is being read. */
	reading = $state(false);
	/** Files done of how many; null where nothing is being written. */
	progress = $state.raw<{ done: number; of: number } | null>(null);

	connector = $state('');
	folder = $state('requests');
	replace = $state(false);
	keepDescription = $state(true);

	/** What the source is called on screen. */
	name = $derived(
		this.source === null ? '' : this.source.kind === 'file' ? baseName(this.source.path) : this.source.name
	);
	ready = $derived(this.preview !== null && this.report === null && this.progress === null && !this.reading);

	readonly backend: Backend;

	constructor(backend: Backend, connector: string) {
		this.backend = backend;
		this.connector = connector;
	}

	async chooseFile(): Promise<void> {
		await this.#try(async () => {
			const path = await this.backend.chooseFile('A file to import');
			if (path !== null) await this.look({ kind: 'file', path });
		});
	}

	/** Reads a file that was dropped: the webview gives what is in it, not its path. */
	async take(file: File): Promise<void> {
		const { name } = file;
		const begins = await file.slice(0, 4).text();
		if (begins === 'PK\x03\x04') await this.look({ kind: 'zip', name, base64: await inBase64(file) });
		else await this.look({ kind: 'text', name, text: await file.text() });
	}

	/** Tells what a source holds. */
	async look(source: ImportSource): Promise<void> {
		this.source = source;
		this.preview = null;
		this.report = null;
		this.reading = true;
		await this.#try(async () => {
			const preview = await this.backend.previewImport(source);
			if (this.source === source) this.preview = preview;
		});
		if (this.source === source) this.reading = false;
	}

	/** Back to the choice of a file. */
	again(): void {
		this.source = null;
		this.preview = null;
		this.report = null;
		this.error = null;
	}

	async import(): Promise<void> {
		const { source } = this;
		if (!source || !this.ready) return;
		const id = `import-${Date.now()}-${next++}`;
		this.progress = { done: 0, of: this.preview?.requests ?? 0 };
		const stop = this.backend.listen((event) => {
			if (event.kind === 'import_progress' && event.id === id) this.progress = { done: event.done, of: event.of };
		});
		await this.#try(async () => {
			this.report = await this.backend.importRequests({
				id,
				connector: this.connector,
				folder: this.folder,
				source: $state.snapshot(source),
				replace: this.replace,
				keep_description: this.keepDescription && (this.preview?.describes ?? false)
			});
		});
		stop();
		this.progress = null;
	}

	async #try(work: () => Promise<void>): Promise<void> {
		this.error = null;
		try {
			await work();
		} catch (thrown) {
			this.error = BackendError.from(thrown);
		}
	}
}
