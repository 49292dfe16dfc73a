/**
 * A debug adapter with a script of its own: `get_user` as it goes through its lines and those of `paging::all`. It knows
 * breakpoints, conditions that say `false`, steps, values of three levels, and a restart.
 */
import type { Backend } from './index';
import { call } from './fake-okta';

type Debugging = Pick<Backend, 'startDebugAdapter' | 'debugMessage'>;

interface Request {
	seq: number;
	command: string;
	arguments: Record<string, never> & {
		breakpoints?: { line: number; condition?: string; name?: string }[];
		filters?: string[];
		source?: { path: string };
		variablesReference?: number;
		start?: number;
		count?: number;
		expression?: string;
		context?: string;
		name?: string;
		value?: string;
		frameId?: number;
	};
}

interface Value {
	name: string;
	value: string;
	type: string;
	variablesReference: number;
	indexedVariables?: number;
	evaluateName?: string;
}

const GET_USER = 'actions/get_user.rhai';
const PAGING = 'methods/paging.rhai';
/** The statements, in the order in which they are done; in `paging` the caller waits at line 19. */
const WAY = [
	{ file: GET_USER, line: 14 },
	{ file: GET_USER, line: 15 },
	{ file: GET_USER, line: 17 },
	{ file: GET_USER, line: 18 },
	{ file: PAGING, line: 4 },
	{ file: PAGING, line: 5 },
	{ file: PAGING, line: 11 },
	{ file: GET_USER, line: 19 },
	{ file: GET_USER, line: 22 }
];
const USER = 10;
const PROFILE = 11;
const ITEMS = 12;
const ITEMS_AT = 250;

