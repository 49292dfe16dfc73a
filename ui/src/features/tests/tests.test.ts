import { expect, test } from 'vitest';
import { fake } from '../../backend/fake';
import { BackendError } from '../../backend/error';
import { Session } from '../../lib/session.svelte';
import { keyOf, Tests } from './tests.svelte';

async function open() {
	const backend = fake({ open: true });
	const session = new Session(backend);
	await session.open(await backend.workspace());
	const tests = new Tests(backend, session);
	backend.listen((event) => tests.hear(event));
	await tests.load();
	return { backend, session, tests };
}

const WRONG = 'get_user/unknown user gives a clear error';

test('cases are listed by action, and the first is in hand', async () => {
	const { tests } = await open();
	expect(tests.groups.map((group) => [group.action, group.cases.length])).toEqual([
		['get_user', 2],
		['new_user_created', 1]
	]);
	expect(tests.chosen?.name).toBe('finds a user by login');
	expect(tests.detail?.cassette?.stale_days).toBe(200);
	tests.filter = 'UNKNOWN';
	expect(tests.groups.flatMap((group) => group.cases.map(keyOf))).toEqual([WRONG]);
});

test('a run of all tells of each case as it ends and keeps the coverage', async () => {
	const { tests, backend, session } = await open();
	const seen: number[] = [];
	const { runTests } = backend;
	backend.runTests = async (run) => {
		expect(tests.stateOf(WRONG)).toBe('running');
		const report = await runTests(run);
		seen.push(tests.done, tests.of);
		return report;
	};
	await tests.runAll();
	expect(seen).toEqual([3, 3]);
	expect([tests.passed, tests.failed, tests.skipped]).toEqual([1, 1, 1]);
	expect(tests.coverage[0]?.file).toBe('actions/get_user.rhai');
	expect(session.announcement).toBe('1 failed, 1 of 3 cases passed, 1 not run');
	expect(tests.running).toBeNull();
});

test('only those that failed run again', async () => {
	const { tests, backend } = await open();
	await tests.runAll();
	const ran: string[] = [];
	const { runTests } = backend;
	backend.runTests = (run) => (ran.push(...run.cases.map(keyOf)), runTests(run));
	await tests.runFailed();
	expect(ran).toEqual([WRONG]);
	await tests.runLast();
	expect(ran).toEqual([WRONG, WRONG]);
});

test('a run of some leaves the coverage of all as it was', async () => {
	const { tests, backend } = await open();
	await tests.runAll();
	const { coverage } = tests;
	const { runTests } = backend;
	backend.runTests = async (run) => ({ ...(await runTests(run)), coverage: [] });
	await tests.runFailed();
	expect(tests.coverage).toBe(coverage);
});

test('the case at a line of its file runs', async () => {
	const { tests } = await open();
	await tests.runSome(await tests.at('tests/get_user.toml', 11));
	expect(tests.selected).toBe(WRONG);
	expect(tests.result?.ok).toBe(false);
	expect(await tests.at('tests/nothing.toml', 11)).toEqual([]);
	expect((await tests.at('triggers/new_user_created.rhai', 1)).length).toBeGreaterThan(0);
	expect(await tests.at('actions/nothing.rhai', 1)).toEqual([]);
});

test('what is recorded anew is looked at anew', async () => {
	const { tests } = await open();
	await tests.select(WRONG);
	await tests.record(tests.chosen!);
	expect(tests.stateOf(WRONG)).toBe('passed');
	expect(tests.detail?.cassette?.stale_days).toBeNull();
});

test('a new output is accepted for one case', async () => {
	const { tests, backend } = await open();
	const asked: boolean[] = [];
	const { runTests } = backend;
	backend.runTests = (run) => (asked.push(run.accept), runTests(run));
	await tests.select(WRONG);
	await tests.runOne(tests.chosen!);
	await tests.accept(tests.chosen!);
	expect(asked).toEqual([false, true]);
	expect(tests.result?.ok).toBe(true);
});

test('a run that cannot begin says why, and one that is stopped says nothing', async () => {
	const { tests, backend } = await open();
	backend.runTests = () => Promise.reject(new BackendError({ code: 'invalid', message: 'tests/a.toml is no TOML.' }));
	await tests.runAll();
	expect(tests.failure?.message).toBe('tests/a.toml is no TOML.');
	backend.runTests = () => Promise.reject(new BackendError({ code: 'cancelled', message: 'stopped' }));
	await tests.runAll();
	expect(tests.failure).toBeNull();
	expect(tests.waiting).toEqual([]);
});
