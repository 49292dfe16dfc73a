import { beforeEach, describe, expect, it } from 'vitest';
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import { fake } from '../../backend/fake';
import type { ShowStep } from '../../backend/types/ShowStep';
import { Session } from '../../lib/session.svelte';
import { Presentation } from './presentation.svelte';
import { Recorder } from './recorder.svelte';

let backend: Backend;
let session: Session;
let asked: ShowStep[];

beforeEach(async () => {
	const engine = fake({ open: true });
	asked = [];
	backend = {
		...engine,
		showStep: (step) => {
			asked.push(step);
			return engine.showStep(step);
		}
	};
	session = new Session(backend);
	await session.open(await backend.workspace());
});

describe('a presentation', () => {
	it('begins with the first step, on recordings', async () => {
		const presentation = new Presentation(backend, session);
		await presentation.start();
		expect(presentation.scene?.outcome).toBe('returned 200');
		expect(presentation.place).toEqual({ label: 'Recorded on 28 November 2026', tone: 'recorded' });
		expect(presentation.told).toBe('Step 1 of 3: Call. One call to Okta gives back the whole user. Returned 200.');
		expect(asked[0]).toMatchObject({ step: 0, source: 'recorded', connection: null });
	});

	it('does a step once, however often it is gone to, and again when asked', async () => {
		const presentation = new Presentation(backend, session);
		await presentation.start();
		await presentation.forward();
		await presentation.forward();
		await presentation.forward();
		expect(presentation.index).toBe(2);
		await presentation.back();
		await presentation.back();
		await presentation.back();
		expect(asked.map((each) => each.step)).toEqual([0, 1, 2]);
		await presentation.again();
		expect(asked.at(-1)?.step).toBe(0);
		expect(asked).toHaveLength(4);
	});

	it('runs live with what the speaker gives, marks what changed, and forgets it with the turn', async () => {
		const { showStep } = backend;
		backend.showStep = async (step) => {
			const scene = await showStep(step);
			const [first, ...rest] = scene.lines;
			return step.input['user'] && first
				? { ...scene, lines: [first, { ...rest[0]!, text: 'id: "2"' }, ...rest.slice(1)] }
				: scene;
		};
		const presentation = new Presentation(backend, session);
		await presentation.start();
		presentation.give('user', 'grace.hopper@acme.example');
		await presentation.again();
		expect(asked.at(-1)?.input).toEqual({});
		await presentation.turn();
		await presentation.go(2);
		expect(presentation.scene?.inputs[0]?.open).toBe(true);
		expect(presentation.changed).toEqual([]);
		presentation.give('user', 'grace.hopper@acme.example');
		await presentation.again();
		expect(asked.at(-1)).toMatchObject({ step: 2, input: { user: 'grace.hopper@acme.example' } });
		expect(presentation.changed).toEqual([1]);
		await presentation.turn();
		await presentation.turn();
		await presentation.go(2);
		expect(asked.at(-1)?.input).toEqual({});
	});

	it('goes live on the connection in use, from the beginning', async () => {
		const presentation = new Presentation(backend, session);
		await presentation.start();
		await presentation.forward();
		await presentation.turn();
		expect(presentation.index).toBe(0);
		expect(asked.at(-1)).toMatchObject({ step: 0, source: 'live', connection: session.connection });
		expect(presentation.place).toEqual({ label: 'Sandbox org', tone: 'sandbox' });
	});

	it('stays within its sizes', async () => {
		const presentation = new Presentation(backend, session);
		presentation.resize(-100);
		expect(presentation.size).toBe(80);
		presentation.resize(100);
		expect(presentation.size).toBe(240);
	});

	it('says why a step cannot be shown, and goes on', async () => {
		const presentation = new Presentation(
			{
				...backend,
				showStep: (step) =>
					step.step === 0
						? Promise.reject(new BackendError({ code: 'usage', message: 'step 1 is not recorded' }))
						: backend.showStep(step)
			},
			session
		);
		await presentation.start();
		expect(presentation.error?.message).toBe('step 1 is not recorded');
		await presentation.forward();
		expect(presentation.error).toBeNull();
		expect(presentation.scene?.script?.name).toBe('get_user');
	});

	it('leaves out an answer that comes after the step was left', async () => {
		const answers: (() => void)[] = [];
		const slow: Backend = {
			...backend,
			showStep: async (step) => {
				const scene = await backend.showStep(step);
				if (step.step === 0) await new Promise<void>((resolve) => answers.push(resolve));
				return scene;
			}
		};
		const presentation = new Presentation(slow, session);
		const started = presentation.start();
		await expect.poll(() => answers.length).toBe(1);
		await presentation.forward();
		answers[0]?.();
		await started;
		expect(presentation.scenes[0]).toBeUndefined();
		expect(presentation.scene?.step).toBe(1);
	});

	it('has nothing to show without a story', async () => {
		const presentation = new Presentation({ ...backend, openDemo: async () => null }, session);
		await presentation.start();
		expect(presentation.view).toBeNull();
		expect(presentation.error).toBeNull();
		expect(presentation.loading).toBe(false);
	});
});

describe('recording a demo', () => {
	it('offers what went well and can be told', async () => {
		const recorder = new Recorder(backend, session);
		await recorder.load();
		expect(recorder.chosen.map((each) => each.deed.id)).toEqual([1, 3]);
		expect([recorder.hasStory, recorder.mode, recorder.title]).toEqual([true, 'add', 'Get an Okta user']);
	});

	it('needs a title, and tells what is said', async () => {
		const recorder = new Recorder({ ...backend, openDemo: async () => null }, session);
		await recorder.load();
		expect(await recorder.make()).toBeNull();
		expect(recorder.error?.message).toBe('A story needs a title.');
		recorder.title = ' Users ';
		recorder.chosen[0]!.say = ' One call ';
		const made = await recorder.make();
		expect(made).toEqual({ file: { connector: 'okta', path: 'demo.toml' }, steps: 2 });
	});
});
