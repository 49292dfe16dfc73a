/** What the engine in memory answers about bodies: their lines, what is found, filtered and compared, and past answers. */
import type { Backend } from './index';
import { BackendError } from './error';
import { SANDBOX } from './fake-connections';
import { USER } from './fake-okta';
import { diffLine, fold, pathOf, rawLines, treeLines } from './fake-text';
import type { BodyLine } from './types/BodyLine';
import type { BodySummary } from './types/BodySummary';
import type { DiffLine } from './types/DiffLine';
import type { PastResponse } from './types/PastResponse';

type Bodies = Pick<
	Backend,
	| 'bodyLines'
	| 'bodySummary'
	| 'diffLines'
	| 'bodyText'
	| 'bodyPath'
	| 'bodyPlace'
	| 'bodyValue'
	| 'bodyFolds'
	| 'bodyBytes'
	| 'saveBody'
	| 'openDocumentOutside'
	| 'chooseBodyTarget'
	| 'chooseTarget'
	| 'findInBody'
	| 'forgetFound'
	| 'bodyHit'
	| 'filterBody'
	| 'recentFilters'
	| 'bodyTable'
	| 'sortTable'
	| 'tableRows'
	| 'diffBodies'
	| 'bodyDiffLines'
	| 'closeBody'
	| 'pastSends'
	| 'pastResponse'
	| 'pinSend'
	| 'saveExample'
	| 'saveSchema'
	| 'certificates'
>;

export interface FakeBodies {
	/** Keeps a value as a body under an id. */
	keep: (id: string, value: unknown) => BodySummary;
	/** The lines of every difference. */
	diff: () => DiffLine[];
	/** `sent`: how many sends there were; `answer`: what a past send was answered. */
	answers: (sent: () => number, answer: () => Promise<Pick<PastResponse, 'request' | 'response'>>) => Bodies;
}

