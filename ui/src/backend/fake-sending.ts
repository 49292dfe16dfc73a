/** What the engine in memory answers about load runs, runs of several requests, and cookies. */
import type { Backend } from './index';
import type { Cookie } from './types/Cookie';
import type { CookieKey } from './types/CookieKey';
import type { Event } from './types/Event';
import type { Load } from './types/Load';
import type { Pair } from './types/Pair';
import type { RequestRow } from './types/RequestRow';

type Sending = Pick<
	Backend,
	| 'loadRequest'
	| 'runRequests'
	| 'saveJunit'
	| 'requestHints'
	| 'literalSecrets'
	| 'secretName'
	| 'keepSecret'
	| 'setSecret'
	| 'cookies'
	| 'saveCookie'
	| 'removeCookie'
	| 'clearCookies'
>;

/** The credential that a header has written out. */
const written = (row: Pair) =>
	row.name === 'Authorization' && !row.value.includes('{{') ? (/\S+$/.exec(row.value)?.[0] ?? null) : null;

const same = (cookie: Cookie, key: CookieKey) =>
	cookie.domain === key.domain && cookie.path === key.path && cookie.name === key.name;

/** `tell` takes what happens on the way; `names` gives the requests below a path. */
export function fakeSending(tell: (event: Event) => void, names: (path: string) => string[]): Sending {
	let cookies: Cookie[] = [
		{
			domain: '127.0.0.1',
			subdomains: false,
			path: '/',
			name: 'sid',
			value: '102Qx',
			expires: null,
			secure: false,
			http_only: true
		}
	];
	return {
		loadRequest: async ({ send, plan }) => {
			const half = Math.floor(plan.times / 2);
			tell({ kind: 'load_progress', id: send.id, load: figures(half, plan.times) });
			const load = figures(plan.times, plan.times);
			tell({ kind: 'load_progress', id: send.id, load });
			return load;
		},
		runRequests: async (run) => {
			const requests = run.paths.flatMap(names);
			const rounds = run.data === null ? [null] : [1, 2];
			const rows = rounds.flatMap((round) => requests.map((request) => row(round, request)));
			for (const each of rows) tell({ kind: 'row_sent', id: run.id, row: each, of: rows.length });
			const failed = rows.filter((each) => !each.ok).length;
			return { rows, passed: rows.length - failed, failed, skipped: 0, time_ms: 11 * rows.length };
		},
		saveJunit: async () => undefined,
		requestHints: async () => [],
		literalSecrets: async (request) =>
			request.headers
				.filter((row) => written(row) !== null)
				.map((row) => ({ part: 'headers', name: row.name.toLowerCase() })),
		secretName: async ({ shown, at }) => {
			const row = shown.request.headers.filter((each) => written(each) !== null)[at];
			return row?.name.toLowerCase() ?? 'secret';
		},
		keepSecret: async ({ shown, at, name }) => {
			const row = shown.request.headers.filter((each) => written(each) !== null)[at];
			const variable = name ?? 'secret';
			const value = (each: Pair) => each.value.replace(written(each) ?? '', `{{${variable}}}`);
			const headers = shown.request.headers.map((each) => (each === row ? { ...each, value: value(each) } : each));
			return { request: { ...shown.request, headers }, name: variable };
		},
		setSecret: async () => undefined,
		cookies: async () => structuredClone(cookies),
		saveCookie: async (_connector, _connection, was, cookie) => {
			cookies = cookies.filter((each) => !same(each, cookie) && !(was && same(each, was)));
			cookies.push(structuredClone(cookie));
		},
		removeCookie: async (_connector, _connection, key) => {
			cookies = cookies.filter((each) => !same(each, key));
		},
		clearCookies: async () => {
			cookies = [];
		}
	};
}

function figures(times: number, of: number): Load {
	return {
		times,
		of,
		failed: 0,
		time_ms: times * 2.5,
		per_second: 400,
		min_ms: 4,
		median_ms: 9,
		p90_ms: 12,
		p95_ms: 14,
		p99_ms: 21,
		max_ms: 38,
		statuses: [{ status: 200, count: times }],
		errors: []
	};
}

function row(round: number | null, request: string): RequestRow {
	return {
		row: round,
		request,
		name: request.replace(/^.*\/|\.toml$/g, ''),
		method: 'GET',
		url: 'http://127.0.0.1:41730/api/v1/users',
		status: 200,
		time_ms: 11,
		ok: true,
		failures: [],
		assertions: [],
		captures: [],
		number: null
	};
}
