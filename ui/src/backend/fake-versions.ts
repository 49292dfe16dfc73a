/** Version control and snapshots in memory, for tests and the page without an engine. */
import { BackendError } from './error';
import type { Backend } from './index';
import type { ChangedFile } from './types/ChangedFile';
import type { Event } from './types/Event';
import type { PastCommit } from './types/PastCommit';
import type { SnapshotView } from './types/SnapshotView';
import type { Version } from './types/Version';

type Answers = Pick<
	Backend,
	'versionState' | 'commitFiles' | 'pastCommits' | 'commitChanges' | 'localSnapshots' | 'versionText' | 'restoreVersion'
>;

/** The text of a file on disk, by its path in the workspace, and a way to write it. */
interface Disk {
	read: (path: string) => string | null;
	write: (path: string, text: string) => void;
}

const PATH = 'okta/actions/get_user.rhai';
const MINUTE = 60_000;
const BEFORE = `//! Get user\n\nfn execute(connection, input) {\n    http.get(\`/api/v1/users/\${input.user}\`)\n}\n`;

export function fakeVersions(disk: Disk, tell: (event: Event) => void): Answers {
	const now = Date.now();
	let changes: ChangedFile[] = [
		{ path: PATH, mark: 'modified', from: null },
		{ path: 'okta/actions/deactivate_user.rhai', mark: 'untracked', from: null },
		{ path: 'okta/schemas/old_user.json', mark: 'deleted', from: null }
	];
	const commits: PastCommit[] = [
		commit('4f1c9a2e', 'Get a user by login', 'With the login as it is typed.', now - 50 * MINUTE, '9b3d5e70'),
		commit('9b3d5e70', 'First actions', '', now - 26 * 60 * MINUTE, null)
	];
	const changed = new Map<string, ChangedFile[]>([
		[commits[0]!.id, [{ path: PATH, mark: 'modified', from: null }]],
		[commits[1]!.id, [{ path: PATH, mark: 'added', from: null }]]
	]);
	const kept: { view: SnapshotView; text: string }[] = [];
	const keep = (path: string, why: SnapshotView['why'], text: string) => {
		const view = { id: kept.length + 1, path, taken_ms: Date.now(), why, size: text.length };
		kept.unshift({ view, text });
	};
	keep(PATH, 'found', BEFORE);
	keep(PATH, 'saved', `${BEFORE}// saved\n`);

	function textOf(path: string, version: Version): string | null {
		if (version.kind === 'nothing') return null;
		if (version.kind === 'disk') return disk.read(path);
		if (version.kind === 'snapshot') return kept.find((each) => each.view.id === version.id)?.text ?? null;
		if (changes.some((each) => each.path === path && each.mark === 'untracked')) return null;
		return version.kind === 'commit' && version.id === commits.at(-1)?.id ? `${BEFORE}// first\n` : BEFORE;
	}

	return {
		versionState: async () => ({
			repository: {
				branch: 'main',
				has_commits: true,
				changes,
				more: 0,
				author: 'Ada Lovelace <ada@acme.example>',
				under_way: null
			},
			trouble: null
		}),
		commitFiles: async (paths, message) => {
			if (message.includes('wip')) return { commit: null, said: 'commit-msg: say what changes, not wip' };
			const [subject = '', ...body] = message.split('\n');
			const id = `c0ffee0${commits.length}`;
			const made = commit(id, subject, body.join('\n').trim(), Date.now(), commits[0]?.id.slice(0, 8) ?? null);
			commits.unshift(made);
			changed.set(
				made.id,
				changes.filter((each) => paths.includes(each.path))
			);
			changes = changes.filter((each) => !paths.includes(each.path));
			tell({ kind: 'repository_changed' });
			return { commit: made, said: '' };
		},
		pastCommits: async ({ path, skip, limit }) =>
			commits
				.filter((each) => path === null || changed.get(each.id)?.some((file) => file.path === path))
				.slice(skip, skip + limit)
				.map((each) => ({ ...each, path })),
		commitChanges: async (id) => changed.get(id) ?? [],
		localSnapshots: async (path) => kept.map((each) => each.view).filter((each) => path === null || each.path === path),
		versionText: async ({ path, version }) => {
			const text = textOf(path, version);
			return text === null ? { kind: 'absent' } : { kind: 'text', text };
		},
		restoreVersion: async (path, from) => {
			const text = textOf(from.path, from.version);
			if (text === null) throw new BackendError({ code: 'conflict', message: `${path} has no text in that version` });
			keep(path, 'replaced', disk.read(path) ?? '');
			keep(path, 'restored', text);
			disk.write(path, text);
			changes = changes.filter((each) => each.path !== path);
			tell({ kind: 'files_changed', paths: [path] });
		}
	};
}

function commit(id: string, subject: string, body: string, when: number, parent: string | null): PastCommit {
	return {
		id: id.padEnd(40, '0'),
		subject,
		body,
		author: 'Ada Lovelace',
		email: 'ada@acme.example',
		when_ms: when,
		parent: parent?.padEnd(40, '0') ?? null,
		path: null,
		from: null
	};
}
