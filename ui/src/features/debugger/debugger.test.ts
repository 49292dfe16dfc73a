import { expect, test, vi } from 'vitest';
import { fake } from '../../backend/fake';
import type { FileRef } from '../../backend/types/FileRef';
import { Session } from '../../lib/session.svelte';
import { Breakpoints, lookOf, termsOf } from './breakpoints.svelte';
import { Debugger } from './debugger.svelte';
import { inlineValues } from './inline-values';

const WORKSPACE = '/home/ada/acme-connectors';
const ACTION: FileRef = { connector: 'okta', path: 'actions/get_user.rhai' };
const PAGING: FileRef = { connector: 'okta', path: 'methods/paging.rhai' };
const TARGET = { file: ACTION, input: {}, config: null, connection: 'sandbox' };
const TERMS = { condition: '', hits: '', log: '' };

async function opened(backend = fake({ open: true })) {
	const session = new Session(backend);
	await session.open(await backend.workspace());
	const debugging = new Debugger(backend, session);
	await debugging.open(WORKSPACE);
	return { debugging, session, backend };
}

/** Launched, and standing at line 15 of the action. */
async function standing() {
	const all = await opened();
	all.debugging.breakpoints.toggle(ACTION, 15);
	await all.debugging.launch(TARGET);
	await stands(all.debugging, 'execute:15');
	return all;
}

/** Waits until it stands there and shows what the function holds. */
async function stands(debugging: Debugger, where: string) {
	await vi.waitFor(() => {
		const top = debugging.frames[0];
		expect(`${top?.name}:${top?.line}`).toBe(where);
		expect(debugging.frame).toBe(top);
		expect(debugging.paused && debugging.variables.rows.length > 0).toBe(true);
	});
}

const values = ({ variables }: Debugger) => variables.rows.map((row) => `${row.depth} ${row.variable.name}`);

test('a breakpoint stops the run, which says where and shows what the function holds', async () => {
	const { debugging, session } = await standing();
	expect(debugging.reason).toBe('Paused on breakpoint');
	expect(debugging.breakpoints.list[0]?.stops).toBe(1);
	await vi.waitFor(() => expect(session.announcement).toBe('Paused on breakpoint: get_user.rhai line 15, in execute'));
	expect(values(debugging)).toEqual(['0 input', '0 user', '0 token']);
	expect(debugging.trace?.calls).toHaveLength(1);
	expect(debugging.trace?.pauses).toHaveLength(1);
});

test('steps go over, into another file, and out; frames of callers can be looked at', async () => {
	const { debugging } = await standing();
	const shown: string[] = [];
	debugging.onshow = (frame) => shown.push(`${frame.file?.path}:${frame.line}`);
	await debugging.go('next');
	await stands(debugging, 'execute:17');
	await debugging.go('stepIn');
	await stands(debugging, 'execute:18');
	await debugging.go('stepIn');
	await stands(debugging, 'all:4');
	expect(values(debugging)).toEqual(['0 path', '0 items']);
	await debugging.select(debugging.frames[1]!);
	expect(values(debugging)).toContain('0 user');
	expect(shown.at(-1)).toBe('actions/get_user.rhai:18');
	await debugging.go('stepOut');
	await stands(debugging, 'execute:19');
	await debugging.go('continue');
	await vi.waitFor(() => expect(debugging.trace?.report?.ok).toBe(true));
	expect(debugging.phase).toBe('ended');
	expect(debugging.frames).toEqual([]);
});

test('parts of a value are fetched when it is opened, long lists a page at a time', async () => {
	const { debugging } = await standing();
	const { variables } = debugging;
	const row = (name: string) => variables.rows.find((each) => each.variable.name === name)!;
	await variables.toggle(row('user').key);
	await variables.toggle(row('profile').key);
	expect(values(debugging)).toEqual(['0 input', '0 user', '1 id', '1 profile', '2 login', '0 token']);
	debugging.breakpoints.toggle(PAGING, 5);
	await debugging.go('continue');
	await stands(debugging, 'all:5');
	await variables.toggle(row('items').key);
	expect(variables.rows.at(-1)?.more).toBe(100);
	await variables.more(row('items').key);
	await variables.more(row('items').key);
	expect(variables.rows).toHaveLength(2 + 250);
	await debugging.select(debugging.frames[1]!);
	expect(values(debugging), 'what was open is open again').toContain('2 login');
});

test('a value that is set is shown everywhere and marked as changed', async () => {
	const { debugging } = await standing();
	const { variables, watches } = debugging;
	await watches.add('user.profile.login', true);
	await variables.toggle(variables.rows[1]!.key);
	await variables.toggle(variables.rows[3]!.key);
	await debugging.setVariable(variables.rows[4]!.holder, 'login', '"grace@acme.example"');
	expect(variables.rows[4]?.variable.value).toBe('"grace@acme.example"');
	expect(watches.tree.rows[0]?.variable.value).toBe('"grace@acme.example"');
});

