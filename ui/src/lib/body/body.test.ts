import { expect, test, vi } from 'vitest';
import { fake } from '../../backend/fake';
import { BackendError } from '../../backend/error';
import type { Sent } from '../../backend/types/Sent';
import { markHits, piecesOf } from '../token-classes';
import { Folds } from '../folds';
import { Answer } from './answer.svelte';
import { viewFor, viewsOf } from './views';

async function open() {
	const backend = fake({ open: true });
	const send = async (): Promise<Sent> =>
		backend.sendRequest({
			id: 's',
			connector: 'okta',
			path: null,
			request: (await backend.openRequest({ connector: 'okta', path: 'requests/users/get_user.toml' })).request,
			connection: null,
			variables: {},
			environment: null,
			answers: {}
		});
	const answer = new Answer(backend, 'body view okta/requests/users/get_user.toml');
	await answer.take(await send());
	return { backend, answer, send };
}

test('the view that was chosen is remembered for the request', async () => {
	const { backend, answer, send } = await open();
	expect(answer.viewer?.view).toBe('tree');
	answer.choose('hex');
	const again = new Answer(backend, 'body view okta/requests/users/get_user.toml');
	await again.take(await send());
	expect(again.viewer?.view).toBe('hex');
});

test('what is found is counted, stepped through and forgotten', async () => {
	const { answer } = await open();
	const { finder } = answer;
	answer.openFinder();
	finder.text = 'ada';
	await finder.search();
	expect(finder.count).toBeGreaterThan(1);
	const first = finder.place?.line;
	await finder.step(1);
	expect(finder.place?.line).not.toBe(first);
	await finder.step(-1);
	await finder.step(-1);
	expect(finder.at).toBe(finder.count! - 1);
	await finder.close();
	expect(finder.count).toBeNull();
});

test('a filter shows its own body, an error keeps it, and clearing it shows the whole', async () => {
	const { backend, answer } = await open();
	const { filter } = answer;
	await filter.choose('$.profile');
	expect(answer.current).toBe(filter.result);
	expect(filter.values).toBe(1);
	filter.text = 'nonsense';
	await filter.apply();
	expect(filter.error?.column).toBe(1);
	expect(answer.current).toBe(filter.result);
	await filter.choose('');
	expect(answer.current).toBe(answer.viewer);
	expect(await backend.recentFilters()).toEqual(['$.profile']);
});

test('a filter that is typed on gives the earlier work up', async () => {
	const { backend, answer } = await open();
	const cancel = vi.spyOn(backend, 'cancel');
	const slow = backend.filterBody;
	backend.filterBody = async (ask) => {
		await new Promise((done) => setTimeout(done, ask.filter === '$.profile' ? 30 : 0));
		return slow(ask);
	};
	answer.filter.text = '$.profile';
	const first = answer.filter.apply();
	answer.filter.text = '$';
	await answer.filter.apply();
	await first;
	expect(cancel).toHaveBeenCalled();
	expect(answer.filter.result?.id).toBe('filtered-$');
});

test('an earlier answer is shown, compared and pinned', async () => {
	const { answer, send } = await open();
	await answer.take(await send());
	await answer.loadHistory(null);
	expect(answer.history.map((each) => each.number)).toEqual([2, 1]);
	await answer.look(1);
	expect(answer.shown?.number).toBe(1);
	await answer.look(null);
	expect(answer.shown?.number).toBe(2);
	await answer.compareWithPrevious(null);
	expect(answer.comparison?.with).toBe(1);
	expect(answer.comparison?.diff.changes.length).toBeGreaterThan(0);
	await answer.pin(1, true);
	expect(answer.history.find((each) => each.number === 1)?.pinned).toBe(true);
});

test('what is ignored stays out of comparisons, also of the next answer', async () => {
	const { backend, answer, send } = await open();
	const asked: string[][] = [];
	const { diffBodies } = backend;
	backend.diffBodies = (ask) => {
		asked.push(ask.ignored);
		return diffBodies(ask);
	};
	await answer.take(await send());
	await answer.ignore(['$.lastLogin']);
	expect(asked).toEqual([]);
	await answer.compareWithPrevious(null);
	await answer.ignore([]);
	expect(answer.comparison?.with).toBe(1);
	expect(asked).toEqual([['$.lastLogin'], []]);
});

test('a failure that is no cancelling is told', async () => {
	const { backend, answer } = await open();
	backend.findInBody = () => Promise.reject(new BackendError({ code: 'input', message: 'no expression' }));
	answer.finder.text = 'x';
	await answer.finder.search();
	expect(answer.finder.error).toBe('no expression');
});

test('each kind of body has its views', async () => {
	const { answer } = await open();
	const body = answer.viewer!.body;
	const ids = (change: Partial<typeof body>) => viewsOf({ ...body, ...change }).map((each) => each.id);
	expect(ids({ has_table: true })).toEqual(['tree', 'pretty', 'raw', 'table', 'hex']);
	expect(ids({ format: 'html', kind: 'text' })).toEqual(['pretty', 'raw', 'preview', 'hex']);
	expect(ids({ format: 'image', kind: 'binary' })).toEqual(['preview', 'hex']);
	expect(viewFor({ ...body, format: 'text', kind: 'text' }, 'tree')).toBe('raw');
});

test('found pieces are cut out of the coloured ones', () => {
	const pieces = markHits(piecesOf('name: "ada"', [0, 4, 7, 6, 11, 3]), [7, 10], { start: 7, end: 10 });
	expect(pieces.map((piece) => piece.text)).toEqual(['name', ': ', '"', 'ada', '"']);
	expect(pieces[3]?.class).toBe('tok-string hit here');
});

test('folds are set as a whole, and a line among them is revealed', () => {
	const folds = new Folds();
	folds.set(new Uint32Array([1, 5, 6, 9]));
	expect(folds.hidden).toBe(7);
	folds.reveal(7);
	expect(folds.has(6)).toBe(false);
	expect(folds.hidden).toBe(4);
});
