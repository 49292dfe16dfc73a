/** The face that code is written in; remembered for all workspaces. */
import type { Backend } from '../backend';

const KEY = 'fonts';
export const USUAL = { family: '', size: 12.5, ligatures: false };
export const SIZES_OF_TYPE = { least: 9, most: 28 };
/** Line height by size of type, as in the design: 20 px for 12.5. */
const LEADING = 1.6;

export class Fonts {
	/** Empty for the usual face. */
	family = $state(USUAL.family);
	/** Of the editor, in pixels. */
	size = $state(USUAL.size);
	ligatures = $state(USUAL.ligatures);
	#backend: Backend;

	constructor(backend: Backend) {
		this.#backend = backend;
	}

	async load(): Promise<void> {
		const kept = (await this.#backend.recall(KEY)) as Partial<typeof USUAL> | null;
		this.#take(kept ?? {});
	}

	set(change: Partial<typeof USUAL>): void {
		this.#take({ family: this.family, size: this.size, ligatures: this.ligatures, ...change });
		const { family, size, ligatures } = this;
		void this.#backend.remember(KEY, { family, size, ligatures }).catch(() => undefined);
	}

	#take({ family = USUAL.family, size = USUAL.size, ligatures = USUAL.ligatures }: Partial<typeof USUAL>): void {
		// What would end a name in a list of faces is no part of one.
		this.family = family.replace(/["'\\;{}]/g, '').trim();
		this.size = Math.min(SIZES_OF_TYPE.most, Math.max(SIZES_OF_TYPE.least, Number(size) || USUAL.size));
		this.ligatures = ligatures;
		this.#show();
	}

	#show(): void {
		const { style } = document.documentElement;
		style.removeProperty('--font-mono');
		if (this.family !== '') {
			const usual = getComputedStyle(document.documentElement).getPropertyValue('--font-mono').trim() || 'monospace';
			style.setProperty('--font-mono', `"${this.family}", ${usual}`);
		}
		const put = (name: string, value: string | null) =>
			value === null ? style.removeProperty(name) : style.setProperty(name, value);
		const own = this.size !== USUAL.size;
		put('--fs-editor', own ? `${this.size}px` : null);
		put('--lh-editor', own ? `${Math.round(this.size * LEADING)}px` : null);
		put('--editor-ligatures', this.ligatures ? 'normal' : null);
	}
}
