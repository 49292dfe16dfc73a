/** Flows of an engine in memory: two of them, and runs that stand in every way. */
import type { Backend } from './index';
import type { ConnectorTree } from './types/ConnectorTree';
import type { FlowRun } from './types/FlowRun';
import type { FlowStep } from './types/FlowStep';
import type { FlowTrace } from './types/FlowTrace';
import type { Serving } from './types/Serving';
import { BackendError } from './error';

type Answers = Pick<
	Backend,
	| 'flows'
	| 'flowRuns'
	| 'flowTrace'
	| 'flowSample'
	| 'runFlow'
	| 'goOnFlow'
	| 'serving'
	| 'beginServing'
	| 'stopServing'
>;

const NOW = Date.now();
const EVENT = JSON.stringify(
	{ eventType: 'user.lifecycle.activate', target: [{ alternateId: 'ada@acme.example' }] },
	null,
	2
);

const step = (number: number, action: string, over: Partial<FlowStep> = {}): FlowStep => ({
	number,
	kind: 'run',
	action,
	input: '{\n  "user": "ada@acme.example"\n}',
	key: `8f21-${number}`,
	state: 'done',
	output: '{\n  "id": "00u1"\n}',
	error: null,
	hint: null,
	tries: 1,
	file: 'flows/onboarding.rhai',
	line: 11 + number,
	begun_ms: NOW - 60_000,
	time_ms: 38,
	withheld: [],
	...over
});

const failure = {
	code: 'http_404',
	message: 'Slack has no channel #people',
	hint: 'Make it, or name another.',
	file: 'flows/onboarding.rhai',
	line: 27,
	column: 5,
	stack: [],
	details: null
};

function trace(run: Partial<FlowRun>, steps: FlowStep[], over: Partial<FlowTrace> = {}): FlowTrace {
	const whole: FlowRun = {
		id: '8f21',
		flow: 'onboarding',
		status: 'done',
		created_ms: NOW - 60_000,
		updated_ms: NOW - 50_000,
		due_ms: null,
		error: null,
		...run
	};
	return { run: whole, event: EVENT, steps, error: null, output: null, console: [], ...over };
}

/** The scripts of flows, as a workspace lists them. */
export const FLOWS: ConnectorTree = {
	folder: '.',
	id: 'flows',
	title: 'Flows',
	version: '',
	groups: [
		{
			kind: 'flow',
			label: 'Flows',
			entries: ['access_approval', 'onboarding'].map((label) => ({
				label,
				path: `flows/${label}.rhai`,
				method: null,
				children: null
			}))
		}
	],
	error: null
};

/** What stands in them. */
export const FLOW_FILES: Record<string, string> = Object.fromEntries(
	['access_approval', 'onboarding'].map((name) => [
		`flows/${name}.rhai`,
		`//! ${name}\n\nfn trigger() { #{ connector: "okta", trigger: "user_activated" } }\n\nfn handle(event) { run("okta.get_user", #{ user: event.id }); }\n`
	])
);

export function fakeFlows(): Answers {
	let serving: Serving | null = null;
	let made = 0;
	const slack = step(3, 'slack.post_message', {
		state: 'failed',
		output: '',
		tries: 3,
		error: failure.message,
		hint: failure.hint
	});
	const traces: FlowTrace[] = [
		trace({ id: 'a001', status: 'asking', flow: 'access_approval', due_ms: NOW + 86_400_000 }, [
			step(1, 'slack.get_user', { file: 'flows/access_approval.rhai' }),
			step(2, 'slack.post_approval', {
				kind: 'wait_for_approval',
				state: 'asked',
				output: '',
				time_ms: null,
				file: 'flows/access_approval.rhai'
			})
		]),
		trace(
			{ id: 'b002', status: 'failed', error: failure.message },
			[step(1, 'okta.get_user'), step(2, 'box.create_folder'), slack],
			{
				error: failure
			}
		),
		trace({ id: 'c003', status: 'in_doubt', error: 'it is not known whether step 1 was done' }, [
			step(1, 'box.create_folder', { state: 'begun', output: '', time_ms: null })
		]),
		trace({ id: 'd004' }, [step(1, 'okta.get_user'), step(2, 'box.create_folder')], {
			console: [{ level: 'info', text: 'Welcome Ada', file: 'flows/onboarding.rhai', line: 30 }]
		})
	];

	function find(id: string): FlowTrace {
		const found = traces.find((each) => each.run.id === id);
		if (!found) throw new BackendError({ code: 'usage', message: `no run \`${id}\`` });
		return found;
	}

	function put(next: FlowTrace): FlowTrace {
		const at = traces.findIndex((each) => each.run.id === next.run.id);
		const stamped = { ...next, run: { ...next.run, updated_ms: Date.now() } };
		if (at === -1) traces.unshift(stamped);
		else traces[at] = stamped;
		return stamped;
	}

	return {
		flows: async () => [
			{
				name: 'access_approval',
				path: 'flows/access_approval.rhai',
				title: 'Access approval',
				description: 'Somebody else says yes or no with a button.',
				started_by: 'slack.slash_command',
				connection: null,
				error: null
			},
			{
				name: 'onboarding',
				path: 'flows/onboarding.rhai',
				title: 'Onboarding',
				description: 'Who is activated in Okta gets a folder and is welcomed.',
				started_by: 'okta.user_activated',
				connection: 'acme',
				error: null
			}
		],
		flowRuns: async () => traces.map((each) => each.run),
		flowTrace: async (id) => find(id),
		flowSample: async (flow) => {
			if (flow === 'access_approval') {
				throw new BackendError({
					code: 'usage',
					message: 'triggers/slash_command.rhai has no sample_output',
					hint: 'Give the event.'
				});
			}
			return EVENT;
		},
		runFlow: async (run) => {
			try {
				JSON.parse(run.event);
			} catch {
				throw new BackendError({ code: 'input', message: 'the event is no JSON', hint: 'Take the sample.' });
			}
			const steps = [step(1, 'okta.get_user')];
			if (run.dry) {
				const withheld = [{ method: 'POST', url: 'https://api.box.com/2.0/folders', body: '{"name":"Finance"}' }];
				return trace({ id: null, flow: run.flow }, [...steps, step(2, 'box.create_folder', { withheld })]);
			}
			return put(trace({ id: `e${++made}`, flow: run.flow, created_ms: Date.now() }, steps, { output: '"welcomed"' }));
		},
		goOnFlow: async ({ run, how }) => {
			const before = find(run);
			if (how.kind === 'answer' && before.run.status !== 'asking') {
				throw new BackendError({ code: 'usage', message: `nothing waits for \`${how.approval}\`` });
			}
			const output = how.kind === 'answer' ? JSON.stringify({ approved: how.approved, by: how.by }) : '{}';
			const steps = before.steps.map((each) =>
				each.state === 'done' ? each : { ...each, state: 'done', output, error: null }
			);
			return put({ ...before, steps, error: null, run: { ...before.run, status: 'done', error: null, due_ms: null } });
		},
		serving: async () => serving,
		beginServing: async (every, sandbox) => {
			const lines = [{ at_ms: Date.now(), flow: 'onboarding', text: '1 new event', bad: false }];
			serving = { on: true, since_ms: Date.now(), every, sandbox, failure: null, lines };
			return serving;
		},
		stopServing: async () => {
			if (serving) serving = { ...serving, on: false };
		}
	};
}
