/** Version history: what changed, past commits, local snapshots, two versions compared, and one brought back. */
import { SvelteSet } from 'svelte/reactivity';
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { ChangedFile } from '../../backend/types/ChangedFile';
import type { PastCommit } from '../../backend/types/PastCommit';
import type { SnapshotView } from '../../backend/types/SnapshotView';
import type { VersionText } from '../../backend/types/VersionText';
import { count } from '../../lib/format';
import type { Session } from '../../lib/session.svelte';
import { ofChange, ofCommit, ofSnapshot, type Against, type Comparison } from './comparison';

export type Tab = 'changes' | 'commits' | 'snapshots';

/** Two texts, as they came. */
export interface Compared {
	old: VersionText;
	now: VersionText;
}

/** A choice in one of the lists, and how it becomes a comparison with what is known now. */
interface Chosen {
	key: string;
	compare: (against: Against) => Comparison | null;
}

const PAGE = 50;

export class History {
	tab = $state<Tab>('changes');
	/** The file whose past is shown; null for the whole workspace. */
	file = $state<string | null>(null);
	message = $state('');
	/** Files that are not to go into the commit. */
	readonly left = new SvelteSet<string>();
	committing = $state(false);
	/** What git and its hooks said when they refused the last commit. */
	refused = $state<string | null>(null);
	commits = $state.raw<PastCommit[] | null>(null);
	/** Whether there are older commits than those listed. */
	hasMore = $state(false);
	/** The commit whose files are listed, and those files. */
	openCommit = $state<string | null>(null);
	files = $state.raw<ChangedFile[]>([]);
	snapshots = $state.raw<SnapshotView[] | null>(null);
	against = $state<Against>('before');
	comparison = $state.raw<Comparison | null>(null);
	compared = $state.raw<Compared | null>(null);
	failure = $state.raw<BackendError | null>(null);
	/** The key of the row that is compared. */
	selected = $state<string | null>(null);

	readonly backend: Backend;
	readonly session: Session;
	/** Asks before something is replaced. */
	onask: ((question: { title: string; text: string; verb: string; run: () => unknown }) => void) | undefined;
	/** Files with changes in the editor that are not saved. */
	unsaved: () => string[] = () => [];

	repository = $derived.by(() => this.session.versions.state?.repository ?? null);
	changes = $derived<ChangedFile[]>(this.repository?.changes ?? []);
	/** What goes into the commit. */
	taken = $derived(this.changes.filter((each) => each.mark !== 'conflicted' && !this.left.has(each.path)));

	#chosen: Chosen | null = null;

	constructor(backend: Backend, session: Session) {
		this.backend = backend;
		this.session = session;
	}

	/** Shows the past of a file, or that of the workspace. */
	async showFile(path: string | null): Promise<void> {
		if (path !== this.file) this.#forget();
		this.file = path;
		if (path !== null && this.tab === 'changes') this.tab = this.repository ? 'commits' : 'snapshots';
		await this.load();
	}

	async show(tab: Tab): Promise<void> {
		this.tab = tab;
		await this.load();
	}

