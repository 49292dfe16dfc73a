import { expect, test, vi } from 'vitest';
import type { Backend } from '../../backend';
import { fake } from '../../backend/fake';
import { BackendError } from '../../backend/error';
import { Layout } from '../../lib/layout.svelte';
import { SandboxPanel, type Question, type Section } from './panel.svelte';

function open(section: Section = 'org', over: Partial<Backend> = {}) {
	const backend = { ...fake({ open: true }), ...over };
	const panel = new SandboxPanel(backend, new Layout(backend));
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
	const asked: (number | null)[] = [];
	const panel = open('log', {
		sandboxLog: (next) => {
			asked.push(next);
			return backend.sandboxLog(next);
		}
	});
	for (let look = 0; look < 4; look++) await panel.look();
	expect(asked).toEqual([null, 2]);
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

test('whether the panel is open, and how wide, is remembered with the workspace', async () => {
	vi.useFakeTimers();
	const backend = fake({ open: true });
	const layout = new Layout(backend);
	await layout.load('/w');
	const panel = new SandboxPanel(backend, layout);
	expect(panel.open).toBe(false);
	panel.show();
	layout.set({ sandbox: 500 });
	await vi.runAllTimersAsync();
	const again = new Layout(backend);
	await again.load('/w');
	expect(new SandboxPanel(backend, again).open).toBe(true);
	expect(again.sandbox).toBe(500);
	vi.useRealTimers();
});

test('a snapshot goes to a file and comes back from one, after a question', async () => {
	const saved: string[][] = [];
	const loaded: string[] = [];
	const backend = fake({ open: true });
	const panel = open('snapshots', {
		saveSandboxSnapshot: async (...what) => void saved.push(what),
		loadSandboxSnapshot: (path) => {
			loaded.push(path);
			return backend.loadSandboxSnapshot(path);
		}
	});
	expect(await panel.saveSnapshot('before')).toBe('/home/ada/before.snapshot');
	expect(saved).toEqual([['before', '/home/ada/before.snapshot']]);
	let question: Question | null = null as Question | null;
	panel.onask = (asked) => (question = asked);
	await panel.askLoad();
	expect(question?.title).toBe('Restore before.snapshot');
	expect(loaded).toEqual([]);
	await question?.run();
	expect(loaded).toEqual(['/home/ada/before.snapshot']);
});

test('single limits are changed, taken out and put back', async () => {
	const panel = open('controls');
	await panel.look();
	expect(panel.limits?.limits['/api/v1/users']).toBe(600);
	expect(await panel.setRateLimit('/api/v1/users', 5)).toBe(true);
	expect(panel.limits?.limits['/api/v1/users']).toBe(5);
	await panel.setRateLimit('/api/v1/users', null);
	expect(Object.keys(panel.limits?.limits ?? {})).toEqual(['/api/v1']);
	await panel.usualRateLimits();
	expect(panel.limits?.limits['/api/v1/users']).toBe(600);
});
