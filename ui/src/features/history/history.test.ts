import { expect, test } from 'vitest';
import { fake } from '../../backend/fake';
import { Session } from '../../lib/session.svelte';
import { fileAt, workspacePath } from '../../lib/versions.svelte';
import { nodes } from '../workspace/nodes';
import { withMarks } from '../workspace/marks';
import { ofChange, ofSnapshot } from './comparison';
import { History } from './history.svelte';

const PATH = 'okta/actions/get_user.rhai';

async function opened() {
	const backend = fake({ open: true });
	const session = new Session(backend);
	await session.open(await backend.workspace());
	await session.versions.load();
	return { backend, session, history: new History(backend, session) };
}

test('the first change is compared at once, and all of them go into the commit', async () => {
	const { history } = await opened();
	await history.load();
	expect(history.changes.map((each) => each.mark)).toEqual(['modified', 'untracked', 'deleted']);
	expect(history.taken).toHaveLength(3);
	expect(history.comparison?.path).toBe(PATH);
	expect(history.compared?.old.kind).toBe('text');
	expect(history.hindrance).toBe('Say in a line what the commit changes.');
});

test('a commit takes what is chosen and leaves the rest in the list', async () => {
	const { history } = await opened();
	await history.load();
	history.take('okta/schemas/old_user.json', false);
	history.message = 'Find users by login\n\nAnd by ID.';
	await history.commit();
	expect(history.changes.map((each) => each.path)).toEqual(['okta/schemas/old_user.json']);
	expect(history.message).toBe('');
	await history.show('commits');
	expect(history.commits?.[0]).toMatchObject({ subject: 'Find users by login', body: 'And by ID.' });
});

test('what a hook says stands where the commit was asked for, and the message stays', async () => {
	const { history } = await opened();
	await history.load();
	history.message = 'wip';
	await history.commit();
	expect(history.refused).toContain('say what changes');
	expect(history.message).toBe('wip');
	expect(history.changes).toHaveLength(3);
});

test('a commit opens to its files, and one of them is compared with the commit before', async () => {
	const { history } = await opened();
	await history.show('commits');
	await history.chooseCommit(history.commits![0]!);
	expect(history.files.map((each) => each.path)).toEqual([PATH]);
	expect(history.comparison?.old.version).toMatchObject({ kind: 'commit' });
	await history.compareWith('now');
	expect(history.comparison?.now.version).toEqual({ kind: 'disk' });
	expect(history.comparison?.nowName).toBe('On disk');
});

test('of one file, its commits and snapshots alone are listed', async () => {
	const { history } = await opened();
	await history.showFile(PATH);
	expect(history.tab).toBe('commits');
	expect(history.commits?.every((each) => each.path === PATH)).toBe(true);
	await history.chooseCommit(history.commits![0]!);
	expect(history.openCommit).toBeNull();
	expect(history.comparison?.path).toBe(PATH);
	await history.show('snapshots');
	expect(history.snapshots).toHaveLength(2);
});

test('a version is brought back only once somebody says so, and what stood there becomes a snapshot', async () => {
	const { backend, history } = await opened();
	let asked: { text: string; run: () => unknown } | undefined;
	history.onask = (question) => (asked = question);
	await history.load();
	history.restore();
	expect(asked?.text).toContain('kept as a local snapshot');
	const now = await backend.versionText({ path: PATH, version: { kind: 'disk' } });
	await asked?.run();
	const kept = await backend.localSnapshots(PATH);
	expect(kept.slice(0, 2).map((each) => each.why)).toEqual(['restored', 'replaced']);
	expect(await backend.versionText({ path: PATH, version: { kind: 'snapshot', id: kept[1]!.id } })).toEqual(now);
	expect(history.changes.some((each) => each.path === PATH)).toBe(false);
});

test('without a repository there are snapshots alone', async () => {
	const { backend, session, history } = await opened();
	backend.versionState = async () => ({ repository: null, trouble: null });
	await session.versions.load();
	await history.load();
	expect(history.tab).toBe('snapshots');
	expect(history.snapshots).not.toBeNull();
});

test('a new file has nothing to go back to, and the oldest snapshot nothing before it', () => {
	const change = ofChange({ path: 'a.rhai', mark: 'untracked', from: null }, true);
	expect(change.old.version).toEqual({ kind: 'nothing' });
	expect(change.restore).toBeNull();
	const gone = ofChange({ path: 'a.rhai', mark: 'deleted', from: null }, true);
	expect(gone.restore).toMatchObject({ verb: 'Bring back', title: 'Bring back a.rhai' });
	const snapshot = { id: 7, path: 'a.rhai', taken_ms: 0, why: 'saved', size: 1 } as const;
	expect(ofSnapshot(snapshot, null, 'before').oldName).toBe('No snapshot before');
});

test('looks that are asked for while one is under way become one more', async () => {
	const { backend, session } = await opened();
	let looks = 0;
	const { versionState } = backend;
	backend.versionState = () => {
		looks++;
		return versionState();
	};
	await Promise.all([1, 2, 3, 4].map(() => session.versions.load()));
	expect(looks).toBe(2);
});

test('the tree marks files that changed, and what holds them', async () => {
	const { session } = await opened();
	const tree = nodes(session.workspace!.connectors, () => true, { folder: 'okta', connection: null, failed: 2 });
	const [okta, slack] = withMarks(tree, session.versions.marks);
	expect(okta?.mark?.words).toBe('Holds changes');
	expect(slack?.mark).toBeUndefined();
	const actions = okta?.children?.find((each) => each.id === 'okta:#action');
	expect(actions?.mark?.words).toBe('Holds changes');
	const marks = actions?.children?.map((each) => [each.label, each.mark?.letter]);
	expect(marks).toContainEqual(['get_user', 'M']);
});

test('paths in the workspace and files of connectors are the same both ways', () => {
	for (const path of [PATH, 'flows/onboarding.rhai']) expect(workspacePath(fileAt(path, ['okta', 'box']))).toBe(path);
	expect(fileAt(PATH, ['okta'])).toEqual({ connector: 'okta', path: 'actions/get_user.rhai' });
});
