/** Light, dark, or as the system is; remembered for all workspaces. */
import type { Backend } from '../backend';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'theme';

export class Appearance {
	theme = $state<Theme>('system');
	#backend: Backend;

	constructor(backend: Backend) {
		this.#backend = backend;
	}

	async load(): Promise<void> {
		const kept = await this.#backend.recall(KEY);
		if (kept === 'light' || kept === 'dark') this.theme = kept;
		this.#show();
	}

	choose(theme: Theme): void {
		this.theme = theme;
		this.#show();
		void this.#backend.remember(KEY, theme);
	}

	/** Goes to the one of light and dark that is not on screen. */
	toggle(): void {
		const dark =
			this.theme === 'dark' || (this.theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
		this.choose(dark ? 'light' : 'dark');
	}

	#show(): void {
		if (this.theme === 'system') delete document.documentElement.dataset['theme'];
		else document.documentElement.dataset['theme'] = this.theme;
	}
}
