/** What the engine in memory answers about tests: one case of each outcome. */
import type { Backend } from './index';
import type { CaseReport } from './types/CaseReport';
import type { CaseView } from './types/CaseView';
import type { Event } from './types/Event';
import type { TestReport } from './types/TestReport';

type Testing = Pick<Backend, 'listTests' | 'showTest' | 'runTests' | 'saveTestJunit'>;

const SKIPPED = 'waits for a decision';
const WRONG = 'unknown user gives a clear error';

export function fakeTests(tell: (event: Event) => void): Testing {
	/** Whether the wrong case was recorded or accepted anew: it then holds. */
	let mended = false;
	return {
		listTests: async () => [
			listed('get_user', 'finds a user by login', 2, true),
			listed('get_user', WRONG, 8, true),
			listed('new_user_created', SKIPPED, 1, false)
		],
		showTest: async (_connector, test) => ({
			source: `[[case]]\nname = "${test.name}"\ninput = { user = "ada.lovelace@acme.example" }`,
			cassette:
				test.name === SKIPPED
					? null
					: {
							path: 'tests/cassettes/get_user/by_login.json',
							recorded_ms: Date.parse('2026-01-02T09:00:00Z'),
							stale_days: mended ? null : 200,
							exchanges: [
								{
									method: 'GET',
									url: 'https://okta.example/api/v1/users/ada.lovelace@acme.example',
									parallel: false,
									request_headers: [],
									request_body: '',
									status: 200,
									headers: ['content-type: application/json'],
									body: '{\n  "id": "00u1",\n  "status": "ACTIVE"\n}'
								}
							]
						}
		}),
		runTests: async (run) => {
			if (run.mode === 'record' || run.accept) mended = true;
			const all = [passed('finds a user by login'), mended ? passed(WRONG) : failed(), skipped()];
			const wanted = (each: CaseReport) =>
				run.cases.length === 0 || run.cases.some((one) => one.action === each.action && one.name === each.name);
			const cases = all.filter(wanted);
			for (const each of cases) tell({ kind: 'case_tested', id: run.id, case: each, of: cases.length });
			const of = (is: (each: CaseReport) => boolean) => cases.filter(is).length;
			const report: TestReport = {
				passed: of((each) => each.ok && !each.skipped),
				failed: of((each) => !each.ok),
				skipped: of((each) => each.skipped),
				cases,
				coverage: [
					{
						file: 'actions/get_user.rhai',
						lines: [
							{ line: 12, hits: 2 },
							{ line: 13, hits: 0 }
						]
					}
				],
				time_ms: 12
			};
			return report;
		},
		saveTestJunit: async () => undefined
	};
}

function listed(action: string, name: string, line: number, cassette: boolean): CaseView {
	return {
		action,
		name,
		file: `tests/${action}.toml`,
		line,
		last_line: line + 5,
		cassette,
		recorded: cassette,
		snapshot: name === WRONG,
		skip: name === SKIPPED ? 'not decided yet' : null
	};
}

function report(action: string, name: string, more: Partial<CaseReport>): CaseReport {
	return {
		action,
		name,
		ok: true,
		skipped: false,
		message: null,
		failures: [],
		notes: [],
		difference: [],
		console: [],
		file: `tests/${action}.toml`,
		line: 2,
		time_ms: 4,
		...more
	};
}

const passed = (name: string) => report('get_user', name, {});
const skipped = () => report('new_user_created', SKIPPED, { skipped: true, message: 'not decided yet' });

function failed(): CaseReport {
	const line = (mark: 'same' | 'changed', text: string, depth: number) => ({
		mark,
		text,
		depth,
		fold_end: null,
		spans: [],
		cut: false
	});
	return report('get_user', WRONG, {
		ok: false,
		message: 'error.code: expected "http_404", found "http_400"',
		failures: [
			{
				path: 'error.code',
				message: 'expected "http_404", found "http_400"',
				difference: ['- http_404', '+ http_400'],
				line: 8
			},
			{ path: 'snapshot', message: 'the output is not the accepted one', difference: [], line: 0 }
		],
		difference: [line('same', '{', 0), line('changed', 'code: "http_404" → "http_400"', 1), line('same', '}', 0)],
		console: [{ level: 'info', text: 'looked for nobody', file: 'actions/get_user.rhai', line: 15 }]
	});
}
