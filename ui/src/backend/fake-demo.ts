/** A story in memory: a call, the action made of it, and its run. */
import type { Backend } from './index';
import { BackendError } from './error';
import { spans } from './fake-text';
import type { BodyLine } from './types/BodyLine';
import type { Deed } from './types/Deed';
import type { DemoStep } from './types/DemoStep';
import type { DemoView } from './types/DemoView';
import type { Scene } from './types/Scene';

const EMAIL = 'a••.l•••••••@acme.example';

const STEPS: DemoStep[] = [
	{
		kind: 'call',
		title: 'Call',
		detail: 'GET /api/v1/users/{user}',
		say: 'One call to Okta gives back the whole user.',
		recorded: true
	},
	{
		kind: 'action',
		title: 'Action',
		detail: 'get_user.rhai',
		say: 'The same call as an action.',
		recorded: true
	},
	{
		kind: 'run',
		title: 'Run',
		detail: 'get_user.rhai',
		say: 'The same call is now an action anyone can use.',
		recorded: true
	}
];

const SCRIPT = [
	'fn execute(connection, input) {',
	'    let user = http.get(`/api/v1/users/${input.user}`);',
	'    #{ id: user.id, status: user.status }',
	'}'
];

const ANSWER = ['{', 'id: "00ub0oNGTSWTBKOLGLNR"', 'status: "ACTIVE"', '}'];

const DEEDS: Deed[] = [
	{
		id: 1,
		at_ms: Date.now() - 120_000,
		kind: 'call',
		title: 'GET /api/v1/users/00ub0oNGTSWTBKOLGLNR',
		path: 'requests/users/get_user.toml',
		outcome: '200',
		ok: true,
		why_not: null
	},
	{
		id: 2,
		at_ms: Date.now() - 90_000,
		kind: 'call',
		title: 'GET /api/v1/groups',
		path: null,
		outcome: '200',
		ok: true,
		why_not: 'Save the request, then send it again.'
	},
	{
		id: 3,
		at_ms: Date.now() - 60_000,
		kind: 'run',
		title: 'get_user',
		path: 'actions/get_user.rhai',
		outcome: 'succeeded',
		ok: true,
		why_not: null
	}
];

type Demo = Pick<Backend, 'openDemo' | 'showStep' | 'deeds' | 'makeDemo' | 'saveHandout'>;

export function fakeDemo(): Demo {
	let view: DemoView | null = {
		connector: 'okta',
		title: 'Get an Okta user',
		personal: true,
		recorded: true,
		recorded_at: '2026-11-28T09:00:00Z',
		steps: STEPS
	};
	return {
		openDemo: async () => view,
		showStep: async ({ step, source }) => {
			const known = view?.steps[step];
			if (!known) throw new BackendError({ code: 'usage', message: `the story has no step ${step + 1}` });
			return scene(known, step, source);
		},
		deeds: async () => DEEDS,
		makeDemo: async ({ title, steps, add }) => {
			const made = STEPS.slice(0, steps.length);
			view = { ...(view as DemoView), title, steps: add && view ? [...view.steps, ...made] : made };
			return { file: { connector: 'okta', path: 'demo.toml' }, steps: view.steps.length };
		},
		saveHandout: async () => {}
	};
}

function scene(step: DemoStep, number: number, source: Scene['source']): Scene {
	const url = `/api/v1/users/${EMAIL}`;
	const live = source === 'live';
	const time = live ? 11 : null;
	const isCall = step.kind === 'call';
	const inputs = [{ name: 'user', label: 'User', value: step.kind === 'run' ? EMAIL : '', required: true, open: live }];
	const left = { name: 'x-rate-limit-remaining', value: '587 of 600' };
	return {
		step: number,
		source,
		ok: true,
		outcome: { call: 'returned 200', run: 'succeeded', action: '', words: '' }[step.kind],
		request: isCall
			? { method: 'GET', url, headers: [{ name: 'accept', value: 'application/json' }], lines: [] }
			: null,
		script: isCall
			? null
			: {
					name: 'get_user',
					title: 'Get user',
					from: 12,
					lines: SCRIPT.map((text) => line(text, 'rhai')),
					called: step.kind === 'run' ? [13] : []
				},
		inputs: isCall ? [] : inputs,
		calls: step.kind === 'action' ? [] : [{ method: 'GET', url, status: 200, time_ms: time, headers: [left] }],
		lines: step.kind === 'action' ? [] : ANSWER.map((text, at) => line(text, 'json', at > 0 && at < 3 ? 1 : 0)),
		more: 0,
		error: null,
		time_ms: time
	};
}

function line(text: string, language: string, depth = 0): BodyLine {
	return { text, depth, fold_end: null, spans: spans(text, language), cut: false, hits: [] };
}