test('a watch that cannot be worked out says why, and all are there again in the next window', async () => {
	const { debugging, backend } = await standing();
	await debugging.watches.add('nobody', true);
	expect(debugging.watches.tree.rows[0]?.variable).toMatchObject({
		type: 'failed',
		value: expect.stringContaining('nobody')
	});
	await debugging.watches.change('nobody', 'items.len()', true);
	expect(debugging.watches.tree.rows[0]?.variable.value).toBe('250');
	const again = await opened(backend);
	expect(again.debugging.watches.expressions).toEqual(['items.len()']);
	expect(again.debugging.watches.tree.rows[0]?.variable.value, 'nothing stands still').toBe('');
});

test('breakpoints move with the text, are bound to statements, and are kept', async () => {
	vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
	try {
		const backend = fake({ open: true });
		const points = new Breakpoints(backend);
		await points.load(WORKSPACE);
		points.set(ACTION, 14, { ...TERMS, condition: 'user.id == 2' });
		points.addFunction('all');
		const [line] = points.list;
		points.moved(ACTION, new Map([[line!.id, 16]]));
		points.told([points.list[0]!], [{ id: 7, verified: true, line: 17 }]);
		points.told([points.list[1]!], [{ verified: false, message: 'no such function' }]);
		expect(points.list.map((each) => [each.line, lookOf(each), termsOf(each)])).toEqual([
			[17, 'ring', 'when user.id == 2'],
			[0, 'unbound', '']
		]);
		points.change(line!.id, { enabled: false });
		points.setErrors({ http: true });
		await vi.advanceTimersByTimeAsync(500);
		const again = new Breakpoints(backend);
		await again.load(WORKSPACE);
		expect(again.list.map((each) => [each.line, lookOf(each)])).toEqual([
			[17, 'disabled'],
			[0, 'solid']
		]);
		expect([again.uncaught, again.http]).toEqual([true, true]);
	} finally {
		vi.useRealTimers();
	}
});

test('a breakpoint set while the script runs reaches it; one at no statement says so', async () => {
	const { debugging } = await standing();
	debugging.breakpoints.toggle(ACTION, 400);
	await vi.waitFor(() => expect(lookOf(debugging.breakpoints.at(ACTION, 400)!)).toBe('unbound'));
	debugging.breakpoints.addFunction('all');
	await vi.waitFor(() => expect(debugging.breakpoints.functions[0]?.unbound).toBe(null));
	await debugging.go('continue');
	await stands(debugging, 'all:4');
	expect(debugging.reason).toBe('Paused on a function');
});

test('a replay begins again where the run before began, and a stop ends it', async () => {
	const { debugging } = await standing();
	await debugging.replay();
	await stands(debugging, 'execute:15');
	expect(debugging.replays).toBe(true);
	await debugging.stop();
	await vi.waitFor(() => expect(debugging.phase).toBe('ended'));
	await debugging.restart();
	await stands(debugging, 'execute:15');
	expect(debugging.replays).toBe(false);
});

test('what is typed in the console is answered, and what fails says so', async () => {
	const { debugging } = await standing();
	await debugging.evaluateInConsole('items.len()');
	await debugging.evaluateInConsole('nobody');
	expect(debugging.console.entries.map((each) => [each.kind, each.text])).toEqual([
		['asked', 'items.len()'],
		['answer', '250'],
		['asked', 'nobody'],
		['bad', 'Variable not found: nobody']
	]);
});

test('a launch that is refused is a failure in words', async () => {
	const backend = fake({ open: true });
	backend.debugMessage = () => Promise.reject(new Error('the engine is gone'));
	const { debugging } = await opened(backend);
	await debugging.launch(TARGET);
	expect([debugging.phase, debugging.failure?.message]).toEqual(['ended', 'the engine is gone']);
});

test('inline values stand at the lines that name variables, down to the line of the stop', () => {
	const lines = [
		'fn other(user) { user }',
		'fn execute(connection, input) {',
		'    let user = http.get(`/users/${input.id}`); // user of others',
		'    user.input = "user";',
		'    let later = user;'
	];
	const value = (name: string, text: string) => ({ name, value: text, variablesReference: 0 });
	const found = inlineValues(lines, 4, [
		value('user', '#{ id: 1 }'),
		value('input', 'x'.repeat(50)),
		value('later', '()')
	]);
	expect(found).toEqual([
		{ line: 2, text: `input = ${'x'.repeat(31)}…` },
		{ line: 3, text: `user = #{ id: 1 }  input = ${'x'.repeat(31)}…` },
		{ line: 4, text: 'user = #{ id: 1 }' }
	]);
});

test('a case is launched by its name alone, and its end says how it went', async () => {
	const backend = fake({ open: true });
	const { debugging, session } = await opened(backend);
	const { debugMessage } = backend;
	const launches: unknown[] = [];
	backend.debugMessage = (json) => {
		const message = JSON.parse(json) as { command: string; arguments: unknown };
		if (message.command === 'launch') launches.push(message.arguments);
		return debugMessage(json);
	};
	const file = { connector: 'okta', path: 'tests/get_user.toml' };
	await debugging.launch({ file, input: {}, config: null, connection: null, test: 'get_user/by login' });
	await vi.waitFor(() => expect(debugging.phase).toBe('ended'));
	expect(launches).toEqual([{ connector: 'okta', test: 'get_user/by login', connection: null }]);
	await vi.waitFor(() => expect(session.toasts.map((each) => each.text)).toEqual(['get_user/by login passed']));
});
