/** Two versions of a file beside each other, and what can be taken back from them. */
import type { ChangedFile } from '../../backend/types/ChangedFile';
import type { ChangeMark } from '../../backend/types/ChangeMark';
import type { PastCommit } from '../../backend/types/PastCommit';
import type { SnapshotView } from '../../backend/types/SnapshotView';
import type { SnapshotWhy } from '../../backend/types/SnapshotWhy';
import type { VersionFile } from '../../backend/types/VersionFile';
import { clock } from './wording';

/** What a past version is compared with. */
export type Against = 'before' | 'now';

export interface Comparison {
	/** The file as it is called now. */
	path: string;
	mark: ChangeMark | null;
	old: VersionFile;
	now: VersionFile;
	oldName: string;
	nowName: string;
	/** What can be brought back, and how that is asked for. */
	restore: { from: VersionFile; verb: string; title: string } | null;
}

const WHY: Record<SnapshotWhy, string> = {
	saved: 'saved',
	found: 'found on disk before a save',
	replaced: 'replaced by a restore',
	restored: 'restored',
	deleted: 'deleted'
};

export function whyWords(why: SnapshotWhy): string {
	return WHY[why];
}

/** A file that changed since the last commit. */
export function ofChange(file: ChangedFile, hasCommits: boolean): Comparison {
	const before = file.from ?? file.path;
	const isNew = file.mark === 'untracked' || file.mark === 'added' || !hasCommits;
	const old: VersionFile = { path: before, version: isNew ? { kind: 'nothing' } : { kind: 'head' } };
	const verb = file.mark === 'deleted' ? 'Bring back' : 'Discard changes';
	return {
		path: file.path,
		mark: file.mark,
		old,
		now: { path: file.path, version: { kind: 'disk' } },
		oldName: isNew ? 'Not there yet' : 'Last commit',
		nowName: 'On disk',
		restore: isNew ? null : { from: old, verb, title: `${verb} of ${file.path}`.replace('Bring back of', 'Bring back') }
	};
}

/** A file as a commit has it. `path`: what it is called now. */
export function ofCommit(commit: PastCommit, file: ChangedFile, path: string, against: Against): Comparison {
	const here: VersionFile = { path: file.path, version: { kind: 'commit', id: commit.id } };
	const parent = commit.parent === null || file.mark === 'added' ? null : commit.parent;
	const before: VersionFile = {
		path: file.from ?? file.path,
		version: parent === null ? { kind: 'nothing' } : { kind: 'commit', id: parent }
	};
	const gone = file.mark === 'deleted';
	const name = `${shortId(commit.id)}`;
	const beforeThat = against === 'before';
	return {
		path,
		mark: file.mark,
		old: beforeThat ? before : here,
		now: beforeThat ? here : { path, version: { kind: 'disk' } },
		oldName: beforeThat ? (parent === null ? 'Not there yet' : shortId(parent)) : name,
		nowName: beforeThat ? name : 'On disk',
		restore: gone
			? { from: before, verb: 'Bring back', title: `Bring back ${path}` }
			: { from: here, verb: 'Restore', title: `Restore ${path} as of ${name}` }
	};
}

/** A snapshot; `before` is the one before it of the same file. */
export function ofSnapshot(snapshot: SnapshotView, before: SnapshotView | null, against: Against): Comparison {
	const { path } = snapshot;
	const here: VersionFile = { path, version: { kind: 'snapshot', id: snapshot.id } };
	const name = clock(snapshot.taken_ms);
	const beforeThat = against === 'before';
	const last: VersionFile = { path, version: before ? { kind: 'snapshot', id: before.id } : { kind: 'nothing' } };
	return {
		path,
		mark: null,
		old: beforeThat ? last : here,
		now: beforeThat ? here : { path, version: { kind: 'disk' } },
		oldName: beforeThat ? (before ? clock(before.taken_ms) : 'No snapshot before') : name,
		nowName: beforeThat ? name : 'On disk',
		restore: { from: here, verb: 'Restore', title: `Restore ${path} as of ${name}` }
	};
}

export function shortId(id: string): string {
	return id.slice(0, 8);
}
