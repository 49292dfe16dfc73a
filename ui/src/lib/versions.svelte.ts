/** How the workspace's files stand in version control: asked for after saves and changes from outside, never while typing. */
import type { Backend } from '../backend';
import type { ChangeMark } from '../backend/types/ChangeMark';
import type { FileRef } from '../backend/types/FileRef';
import type { VersionState } from '../backend/types/VersionState';
import { failureOf } from './failure';

/** The path of a file in the workspace. */
export function workspacePath({ connector, path }: FileRef): string {
	return connector === '.' ? path : `${connector}/${path}`;
}

/** The file of a path in the workspace, whose connectors have these folders. */
export function fileAt(path: string, connectors: readonly string[]): FileRef {
	const connector = connectors.find((folder) => path.startsWith(`${folder}/`));
	return connector === undefined ? { connector: '.', path } : { connector, path: path.slice(connector.length + 1) };
}

export class Versions {
	/** Null until it is known. */
	state = $state.raw<VersionState | null>(null);
	/** Why it could not be looked at. */
	failure = $state<string | null>(null);
	/** The mark of each file that changed, by its path in the workspace. */
	marks = $derived<Readonly<Record<string, ChangeMark>>>(
		Object.fromEntries(this.state?.repository?.changes.map((each) => [each.path, each.mark]) ?? [])
	);

	readonly #backend: Backend;
	#looking: Promise<void> | null = null;
	#again = false;

	constructor(backend: Backend) {
		this.#backend = backend;
	}

	/** Looks anew. Whoever asks while a look is under way gets one that begins after it. */
	load(): Promise<void> {
		if (this.#looking) {
			this.#again = true;
			return this.#looking;
		}
		this.#looking = this.#look().finally(() => (this.#looking = null));
		return this.#looking;
	}

	clear(): void {
		this.state = null;
		this.failure = null;
	}

	async #look(): Promise<void> {
		do {
			this.#again = false;
			try {
				this.state = await this.#backend.versionState();
				this.failure = null;
			} catch (thrown) {
				this.failure = failureOf(thrown).message;
			}
		} while (this.#again);
	}
}
