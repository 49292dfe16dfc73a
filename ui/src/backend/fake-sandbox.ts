/** A sandbox org in memory, as far as the panel steers one. */
import type { Backend } from './index';
import type { SandboxCall } from './types/SandboxCall';
import type { SandboxFault } from './types/SandboxFault';
import type { SandboxLimits } from './types/SandboxLimits';
import type { SandboxSnapshot } from './types/SandboxSnapshot';
import { BackendError } from './error';

type Control = Pick<
	Backend,
	| 'sandboxOverview'
	| 'sandboxToken'
	| 'sandboxActivity'
	| 'sandboxLog'
	| 'searchSandbox'
	| 'changeSandboxClock'
	| 'setSandboxLag'
	| 'sandboxFaults'
	| 'addSandboxFault'
	| 'removeSandboxFault'
	| 'clearSandboxFaults'
	| 'sandboxRateLimits'
	| 'enforceSandboxRateLimits'
	| 'setSandboxRateLimit'
	| 'usualSandboxRateLimits'
	| 'resetSandbox'
	| 'sandboxSnapshots'
	| 'takeSandboxSnapshot'
	| 'restoreSandboxSnapshot'
	| 'removeSandboxSnapshot'
	| 'saveSandboxSnapshot'
	| 'loadSandboxSnapshot'
	| 'chooseSnapshotTarget'
	| 'chooseSnapshotFile'
>;

const PEOPLE = ['Ada Lovelace', 'Grace Hopper', 'Katherine Johnson', 'Dorothy Vaughan', 'Hedy Lamarr'];
const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const START = Date.parse('2026-03-02T09:00:00Z');

export function fakeSandbox(url: string): Control {
	let now = START;
	let frozen = false;
	let lag = '0s';
	let limits = usual();
	let faults: SandboxFault[] = [];
	let snapshots: SandboxSnapshot[] = [];
	let made = 0;
	let calls = [served(1, '/api/v1/users?limit=2', 200), served(2, '/api/v1/groups', 200)];

	function served(number: number, path: string, status: number): SandboxCall {
		const time = new Date(now).toISOString();
		return { number, time, method: 'GET', path, status, milliseconds: 0.4, caller: 'ada', fault: null };
	}

	const clock = () => ({ time: new Date(now).toISOString(), frozen, ahead: now - START });
	const overview = () => ({
		url,
		users: 250,
		groups: 12,
		apps: 3,
		events: 2,
		clock: clock(),
		lag,
		rate_limits: limits.enforced,
		data: null,
		data_failure: null
	});

	return {
		sandboxOverview: async () => overview(),
		sandboxToken: async () => '00fakeToken',
		sandboxActivity: async (after) => calls.filter((call) => call.number > after),
		sandboxLog: async (next) => ({
			events: next === null ? ['created', 'activated'].map((what, index) => event(what, index)) : [],
			next: 2
		}),
		searchSandbox: async (searched, text) => {
			const names = searched === 'users' ? PEOPLE : ['Everyone', 'Engineering'];
			const found = names.filter((name) => name.toLowerCase().startsWith(text.trim().toLowerCase()));
			return found.map((name, index) => ({
				id: `00u${index}`,
				name,
				detail: searched === 'users' ? `${name.toLowerCase().replace(' ', '.')}@acme.example` : '',
				status: searched === 'users' ? 'ACTIVE' : 'OKTA_GROUP'
			}));
		},
		changeSandboxClock: async (change) => {
			if (change.kind === 'set') now = Date.parse(change.to);
			if (change.kind === 'advance') now += Number.parseInt(change.by) * (UNITS[change.by.at(-1) ?? ''] ?? 0);
			if (change.kind === 'freeze') frozen = true;
			if (change.kind === 'run' || change.kind === 'follow') frozen = false;
			if (change.kind === 'follow') now = START;
			return clock();
		},
		setSandboxLag: async (wanted) => (lag = /^\d+$/.test(wanted) ? `${wanted}s` : wanted),
		sandboxFaults: async () => faults,
		addSandboxFault: async (rule) => {
			if (!rule.includes('/')) {
				throw new BackendError({
					code: 'input',
					message: 'the path is missing: a fault is `[METHOD] PATH ACTION... [WHEN]`',
					hint: 'Write it as `GET /api/v1/users* 503 first=2`.'
				});
			}
			return (faults = [...faults, { id: ++made, rule, fitting: 0, applied: 0 }]);
		},
		removeSandboxFault: async (id) => (faults = faults.filter((fault) => fault.id !== id)),
		clearSandboxFaults: async () => (faults = []),
		sandboxRateLimits: async () => limits,
		enforceSandboxRateLimits: async (enforced) => (limits = { ...limits, enforced }),
		setSandboxRateLimit: async (limited, calls) => {
			const others = Object.entries(limits.limits).filter(([name]) => name !== limited);
			const all = calls === null ? others : [...others, [limited, calls] as const];
			limits = { ...limits, limits: Object.fromEntries(all) };
			return limits;
		},
		usualSandboxRateLimits: async () => (limits = usual()),
		resetSandbox: async () => {
			now = START;
			frozen = false;
			lag = '0s';
			limits = usual();
			faults = [];
			calls = [];
			return overview();
		},
		sandboxSnapshots: async () => snapshots,
		takeSandboxSnapshot: async (name) => {
			const taken = { name, taken: new Date(now).toISOString(), users: 250 };
			snapshots = [...snapshots.filter((each) => each.name !== name), taken];
			return taken;
		},
		restoreSandboxSnapshot: async () => overview(),
		removeSandboxSnapshot: async (name) => (snapshots = snapshots.filter((each) => each.name !== name)),
		saveSandboxSnapshot: async () => undefined,
		loadSandboxSnapshot: async () => overview(),
		chooseSnapshotTarget: async (name) => `/home/ada/${name}.snapshot`,
		chooseSnapshotFile: async () => '/home/ada/before.snapshot'
	};
}

function usual(): SandboxLimits {
	return { enforced: true, concurrent: 0, limits: { '/api/v1': 1200, '/api/v1/users': 600 } };
}

function event(what: string, index: number) {
	return {
		uuid: `event-${index}`,
		published: new Date(START + index).toISOString(),
		event_type: index === 0 ? 'user.lifecycle.create' : 'user.lifecycle.activate',
		message: `User ${what}`,
		actor: 'Ada Lovelace',
		target: 'Grace Hopper',
		outcome: 'SUCCESS'
	};
}
