import { expect, test } from 'vitest';
import type { Backend } from '../../backend';
import { fake } from '../../backend/fake';
import { BackendError } from '../../backend/error';
import { Session } from '../../lib/session.svelte';
import { FlowsPanel } from './flows.svelte';

async function opened(over: Partial<Backend> = {}) {
	const backend = { ...fake({ open: true }), ...over };
	const panel = new FlowsPanel(backend, new Session(backend));
	await panel.load();
	return panel;
}

test('runs are shown of all flows, of one, and by how they stand', async () => {
	const panel = await opened();
	expect(panel.shown.map((run) => run.id)).toEqual(['a001', 'b002', 'c003', 'd004']);
	panel.choose('onboarding');
	expect(panel.shown.map((run) => run.id)).toEqual(['b002', 'c003', 'd004']);
	panel.filter = 'failed';
	expect(panel.shown.map((run) => run.status)).toEqual(['failed', 'in_doubt']);
	expect(panel.last('onboarding')?.status).toBe('failed');
});

test('a dry run begins with the sample, shows what would be sent, and is not kept', async () => {
	const panel = await opened();
	await panel.compose('onboarding');
	expect(panel.event).toContain('user.lifecycle.activate');
	expect(panel.dry).toBe(true);
	const before = panel.runs.length;
	await panel.run();
	expect(panel.trace?.run.id).toBeNull();
	expect(panel.trace?.steps[1]?.withheld[0]?.method).toBe('POST');
	expect(panel.runs.length).toBe(before);
	expect(panel.composing).toBe(false);
});

test('an event of ones own is run and shown with its output', async () => {
	const panel = await opened();
	await panel.compose('onboarding');
	panel.event = '{ "id": 1 ';
	panel.dry = false;
	await panel.run();
	expect(panel.failure?.message).toBe('the event is no JSON');
	expect(panel.composing).toBe(true);
	panel.event = '{ "id": 1 }';
	await panel.run();
	expect(panel.failure).toBeNull();
	expect(panel.trace?.output).toBe('"welcomed"');
	await panel.look();
	expect(panel.trace?.output).toBe('"welcomed"');
	expect(panel.runs[0]?.id).toBe('e1');
});

test('a trigger without a sample says so, and an event can be pasted', async () => {
	const panel = await opened();
	await panel.compose('access_approval');
	expect(panel.failure?.message).toContain('no sample_output');
	expect(panel.composing).toBe(true);
	expect(panel.event).toBe('');
});

test('a run that waits is answered once', async () => {
	const panel = await opened();
	await panel.open(panel.runs[0]!);
	const approval = panel.trace!.steps[1]!.key;
	await panel.goOn({ kind: 'answer', approval, approved: true, by: 'Grace', comment: '' });
	expect(panel.trace?.run.status).toBe('done');
	expect(panel.trace?.steps[1]?.output).toContain('Grace');
	await panel.goOn({ kind: 'answer', approval, approved: false, by: '', comment: '' });
	expect(panel.failure?.message).toContain('nothing waits');
});

test('a run that goes on elsewhere is seen to', async () => {
	const backend = fake({ open: true });
	const panel = new FlowsPanel(backend, new Session(backend));
	await panel.load();
	await panel.open(panel.runs[1]!);
	await backend.goOnFlow({ id: 'other', run: 'b002', how: { kind: 'resume' }, sandbox: false });
	expect(panel.trace?.run.status).toBe('failed');
	await panel.look();
	expect(panel.trace?.run.status).toBe('done');
});

test('serving begins, is seen, and stops', async () => {
	const panel = await opened();
	panel.every = 5;
	await panel.serve();
	expect(panel.serving).toMatchObject({ on: true, every: 5 });
	await panel.stop();
	expect(panel.serving?.on).toBe(false);
});

test('what cannot be seen is said, and the last runs stay', async () => {
	let fails = false;
	const backend = fake({ open: true });
	const panel = await opened({
		flowRuns: () =>
			fails
				? Promise.reject(new BackendError({ code: 'unavailable', message: 'the store is locked' }))
				: backend.flowRuns()
	});
	fails = true;
	await panel.look();
	expect(panel.unseen?.message).toBe('the store is locked');
	expect(panel.runs).toHaveLength(4);
	fails = false;
	await panel.look();
	expect(panel.unseen).toBeNull();
});