export function fakeBodies(): FakeBodies {
	const bodies = new Map<string, { text: string; tree: BodyLine[] }>();
	const found = new Map<string, { text: string; lines: number[] }>();
	const filters: string[] = [];
	const pins = new Set<number>();

	function keep(id: string, value: unknown): BodySummary {
		const text = JSON.stringify(value, null, 2);
		const tree = fold(treeLines(value));
		bodies.set(id, { text, tree });
		return {
			id,
			size: text.length,
			kind: 'json',
			format: 'json',
			content_type: 'application/json',
			raw_lines: text.split('\n').length,
			tree_lines: tree.length,
			pretty_lines: text.split('\n').length,
			hex_lines: Math.ceil(text.length / 16),
			has_table: Array.isArray(value),
			lossy: false,
			complete: true,
			error: null
		};
	}

	function body(id: string) {
		const found = bodies.get(id);
		if (!found) throw new BackendError({ code: 'unavailable', message: 'This body was closed.' });
		return found;
	}

	function diff(): DiffLine[] {
		return fold([
			diffLine('same', '{', 0),
			diffLine('same', 'id: "00ub0oNGTSWTBKOLGLNR"', 1),
			diffLine('same', 'name: "Ada Lovelace"', 1),
			diffLine('changed', 'department: "Finance" → "Engineering"', 1),
			diffLine('added', 'groups: [', 1),
			diffLine('added', '"Everyone"', 2),
			diffLine('added', '"Engineering"', 2),
			diffLine('added', '"Okta administrators"', 2),
			diffLine('added', ']', 1),
			diffLine('same', 'phone: null', 1),
			diffLine('same', '}', 0)
		]);
	}

	const answers: FakeBodies['answers'] = (sent, answer) => ({
		bodyLines: async (id, view, from, count) => {
			const { text, tree } = body(id);
			return { from, lines: (view === 'tree' ? tree : rawLines(text)).slice(from, from + count) };
		},
		bodySummary: async (id) => keep(id, JSON.parse(body(id).text)),
		diffLines: async (_run, from, count) => ({ from, lines: diff().slice(from, from + count) }),
		bodyText: async (id, maxBytes) => body(id).text.slice(0, maxBytes),
		bodyPath: async (id, line) => pathOf(body(id).tree, line),
		bodyPlace: async (id, line) => {
			const path = pathOf(body(id).tree, line);
			if (path === null) return null;
			return {
				json_path: path,
				script_path: path.replace('$', 'response.body'),
				crumbs: [
					{ label: '$', line: 0 },
					{ label: path.replace(/^.*[.[]/, ''), line }
				]
			};
		},
		bodyValue: async (id, line) => body(id).tree[line]?.text ?? null,
		bodyFolds: async () => new Uint32Array(),
		bodyBytes: async (id) => new TextEncoder().encode(body(id).text).buffer,
		saveBody: async () => undefined,
		openDocumentOutside: async () => undefined,
		chooseBodyTarget: async (name) => `/home/ada/${name}`,
		chooseTarget: async (_title, name) => `/home/ada/${name}`,
		findInBody: async ({ body: id, find }) => {
			const wanted = find.text.toLowerCase();
			const lines = body(id).tree.flatMap((line, at) => (line.text.toLowerCase().includes(wanted) ? [at] : []));
			found.set(id, { text: wanted, lines });
			return { count: lines.length, kept: lines.length };
		},
		forgetFound: async (id) => void found.delete(id),
		bodyHit: async (id, _view, number) => {
			const line = found.get(id)?.lines[number];
			if (line === undefined) return null;
			const start = body(id).tree[line]?.text.toLowerCase().indexOf(found.get(id)!.text) ?? 0;
			return { line, start, end: start + found.get(id)!.text.length };
		},
		filterBody: async ({ filter, remember }) => {
			if (!filter.startsWith('$'))
				throw new BackendError({ code: 'input', message: 'a path begins with `$`', column: 1 });
			if (remember) filters.unshift(filter);
			const value = filter === '$.profile' ? USER.profile : USER;
			return { kind: 'json_path', values: 1, body: keep(`filtered-${filter}`, value) };
		},
		recentFilters: async () => [...filters],
		bodyTable: async () => ({ columns: ['id', 'name'], rows: 2 }),
		sortTable: async () => undefined,
		tableRows: async (_body, from) => ({
			from,
			rows: [
				[
					{ text: '1', class: 'number' as const },
					{ text: 'Ada', class: 'string' as const }
				],
				[
					{ text: '2', class: 'number' as const },
					{ text: 'Grace', class: 'string' as const }
				]
			].slice(from)
		}),
		diffBodies: async () => {
			const lines = diff();
			const changes = lines.flatMap((line, at) => (line.mark === 'same' ? [] : [at]));
			return { id: 'diff-1', lines: lines.length, added: 1, removed: 0, changed: 1, changes };
		},
		bodyDiffLines: async (_id, from, count) => ({ from, lines: diff().slice(from, from + count) }),
		closeBody: async (id) => void bodies.delete(id),

		pastSends: async () =>
			Array.from({ length: sent() }, (_, at) => ({
				number: sent() - at,
				sent_ms: Date.now() - at * 60_000,
				method: 'GET',
				url: `${SANDBOX}/api/v1/users/me`,
				status: 200,
				time_ms: 11,
				pinned: pins.has(sent() - at)
			})),
		pastResponse: async (number) => {
			const { request, response } = await answer();
			return { request, response, body: keep(`past-${number}`, USER) };
		},
		pinSend: async (number, pinned) => void (pinned ? pins.add(number) : pins.delete(number)),
		saveExample: async (request, _number, name) => ({
			connector: request.connector,
			path: request.path.replace(/\.toml$/, `.examples/${name}.json`)
		}),
		saveSchema: async (connector, _body, name) => ({ connector, path: `schemas/${name}.json` }),
		certificates: async () => []
	});

	return { keep, diff, answers };
}
