import { expect, test } from 'vitest';
import { fake } from '../../backend/fake';
import { BackendError } from '../../backend/error';
import { Session } from '../../lib/session.svelte';
import { Runner } from './runner.svelte';

const file = { connector: 'okta', path: 'actions/get_user.rhai' };

async function open() {
	const backend = fake({ open: true });
	const session = new Session(backend);
	await session.open(await backend.workspace());
	return { backend, session, runner: new Runner(backend, session) };
}

test('saving an action saves, runs and tells how long the result took', async () => {
	const { runner, session, backend } = await open();
	const { text, version } = await backend.readFile(file);
	const saved = await runner.saveAndRun({ file, text: `${text}// changed\n`, version });
	expect(saved?.version).not.toBe(version);
	expect(runner.report?.ok).toBe(true);
	expect(runner.lines?.get(0)?.text).toBe('{');
	expect(session.lastResultMs).toBeGreaterThan(0);
	expect((await backend.readFile(file)).text).toContain('// changed');
});

test('with run on save off, saving is left to the editor', async () => {
	const { runner } = await open();
	runner.setRunOnSave(false);
	expect(await runner.saveAndRun({ file, text: '', version: null })).toBeNull();
	expect(runner.report).toBeNull();
});

test('a run that cannot begin keeps the last output under its cause', async () => {
	const { runner, backend } = await open();
	await runner.choose(file);
	await runner.run();
	const { lines } = runner;
	backend.runAction = () => Promise.reject(new BackendError({ code: 'network', message: 'Cannot reach it.' }));
	await runner.run();
	expect(runner.failure?.message).toBe('Cannot reach it.');
	expect(runner.lines).toBe(lines);
});

test('an input with errors is not sent', async () => {
	const { runner } = await open();
	await runner.choose(file, {});
	runner.setValues({});
	await runner.run();
	expect(runner.report).toBeNull();
	expect(runner.checked).toBe(true);
});

test('a run asked for while an action is being made is a run of that one', async () => {
	const { runner, backend } = await open();
	await runner.choose(file);
	const other = { ...file, path: 'actions/create_user.rhai' };
	const ran: string[] = [];
	const { runAction } = backend;
	backend.runAction = (run) => (ran.push(run.file.path), runAction(run));
	let made = () => {};
	const making = new Promise<void>((done) => (made = done)).then(() => runner.choose(other, { user: 'ada' }));
	void runner.expect(making);
	const run = runner.run();
	made();
	await run;
	expect(ran).toEqual([other.path]);
});

test('config fields are asked first, and their answers travel with the run', async () => {
	const { runner, backend } = await open();
	const { describeAction, runAction } = backend;
	const answered: unknown[] = [];
	backend.describeAction = async (...asked) => {
		const form = await describeAction(...asked);
		answered.push(asked[3]);
		const kind = { ...form.fields[0]!, name: 'kind', required: false };
		return { ...form, config: [kind], answers: asked[3] };
	};
	const sent: unknown[] = [];
	backend.runAction = (run) => (sent.push(run.config), runAction(run));
	await runner.choose(file);
	await runner.answer({ kind: 'group' });
	await runner.run();
	expect(answered).toEqual([{}, { kind: 'group' }]);
	expect(sent).toEqual([{ kind: 'group' }]);
});

test('a pick list is asked for once for what it depends on, and says what is missing', async () => {
	const { runner, backend } = await open();
	const { describeAction } = backend;
	backend.describeAction = async (...asked) => {
		const form = await describeAction(...asked);
		const member = { ...form.fields[0]!, name: 'member', pick_list: 'members', depends_on: ['user'] };
		return { ...form, fields: [...form.fields, member], last_input: {} };
	};
	const asked: unknown[] = [];
	backend.pickList = async (ask) => (asked.push(ask.params), [{ value: 1, label: 'Ada' }]);
	await runner.choose(file);
	expect(runner.pickLists.lists.member?.note).toBe('Fill in user first.');
	runner.setValues({ user: 'ada' });
	runner.setValues({ user: 'ada', include_groups: true });
	await Promise.resolve();
	expect(asked).toEqual([{ user: 'ada' }]);
	expect(runner.pickLists.lists.member?.options[0]?.label).toBe('Ada');
});

test('a run that waits is gone on with on the connection it began with, and given up', async () => {
	const { runner, backend } = await open();
	const { describeAction, runAction } = backend;
	let waiting = [{ id: 'a1', due_ms: 0, connection: 'prod' }];
	backend.describeAction = async (...asked) => ({ ...(await describeAction(...asked)), waiting });
	const asked: unknown[] = [];
	backend.runAction = (run) => {
		asked.push([run.resume, run.connection]);
		waiting = [];
		return runAction(run);
	};
	await runner.choose(file);
	const [one] = runner.form?.waiting ?? [];
	if (!one) throw new Error('nothing waits');
	await runner.resume(one);
	expect(asked).toEqual([['a1', 'prod']]);
	await expect.poll(() => runner.form?.waiting).toEqual([]);

	waiting = [{ id: 'b2', due_ms: 0, connection: 'prod' }];
	const given: string[] = [];
	backend.forgetWaiting = async (id) => {
		given.push(id);
		waiting = [];
	};
	await runner.forget({ id: 'b2', due_ms: 0, connection: null });
	expect(given).toEqual(['b2']);
	expect(runner.form?.waiting).toEqual([]);
});

test('sticky fields are remembered for the other actions of the connector, secrets are not', async () => {
	const { runner, backend } = await open();
	const { describeAction } = backend;
	backend.describeAction = async (...asked) => {
		const form = await describeAction(...asked);
		const [first] = form.fields;
		if (!first) throw new Error('no fields');
		const plain = { ...first, required: false, default: null, sticky: true };
		const fields = [
			{ ...plain, name: 'team' },
			{ ...plain, name: 'code', secret: true },
			{ ...plain, name: 'note', sticky: false }
		];
		return { ...form, config: [{ ...plain, name: 'kind' }], answers: asked[3] ?? {}, fields, last_input: null };
	};
	await runner.choose(file);
	await runner.answer({ kind: 'admins' });
	runner.setValues({ team: 'blue', code: 'hush', note: 'x' });
	await runner.run();
	await expect.poll(() => backend.recall('run.sticky:okta')).toEqual({ kind: 'admins', team: 'blue' });
	await runner.choose({ ...file, path: 'actions/create_user.rhai' });
	expect(runner.values).toEqual({ team: 'blue' });
	expect(runner.answers).toEqual({ kind: 'admins' });
});

test('every connector can send a custom request', async () => {
	const { runner, session } = await open();
	await runner.chooseCustomRequest();
	expect(runner.file).toEqual({ connector: session.connector, path: 'actions/http.rhai' });
});
