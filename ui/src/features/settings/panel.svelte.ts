/** What the settings dialog shows and changes. A change acts at once; what cannot be used is said at its field. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { Cleared } from '../../backend/types/Cleared';
import type { Place } from '../../backend/types/Place';
import type { Settings } from '../../backend/types/Settings';
import type { Bindings } from '../../lib/bindings.svelte';
import type { Fonts } from '../../lib/fonts.svelte';
import type { Appearance } from '../../lib/theme.svelte';

export type Section = 'appearance' | 'keys' | 'network' | 'limits' | 'privacy' | 'data';

/** What can be cleared, with what is lost by it. */
export const CLEARED: { what: Cleared; label: string; text: string; done: (count: number) => string }[] = [
	{
		what: 'history',
		label: 'History',
		text: 'Every send with its answer, pinned ones too, and every run of an action, in all workspaces. Nothing brings them back.',
		done: (count) => `${count} sends and runs forgotten`
	},
	{
		what: 'cookies',
		label: 'Cookies',
		text: 'The cookies of every connection. Servers may ask you to sign in again.',
		done: (count) => `${count} cookies forgotten`
	},
	{
		what: 'drafts',
		label: 'Drafts',
		text: 'What was typed and not saved in workspaces that are closed now. What is open here stays.',
		done: (count) => `Drafts of ${count} workspaces forgotten`
	},
	{
		what: 'snapshots',
		label: 'Local snapshots',
		text: 'What stood in files when they were saved here, of every workspace. Files and commits stay as they are.',
		done: (count) => `${count} snapshots forgotten`
	}
];

export class SettingsPanel {
	section = $state<Section>('appearance');
	/** As they are kept; null until they are read. */
	settings = $state.raw<Settings | null>(null);
	places = $state.raw<Place[]>([]);
	/** Why the last change was not taken, or nothing could be read. */
	failure = $state.raw<BackendError | null>(null);
	/** The setting that change was about; null for another failure. */
	failed = $state<keyof Settings | null>(null);
	/** What was cleared last, in words. */
	cleared = $state<string | null>(null);
	/** What is asked about before it is cleared. */
	asked = $state<Cleared | null>(null);
	/** The command whose keys are being recorded. */
	recording = $state<string | null>(null);

	constructor(
		readonly backend: Backend,
		readonly appearance: Appearance,
		readonly fonts: Fonts,
		readonly bindings: Bindings
	) {}

	async load(): Promise<void> {
		this.failure = null;
		this.cleared = null;
		this.asked = null;
		await this.#try(null, async () => {
			this.settings = await this.backend.settings();
			this.places = await this.backend.places();
		});
	}

	/** Keeps a change; where it is refused, what was before stays. */
	async change(change: Partial<Settings>): Promise<void> {
		const { settings } = this;
		if (settings === null) return;
		const [setting] = Object.keys(change) as (keyof Settings)[];
		if (setting !== undefined && settings[setting] === change[setting]) {
			if (this.failed === setting) this.failure = null;
			return;
		}
		await this.#try(setting ?? null, async () => {
			this.settings = await this.backend.saveSettings({ ...settings, ...change });
		});
	}

	/** What is wrong with the last change of a setting. */
	wrong(setting: keyof Settings): string | null {
		if (this.failure === null || this.failed !== setting) return null;
		return [this.failure.message, this.failure.hint].filter(Boolean).join('. ');
	}

	async show(place: Place): Promise<void> {
		await this.#try(null, () => this.backend.showPlace(place.id));
	}

	async clear(): Promise<void> {
		const what = this.asked;
		const known = CLEARED.find((each) => each.what === what);
		this.asked = null;
		if (what === null || !known) return;
		await this.#try(null, async () => {
			this.cleared = known.done(await this.backend.clearData(what));
			this.places = await this.backend.places();
		});
	}

	async #try(setting: keyof Settings | null, work: () => Promise<unknown>): Promise<void> {
		this.failure = null;
		this.failed = setting;
		try {
			await work();
		} catch (thrown) {
			this.failure = BackendError.from(thrown);
		}
	}
}
