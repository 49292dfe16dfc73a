/** The sandbox org that runs, as the panel sees and steers it: looked at again and again while the panel is open. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { ClockChange } from '../../backend/types/ClockChange';
import type { SandboxCall } from '../../backend/types/SandboxCall';
import type { SandboxEntry } from '../../backend/types/SandboxEntry';
import type { SandboxEvent } from '../../backend/types/SandboxEvent';
import type { SandboxFault } from '../../backend/types/SandboxFault';
import type { SandboxLimits } from '../../backend/types/SandboxLimits';
import type { SandboxOverview } from '../../backend/types/SandboxOverview';
import type { SandboxSnapshot } from '../../backend/types/SandboxSnapshot';
import type { Searched } from '../../backend/types/Searched';
import { sentence } from '../../lib/format';
import type { Layout } from '../../lib/layout.svelte';

export type Section = 'org' | 'activity' | 'log' | 'controls' | 'faults' | 'snapshots';

/** What is lost by something, and the verb that does it. */
export interface Question {
	title: string;
	text: string;
	verb: string;
	run: () => unknown;
}

/** Rows kept of calls and of events. */
const KEPT = 500;

export class SandboxPanel {
	section = $state<Section>('org');
	overview = $state.raw<SandboxOverview | null>(null);
	/** Why the org cannot be seen. */
	unseen = $state.raw<BackendError | null>(null);
	/** Why the last thing asked for was not done. */
	failure = $state.raw<BackendError | null>(null);
	/** The name of the control that asked for it. */
	failed = $state<string | null>(null);
	/** What is being done now, by the name of its control. */
	busy = $state<string | null>(null);
	/** Newest first. */
	calls = $state.raw<SandboxCall[]>([]);
	/** Newest first; null until they were asked for. */
	events = $state.raw<SandboxEvent[] | null>(null);
	faults = $state.raw<SandboxFault[] | null>(null);
	limits = $state.raw<SandboxLimits | null>(null);
	snapshots = $state.raw<SandboxSnapshot[] | null>(null);
	searched = $state<Searched>('users');
	text = $state('');
	/** What the search found; null until it was made. */
	entries = $state.raw<SandboxEntry[] | null>(null);

	/** Asks before something is lost. */
	onask: (question: Question) => void = () => undefined;

	/** Whether a person asked for the panel since it was last drawn: then it takes the keyboard. */
	asked = false;

	#backend: Backend;
	#layout: Layout;
	#looking = false;
	/** Whether something was done during a look that it may not have seen. */
	#again = false;
	#lastCall = 0;
	#next: number | null = null;
	#eventsSeen = -1;
	#search = 0;

	constructor(backend: Backend, layout: Layout) {
		this.#backend = backend;
		this.#layout = layout;
	}

	get open(): boolean {
		return this.#layout.side === 'sandbox';
	}

	show(section: Section = this.section): void {
		this.section = section;
		this.asked = true;
		this.#layout.set({ side: 'sandbox' });
	}

	close(): void {
		if (this.open) this.#layout.set({ side: 'none' });
	}

