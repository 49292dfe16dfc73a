import { expect, test } from 'vitest';
import type { Backend } from '../../backend';
import { fake } from '../../backend/fake';
import { BackendError } from '../../backend/error';
import { SandboxPanel, type Question, type Section } from './panel.svelte';

function open(section: Section = 'org', over: Partial<Backend> = {}) {
	const panel = new SandboxPanel({ ...fake({ open: true }), ...over });
	panel.show(section);
	return panel;
}

test('a look shows the org and its calls, newest first, and never a call twice', async () => {
	const panel = open();
	await panel.look();
	await panel.look();
	expect(panel.overview?.users).toBe(250);
	expect(panel.calls.map((call) => call.number)).toEqual([2, 1]);
});

test('the log is asked again only when there are new events', async () => {
	const backend = fake({ open: true });
	const asked: (string | null)[] = [];
	const panel = open('log', {
		sandboxLog: (next) => {
			asked.push(next);
			return backend.sandboxLog(next);
		}
	});
	for (let look = 0; look < 4; look++) await panel.look();
	expect(asked).toEqual([null, 'after=2']);
	expect(panel.events?.map((event) => event.event_type)).toEqual(['user.lifecycle.activate', 'user.lifecycle.create']);
});

test('a wrong fault rule is told beside its field, and the next one clears it', async () => {
	const panel = open('faults');
	expect(await panel.addFault('GET users 503')).toBe(false);
	expect(panel.wrong('fault')).toContain('The path is missing');
	expect(panel.wrong('fault')).toContain('GET /api/v1/users* 503 first=2');
	expect(panel.wrong('lag')).toBeNull();
	expect(await panel.addFault('GET /api/v1/users* 503')).toBe(true);
	expect(panel.wrong('fault')).toBeNull();
	expect(panel.faults?.map((fault) => fault.rule)).toEqual(['GET /api/v1/users* 503']);
	await panel.removeFault(1);
	expect(panel.faults).toEqual([]);
});

test('the clock moves and the glance shows it', async () => {
	const panel = open('controls');
	await panel.changeClock({ kind: 'freeze' });
	await panel.changeClock({ kind: 'advance', by: '1h' });
	expect(panel.overview?.clock).toMatchObject({ time: '2026-03-02T10:00:00.000Z', frozen: true });
	await panel.setLag('2s');
	await panel.enforceRateLimits(false);
	expect(panel.overview).toMatchObject({ lag: '2s', rate_limits: false });
});

test('reset and restore ask first, and nothing is lost before the answer', async () => {
	const panel = open('snapshots');
	const questions: Question[] = [];
	panel.onask = (question) => questions.push(question);
	expect(await panel.takeSnapshot(' before ')).toBe(true);
	await panel.setLag('2s');
	panel.askReset();
	panel.askRestore('before');
	await panel.look();
	expect(panel.overview?.lag).toBe('2s');
	expect(questions.map((question) => question.title)).toEqual(['Reset the sandbox org', 'Restore before']);
	await questions[0]?.run();
	expect(panel.overview?.lag).toBe('0s');
	expect(panel.calls).toEqual([]);
	expect(panel.snapshots?.map((each) => each.name)).toEqual(['before']);
});

test('of two searches the later one counts', async () => {
	const backend = fake({ open: true });
	const waiting: (() => void)[] = [];
	const panel = open('org', {
		searchSandbox: async (searched, text) => {
			await new Promise<void>((done) => waiting.push(done));
			return backend.searchSandbox(searched, text);
		}
	});
	panel.text = 'grace';
	const first = panel.search();
	panel.text = 'ada';
	const second = panel.search();
	waiting.reverse().forEach((done) => done());
	await Promise.all([first, second]);
	expect(panel.entries?.map((entry) => entry.name)).toEqual(['Ada Lovelace']);
});

test('without an org the panel says so, and starts one', async () => {
	let runs = false;
	const backend = fake({ open: true });
	const panel = open('org', {
		sandboxOverview: () => {
			if (!runs) throw new BackendError({ code: 'usage', message: 'no sandbox org runs' });
			return backend.sandboxOverview();
		},
		startSandbox: () => {
			runs = true;
			return backend.startSandbox();
		}
	});
	await panel.look();
	expect(panel.unseen?.code).toBe('usage');
	expect(panel.overview).toBeNull();
	await panel.start();
	expect(panel.unseen).toBeNull();
	expect(panel.overview?.users).toBe(250);
});