	/** Reads the list that is shown, and what is compared, anew. */
	async load(): Promise<void> {
		const { state } = this.session.versions;
		if (state === null) return;
		if (state.repository === null && this.tab !== 'snapshots') this.tab = 'snapshots';
		await this.#try(async () => {
			if (this.tab === 'commits') await this.#loadCommits(Math.max(PAGE, this.commits?.length ?? 0));
			if (this.tab === 'snapshots') this.snapshots = await this.backend.localSnapshots(this.file);
			const first = this.tab === 'changes' && this.selected === null ? this.changes[0] : undefined;
			if (first) await this.chooseChange(first);
			else await this.#compare();
		});
	}

	clear(): void {
		this.#forget();
		this.file = null;
		this.tab = 'changes';
		this.message = '';
		this.left.clear();
		this.refused = null;
		this.failure = null;
	}

	take(path: string, taken: boolean): void {
		if (taken) this.left.delete(path);
		else this.left.add(path);
	}

	takeAll(taken: boolean): void {
		for (const each of this.changes) this.take(each.path, taken);
	}

	/** Why nothing can be committed now; null where it can. */
	get hindrance(): string | null {
		const { repository } = this;
		if (repository?.under_way) return `A ${repository.under_way} is under way. Finish or abort it in a terminal.`;
		if (repository?.author === null) return 'Git does not know who commits here.';
		if (this.taken.length === 0) return 'No file is chosen.';
		if (this.message.trim() === '') return 'Say in a line what the commit changes.';
		return null;
	}

	async commit(): Promise<void> {
		if (this.committing || this.hindrance !== null) return;
		this.committing = true;
		this.refused = null;
		await this.#try(async () => {
			const paths = this.taken.map((each) => each.path);
			const { commit, said } = await this.backend.commitFiles(paths, this.message);
			if (commit === null) {
				this.refused = said || 'Git gave no reason.';
				return;
			}
			this.message = '';
			this.#forget();
			await this.session.versions.load();
			this.session.toast(`Committed ${count(paths.length, 'file')}`, { tone: 'ok', hint: commit.subject });
			this.session.announce(`Committed ${count(paths.length, 'file')}: ${commit.subject}`);
			await this.load();
		});
		this.committing = false;
	}

	async moreCommits(): Promise<void> {
		await this.#try(() => this.#loadCommits((this.commits?.length ?? 0) + PAGE));
	}

	async chooseChange(file: ChangedFile): Promise<void> {
		await this.#choose(`change:${file.path}`, () => {
			const now = this.changes.find((each) => each.path === file.path);
			return now ? ofChange(now, this.repository?.has_commits ?? false) : null;
		});
	}

	/** Lists the files of a commit; of one file's past, compares that file at once. */
	async chooseCommit(commit: PastCommit): Promise<void> {
		const { file } = this;
		if (file !== null) {
			const mark = commit.parent === null ? 'added' : commit.from === null ? 'modified' : 'renamed';
			const changed = { path: commit.path ?? file, mark, from: commit.from } as const;
			await this.chooseCommitFile(commit, changed, file);
			return;
		}
		if (this.openCommit === commit.id) {
			this.openCommit = null;
			return;
		}
		await this.#try(async () => {
			const files = await this.backend.commitChanges(commit.id);
			this.openCommit = commit.id;
			this.files = files;
			if (files[0]) await this.chooseCommitFile(commit, files[0]);
		});
	}

	async chooseCommitFile(commit: PastCommit, file: ChangedFile, path = file.path): Promise<void> {
		await this.#choose(`commit:${commit.id}:${file.path}`, (against) => ofCommit(commit, file, path, against));
	}

	async chooseSnapshot(snapshot: SnapshotView): Promise<void> {
		await this.#choose(`snapshot:${snapshot.id}`, (against) => {
			const older = this.snapshots?.filter((each) => each.path === snapshot.path && each.id < snapshot.id);
			return ofSnapshot(snapshot, older?.[0] ?? null, against);
		});
	}

	async compareWith(against: Against): Promise<void> {
		this.against = against;
		await this.#try(() => this.#compare());
	}

	/** Asks, and gives the file the text of the version that is shown. */
	restore(): void {
		const { comparison } = this;
		const restore = comparison?.restore;
		if (!restore) return;
		const { path } = comparison;
		const open = this.unsaved().includes(path) ? ' What you typed and did not save stays in the editor.' : '';
		this.onask?.({
			title: restore.title,
			text: `The text that stands in it now is kept as a local snapshot.${open}`,
			verb: restore.verb,
			run: () =>
				this.#try(async () => {
					await this.backend.restoreVersion(path, restore.from);
					this.session.toast(`Restored ${path}`, { tone: 'ok' });
					await this.session.versions.load();
					await this.load();
				})
		});
	}

	async #choose(key: string, compare: Chosen['compare']): Promise<void> {
		this.#chosen = { key, compare };
		this.selected = key;
		await this.#try(() => this.#compare());
	}

	async #compare(): Promise<void> {
		const chosen = this.#chosen;
		const comparison = chosen?.compare(this.against) ?? null;
		if (!chosen || !comparison) {
			this.#unchoose();
			return;
		}
		const [old, now] = await Promise.all([
			this.backend.versionText(comparison.old),
			this.backend.versionText(comparison.now)
		]);
		// Another one may have been chosen meanwhile.
		if (this.#chosen !== chosen) return;
		this.comparison = comparison;
		this.compared = { old, now };
	}

	async #loadCommits(limit: number): Promise<void> {
		const { file } = this;
		const found = await this.backend.pastCommits({ path: file, skip: 0, limit: limit + 1 });
		if (file !== this.file) return;
		this.hasMore = found.length > limit;
		this.commits = found.slice(0, limit);
	}

	#unchoose(): void {
		this.#chosen = null;
		this.selected = null;
		this.comparison = null;
		this.compared = null;
	}

	#forget(): void {
		this.#unchoose();
		this.commits = null;
		this.snapshots = null;
		this.openCommit = null;
		this.files = [];
	}

	async #try(work: () => Promise<unknown>): Promise<void> {
		try {
			this.failure = null;
			await work();
		} catch (thrown) {
			this.failure = BackendError.from(thrown);
		}
	}
}
