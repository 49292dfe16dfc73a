/** The story of a connector on stage: which step is shown, what came of it, how large it is. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { BodyLine } from '../../backend/types/BodyLine';
import type { DemoSource } from '../../backend/types/DemoSource';
import type { DemoStep } from '../../backend/types/DemoStep';
import type { DemoView } from '../../backend/types/DemoView';
import type { Scene } from '../../backend/types/Scene';
import type { Session } from '../../lib/session.svelte';
import { newLines } from '../../lib/editor/diff-view';
import { sentence } from '../../lib/format';

const SIZES = { least: 80, usual: 150, most: 240, step: 10 };

export class Presentation {
	open = $state(false);
	view = $state.raw<DemoView | null>(null);
	/** Why there is nothing to show, or why the step in hand could not be done. */
	error = $state.raw<BackendError | null>(null);
	loading = $state(false);
	index = $state(0);
	source = $state<DemoSource>('recorded');
	/** Whether the wall is dark, so that the audience looks at the speaker. */
	blank = $state(false);
	/** How large it is, in percent of the window's own type. */
	size = $state(SIZES.usual);
	/** Whether a step is being done. */
	busy = $state(false);
	scenes = $state.raw<readonly (Scene | undefined)[]>([]);
	/** What each step gave before it was done again. */
	before = $state.raw<readonly (Scene | undefined)[]>([]);

	steps = $derived<readonly DemoStep[]>(this.view?.steps ?? []);
	step = $derived(this.steps[this.index] ?? null);
	scene = $derived(this.scenes[this.index] ?? null);
	/** Lines of the answer, from 0, that are not as they were before the step was done again. */
	changed = $derived(changedLines(this.before[this.index]?.lines, this.scene?.lines));
	next = $derived(this.steps[this.index + 1] ?? null);
	canGoLive = $derived.by(() => this.#session.connection !== null);
	/** What a screen reader says of where the story is. */
	told = $derived.by(() => {
		if (!this.step) return '';
		const { step, scene } = this;
		const place = `Step ${this.index + 1} of ${this.steps.length}: ${step.title}.`;
		const words = step.say === step.title ? '' : step.say;
		return [place, words, scene?.outcome && `${sentence(scene.outcome)}.`].filter(Boolean).join(' ');
	});

	#backend: Backend;
	#session: Session;
	/** The step under way; an answer to another comes too late. */
	#asked = 0;
	/** What the speaker gave each run in place of the story's input. It is not shown again: the scene shows it covered. */
	#given: Record<string, string>[] = [];

	constructor(backend: Backend, session: Session) {
		this.#backend = backend;
		this.#session = session;
	}

	/** What the audience is told of where answers come from. */
	get place(): { label: string; tone: 'recorded' | 'sandbox' | 'live' } {
		const { active } = this.#session;
		if (this.source === 'recorded') return { label: recordedLabel(this.view?.recorded_at ?? null), tone: 'recorded' };
		if (active?.sandbox) return { label: 'Sandbox org', tone: 'sandbox' };
		return { label: `Live: ${active?.name ?? 'no connection'}`, tone: 'live' };
	}

	get covered(): string {
		return this.view?.personal === false ? 'Secrets masked' : 'Secrets and personal data masked';
	}

	/** Begins the story from its first step. */
	async start(): Promise<void> {
		this.open = true;
		this.loading = true;
		this.#clear();
		try {
			await this.look();
			this.source = this.view?.recorded === false && this.canGoLive ? 'live' : 'recorded';
		} catch (thrown) {
			this.error = BackendError.from(thrown);
		} finally {
			this.loading = false;
		}
		if (this.view) await this.#show(false);
	}

	/** Reads the story as it is on disk now. */
	async look(): Promise<void> {
		this.view = null;
		this.view = await this.#backend.openDemo(this.#session.connector);
	}

	async leave(): Promise<void> {
		this.open = false;
		this.blank = false;
		await this.#stop();
	}

	forward(): Promise<void> {
		return this.go(this.index + 1);
	}

	back(): Promise<void> {
		return this.go(this.index - 1);
	}

	async go(index: number): Promise<void> {
		if (index < 0 || index >= this.steps.length || index === this.index) return;
		await this.#stop();
		this.index = index;
		this.error = null;
		await this.#show(false);
	}

	/** Does the step in hand once more. */
	again(): Promise<void> {
		return this.#show(true);
	}

	/** Gives the run in hand another value for a field, for when it is done again; with none the story's counts. */
	give(name: string, value: string): void {
		const given = { ...this.#given[this.index], [name]: value };
		if (value === '') delete given[name];
		this.#given[this.index] = given;
	}

	/** Between recordings and the org. The story begins anew: what one said is not what the other did. */
	async turn(): Promise<void> {
		if (!this.canGoLive) return;
		await this.#stop();
		this.source = this.source === 'recorded' ? 'live' : 'recorded';
		this.#clear();
		await this.#show(false);
	}

	resize(by: number): void {
		this.size = Math.min(SIZES.most, Math.max(SIZES.least, this.size + by * SIZES.step));
	}

	/** The page to hand out, played on the recordings. */
	async saveHandout(): Promise<string | null> {
		if (!this.view) return null;
		const name = `${this.view.connector === '.' ? 'demo' : this.view.connector}.html`;
		const path = await this.#backend.chooseTarget('Save the hand-out', name);
		if (path === null) return null;
		const environment = this.#session.environments.chosen;
		await this.#backend.saveHandout(this.#session.connector, environment, path);
		return path;
	}

	async #show(again: boolean): Promise<void> {
		const { index, step } = this;
		if (!step || (this.scenes[index] && !again)) return;
		const asked = ++this.#asked;
		this.busy = true;
		this.error = null;
		try {
			const scene = await this.#backend.showStep({
				id: this.#id(asked),
				connector: this.#session.connector,
				step: index,
				source: this.source,
				connection: this.source === 'live' ? this.#session.connection : null,
				environment: this.#session.environments.chosen,
				input: this.source === 'live' ? (this.#given[index] ?? {}) : {}
			});
			if (asked !== this.#asked) return;
			const [before, scenes] = [[...this.before], [...this.scenes]];
			before[index] = scenes[index];
			this.before = before;
			scenes[index] = scene;
			this.scenes = scenes;
		} catch (thrown) {
			if (asked === this.#asked) this.error = BackendError.from(thrown);
		} finally {
			if (asked === this.#asked) this.busy = false;
		}
	}

	/** Gives up the step under way. */
	async #stop(): Promise<void> {
		if (!this.busy) return;
		const asked = this.#asked++;
		this.busy = false;
		await this.#backend.cancel(this.#id(asked)).catch(() => undefined);
	}

	#clear(): void {
		this.#asked++;
		this.busy = false;
		this.blank = false;
		this.error = null;
		this.index = 0;
		this.scenes = [];
		this.before = [];
		this.#given = [];
	}

	#id(asked: number): string {
		return `demo-${asked}`;
	}
}

/** The lines that no line of before stands for, in their order; none where nothing was before. */
function changedLines(before: readonly BodyLine[] | undefined, now: readonly BodyLine[] | undefined): number[] {
	if (!before || !now) return [];
	const text = ({ depth, text }: BodyLine) => ' '.repeat(depth) + text;
	return newLines(before.map(text), now.map(text));
}

function recordedLabel(at: string | null): string {
	if (at === null) return 'Recorded';
	const day = new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
	return `Recorded on ${day}`;
}