export function fakeDebugging(workspace: string): Debugging {
	let say: (message: unknown) => void = () => undefined;
	let seq = 0;
	let lines = new Map<string, number[]>();
	let functions: string[] = [];
	let at = -1;
	let login = '"ada.lovelace@acme.example"';
	let stops: number[] = [];

	const root = `${workspace}/okta`;
	const send = (message: Record<string, unknown>) => say({ ...message, seq: ++seq });
	const event = (name: string, body: unknown = {}) => send({ type: 'event', event: name, body });

	/** Goes on to the first statement at which `stands` says so, or to the end. */
	function goOn(reason: string, stands: (index: number) => boolean): void {
		for (at++; at < WAY.length; at++) {
			const { file, line } = WAY[at]!;
			const hit = lines.get(file)?.includes(line) ?? false;
			const entered = file === PAGING && line === 4 && functions.includes('all');
			if (!hit && !entered && !stands(at)) continue;
			stops.push(at);
			event('stopped', {
				reason: hit ? 'breakpoint' : entered ? 'function breakpoint' : reason,
				threadId: 1,
				hitBreakpointIds: hit ? [line] : []
			});
			return;
		}
		at = WAY.length;
		event('output', { category: 'console', output: 'Ran for 3 ms; stood still for 20 ms.\n' });
		event('terminated');
	}

	const never = () => false;
	const isIn = (file: string) => WAY[at]?.file === file;

	function frames() {
		const here = WAY[at]!;
		const source = (file: string) => ({ name: file.split('/').at(-1), path: `${root}/${file}` });
		const top = {
			id: 1,
			name: isIn(PAGING) ? 'all' : 'execute',
			source: source(here.file),
			line: here.line,
			column: 5
		};
		if (!isIn(PAGING)) return [top];
		return [top, { id: 2, name: 'execute', source: source(GET_USER), line: 18, column: 9 }];
	}

	function text(name: string, value: string, more: Partial<Value> = {}): Value {
		return { name, value, type: 'text', variablesReference: 0, evaluateName: name, ...more };
	}

	function variables(reference: number, start: number, count: number): Value[] {
		if (reference === USER)
			return [
				text('id', '"00ub0oNGTSWTBKOLGLNR"'),
				text('profile', '#{ login: … }', { type: 'map', variablesReference: PROFILE })
			];
		if (reference === PROFILE) return [text('login', login, { evaluateName: 'user["profile"]["login"]' })];
		if (reference === ITEMS) {
			const length = Math.min(count, ITEMS_AT - start);
			return Array.from({ length }, (_, index) => text(String(start + index), `"group ${start + index}"`));
		}
		if (reference === 101 && isIn(PAGING)) {
			const items = { type: 'list', variablesReference: ITEMS, indexedVariables: ITEMS_AT };
			return [text('path', '"/api/v1/users/00ub0o/groups"'), text('items', '["group 0", … 250 in all]', items)];
		}
		const known = [text('input', '#{ user: "ada.lovelace@acme.example" }', { type: 'map' })];
		if (at > 0) known.push(text('user', '#{ id: "00ub…", profile: #{…} }', { type: 'map', variablesReference: USER }));
		known.push(text('token', '••••••••', { type: 'secret' }));
		return known;
	}

	function trace() {
		const over = at >= WAY.length;
		const calls = at > 0 ? [call('/api/v1/users/ada.lovelace%40acme.example', 2, 11, 589, 14)] : [];
		const pauses = stops.map((_, index) => ({ start_ms: 13 + index * 30, time_ms: 20 }));
		const report = {
			number: 0,
			action: 'get_user',
			ok: true,
			output: null,
			error: null,
			calls,
			console: [],
			warnings: [],
			input: {},
			time_ms: 60,
			compile_ms: 1,
			saved: null
		};
		return { calls, console: [], pauses, time_ms: 60, report: over ? report : null };
	}

	function begin(): void {
		at = -1;
		stops = [];
		login = '"ada.lovelace@acme.example"';
		goOn('entry', never);
	}

	function answer({ command, arguments: given }: Request): { body?: unknown; why?: string; then?: () => void } {
		switch (command) {
			case 'launch':
				return { then: () => event('initialized') };
			case 'setBreakpoints': {
				const file = given.source!.path.slice(root.length + 1);
				const told = given.breakpoints!.map(({ line, condition }) => {
					const bound = WAY.map((each) => (each.file === file ? each.line : Infinity)).filter((each) => each >= line);
					const to = Math.min(...bound);
					if (to === Infinity) return { verified: false, message: 'no statement begins at this line or after it' };
					return { id: to, verified: true, line: to, stops: condition !== 'false' };
				});
				lines.set(
					file,
					told.flatMap((each) => (each.verified && each.stops ? [each.line!] : []))
				);
				return { body: { breakpoints: told } };
			}
			case 'setFunctionBreakpoints': {
				functions = given.breakpoints!.map((each) => each.name!);
				const known = functions.map((name) => name === 'all');
				const told = known.map((verified) => (verified ? { verified } : { verified, message: 'no such function' }));
				return { body: { breakpoints: told } };
			}
			case 'configurationDone':
			case 'restart':
				return { then: begin };
			case 'stackTrace':
				return { body: { stackFrames: frames(), totalFrames: frames().length } };
			case 'scopes':
				return { body: { scopes: [{ name: 'Variables', variablesReference: 100 + given.frameId! }] } };
			case 'variables':
				return { body: { variables: variables(given.variablesReference!, given.start ?? 0, given.count ?? 1000) } };
			case 'setVariable':
				login = given.value!;
				return { body: { value: login, type: 'text', variablesReference: 0 } };
			case 'evaluate':
				if (given.expression === 'nobody') return { why: 'Variable not found: nobody' };
				return {
					body: { result: given.expression === 'items.len()' ? '250' : login, type: 'text', variablesReference: 0 }
				};
			case 'exceptionInfo':
				return { why: 'the script did not stop for an error' };
			case 'continue':
				return { then: () => goOn('breakpoint', never) };
			case 'next': {
				const file = WAY[at]?.file;
				return { then: () => goOn('step', (index) => file === PAGING || WAY[index]!.file === GET_USER) };
			}
			case 'stepIn':
				return { then: () => goOn('step', () => true) };
			case 'stepOut':
				return { then: () => goOn('step', (index) => isIn(GET_USER) && WAY[index]!.line > 18) };
			case 'terminate':
				return {
					then: () => {
						at = WAY.length;
						event('terminated');
					}
				};
			case 'runTrace':
				return { body: trace() };
			default:
				return {};
		}
	}

	return {
		startDebugAdapter: async (heard) => {
			say = heard;
			lines = new Map();
			functions = [];
		},
		debugMessage: async (json) => {
			const message = JSON.parse(json) as Request;
			const { body, why, then } = answer(message);
			send({
				type: 'response',
				request_seq: message.seq,
				command: message.command,
				success: why === undefined,
				message: why,
				body
			});
			then?.();
		}
	};
}