	/** One look at the org: at a glance, its calls, and what the open section shows. */
	async look(): Promise<void> {
		if (this.#looking) {
			this.#again = true;
			return;
		}
		this.#looking = true;
		try {
			this.#take(await this.#backend.sandboxOverview());
			await this.#lookAtCalls();
			if (this.section === 'log') await this.#lookAtLog();
			if (this.section === 'controls') this.limits = await this.#backend.sandboxRateLimits();
			if (this.section === 'faults') this.faults = await this.#backend.sandboxFaults();
			if (this.section === 'snapshots') this.snapshots = await this.#backend.sandboxSnapshots();
			this.unseen = null;
		} catch (thrown) {
			this.unseen = BackendError.from(thrown);
			if (this.unseen.code === 'usage' || this.unseen.code === 'network') this.overview = null;
		} finally {
			this.#looking = false;
		}
		if (!this.#again) return;
		this.#again = false;
		await this.look();
	}

	/** What is wrong with what was last asked for by that control, and what to do. */
	wrong(what: string): string | null {
		if (this.failure === null || this.failed !== what) return null;
		return [sentence(this.failure.message), this.failure.hint].filter(Boolean).join('. ');
	}

	async start(): Promise<void> {
		await this.#do('start', () => this.#backend.startSandbox());
	}

	/** Searches users or groups; of two searches under way the later one counts. */
	async search(): Promise<void> {
		const search = ++this.#search;
		try {
			const found = await this.#backend.searchSandbox(this.searched, this.text);
			if (search === this.#search) this.entries = found;
		} catch (thrown) {
			if (search !== this.#search) return;
			this.entries = [];
			this.failure = BackendError.from(thrown);
			this.failed = 'search';
		}
	}

	/** The API token, for the clipboard only. */
	async token(): Promise<string | null> {
		return (await this.#do('token', () => this.#backend.sandboxToken())) ?? null;
	}

	async changeClock(change: ClockChange): Promise<boolean> {
		return (await this.#do(change.kind, () => this.#backend.changeSandboxClock(change))) !== undefined;
	}

	async setLag(lag: string): Promise<boolean> {
		return (await this.#do('lag', () => this.#backend.setSandboxLag(lag.trim() || '0'))) !== undefined;
	}

	async enforceRateLimits(enforced: boolean): Promise<void> {
		this.limits = (await this.#do('limits', () => this.#backend.enforceSandboxRateLimits(enforced))) ?? this.limits;
	}

	/** Whether the limit was set; null for no limit of its own. */
	async setRateLimit(limited: string, calls: number | null): Promise<boolean> {
		const limits = await this.#do('limit', () => this.#backend.setSandboxRateLimit(limited, calls));
		this.limits = limits ?? this.limits;
		return limits !== undefined;
	}

	async usualRateLimits(): Promise<void> {
		this.limits = (await this.#do('limits', () => this.#backend.usualSandboxRateLimits())) ?? this.limits;
	}

	/** Whether the rule was added. */
	async addFault(rule: string): Promise<boolean> {
		const faults = await this.#do('fault', () => this.#backend.addSandboxFault(rule));
		if (faults) this.faults = faults;
		return faults !== undefined;
	}

	async removeFault(id: number): Promise<void> {
		this.faults = (await this.#do('fault', () => this.#backend.removeSandboxFault(id))) ?? this.faults;
	}

	async clearFaults(): Promise<void> {
		this.faults = (await this.#do('fault', () => this.#backend.clearSandboxFaults())) ?? this.faults;
	}

	/** Where the snapshot was saved to; null where it was not. */
	async saveSnapshot(name: string): Promise<string | null> {
		const path = await this.#backend.chooseSnapshotTarget(name);
		if (path === null) return null;
		const saved = await this.#do('file', () => this.#backend.saveSandboxSnapshot(name, path).then(() => path));
		return saved ?? null;
	}

	/** Whether the snapshot was taken. */
	async takeSnapshot(name: string): Promise<boolean> {
		return (await this.#do('snapshot', () => this.#backend.takeSandboxSnapshot(name.trim()))) !== undefined;
	}

	async removeSnapshot(name: string): Promise<void> {
		this.snapshots = (await this.#do('snapshot', () => this.#backend.removeSandboxSnapshot(name))) ?? this.snapshots;
	}

	askReset(): void {
		this.onask({
			title: 'Reset the sandbox org',
			text: 'Users, groups, clock, lag, faults and limits become as at the start. Snapshots stay.',
			verb: 'Reset',
			run: async () => {
				if (await this.#do('reset', () => this.#backend.resetSandbox())) this.#startOver();
				await this.look();
			}
		});
	}

	askRestore(name: string): void {
		this.#askForOrg(name, () => this.#backend.restoreSandboxSnapshot(name));
	}

	async askLoad(): Promise<void> {
		const path = await this.#backend.chooseSnapshotFile();
		if (path !== null) this.#askForOrg(fileName(path), () => this.#backend.loadSandboxSnapshot(path));
	}

	/** Asks whether another org may take the place of this one. */
	#askForOrg(name: string, put: () => Promise<SandboxOverview>): void {
		this.onask({
			title: `Restore ${name}`,
			text: 'What the org holds now is replaced by the snapshot. Clock, lag, faults and limits stay.',
			verb: 'Restore',
			run: async () => {
				if (await this.#do('restore', put)) this.#forgetOrg();
				await this.look();
			}
		});
	}

	/** Does one thing at a time, then looks; undefined where it was not done. */
	async #do<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
		if (this.busy !== null) return undefined;
		this.busy = what;
		this.failure = null;
		try {
			return await work();
		} catch (thrown) {
			this.failure = BackendError.from(thrown);
			this.failed = what;
			return undefined;
		} finally {
			this.busy = null;
			await this.look();
		}
	}

	#take(overview: SandboxOverview): void {
		if (this.overview && this.overview.url !== overview.url) this.#startOver();
		// The log only grows, but for a reset or a snapshot put in its place by someone else.
		if (overview.events < this.#eventsSeen) this.#forgetOrg();
		const { users, groups } = this.overview ?? overview;
		this.overview = overview;
		if (this.entries !== null && (users !== overview.users || groups !== overview.groups)) void this.search();
	}

	async #lookAtCalls(): Promise<void> {
		const fresh = await this.#backend.sandboxActivity(this.#lastCall);
		if (fresh.length === 0) return;
		this.#lastCall = fresh.at(-1)?.number ?? this.#lastCall;
		this.calls = [...fresh.reverse(), ...this.calls].slice(0, KEPT);
	}

	/** Asks for events only where there are new ones. */
	async #lookAtLog(): Promise<void> {
		const events = this.overview?.events ?? 0;
		const behind = this.overview?.lag !== '0s';
		if (events === this.#eventsSeen && !behind) return;
		const piece = await this.#backend.sandboxLog(this.#next);
		const known = this.events ?? [];
		const fresh = piece.events.filter((each) => !known.some((other) => other.uuid === each.uuid));
		this.#next = piece.next;
		// A full piece may not be the last one: the next look goes on.
		if (fresh.length === 0) this.#eventsSeen = events;
		if (fresh.length > 0 || this.events === null) this.events = [...fresh.reverse(), ...known].slice(0, KEPT);
	}

	#startOver(): void {
		this.calls = [];
		this.#lastCall = 0;
		this.faults = null;
		this.limits = null;
		this.snapshots = null;
		this.#forgetOrg();
	}

	#forgetOrg(): void {
		this.events = null;
		this.#next = null;
		this.#eventsSeen = -1;
		this.entries = null;
	}
}

function fileName(path: string): string {
	return path.split(/[\\/]/).at(-1) ?? path;
}
