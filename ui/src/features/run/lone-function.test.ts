import { expect, test } from 'vitest';
import { fake } from '../../backend/fake';
import type { RunAction } from '../../backend/types/RunAction';
import { Session } from '../../lib/session.svelte';
import { LoneFunction } from './lone-function.svelte';

const FILE = { connector: 'okta', path: 'methods/find.rhai' };

async function made(parameters: string[]) {
	const backend = fake({ open: true });
	const asked: RunAction[] = [];
	const { runAction } = backend;
	backend.runAction = (run) => (
		asked.push(run),
		runAction({ ...run, file: { ...run.file, path: 'actions/get_user.rhai' } })
	);
	const session = new Session(backend);
	await session.open(await backend.workspace());
	return { asked, call: () => new LoneFunction(backend, session, FILE, { name: 'first', parameters }) };
}

test('a function is asked for its own parameters, and gets them by name', async () => {
	const { asked, call } = await made(['connection', 'list', 'name']);
	const first = call();
	expect(JSON.parse(first.given)).toEqual({ list: null, name: null });
	first.given = '{"list": [1]}';
	await first.run();
	expect(asked[0]).toMatchObject({ file: FILE, function: 'first', input: { list: [1] } });
	expect(first.output).toContain('\n');
	expect(call().given, 'what it was given last').toBe('{"list": [1]}');
});

test('arguments that are no JSON are told and not sent', async () => {
	const { asked, call } = await made(['text']);
	const first = call();
	first.given = '{';
	await first.run();
	expect(first.error?.message).toContain('not JSON');
	expect(asked).toEqual([]);
});

test('a function without parameters of its own is called at once', async () => {
	const { asked, call } = await made(['connection']);
	const first = call();
	expect(first.takes).toBe(false);
	await first.run();
	expect(asked[0]?.input).toEqual({});
});
