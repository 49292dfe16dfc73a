/** What checks and runs say, as marks in the text. */
import type { Action, Diagnostic } from '@codemirror/lint';
import type { Text } from '@codemirror/state';
import type { CallReport } from '../../backend/types/CallReport';
import type { Problem } from '../../backend/types/Problem';
import type { RunReport } from '../../backend/types/RunReport';
import type { LineNote } from '../../lib/editor/line-notes';
import { duration } from '../../lib/format';

/** The offset of a column that counts Unicode scalar values from 1. */
export function offsetOf(line: string, column: number): number {
	let offset = 0;
	for (let at = 1; at < column && offset < line.length; at++) offset += line.codePointAt(offset)! > 0xffff ? 2 : 1;
	return offset;
}

export function diagnosticsOf(
	problems: readonly Problem[],
	doc: Text,
	actions?: (problem: Problem) => Action[]
): Diagnostic[] {
	return problems
		.filter((each) => each.line >= 1 && each.line <= doc.lines)
		.map((each) => {
			const line = doc.line(each.line);
			const indent = /^\s*/.exec(line.text)?.[0].length ?? 0;
			const from = each.column >= 1 ? offsetOf(line.text, each.column) : indent;
			const word = /^[\w$]+/.exec(line.text.slice(from))?.[0].length ?? 1;
			const whole = each.column >= 1 ? from + word : line.length;
			const to = each.end_column === null ? whole : offsetOf(line.text, each.end_column);
			return {
				from: line.from + from,
				to: Math.min(line.to, line.from + Math.max(to, from)),
				severity: each.severity,
				message: each.hint ? `${each.message}\n${each.hint}` : each.message,
				actions: actions?.(each) ?? []
			};
		});
}

/** One note a line: the worst finding, and how many more there are. */
export function checkNotesOf(problems: readonly Problem[]): LineNote[] {
	const byLine = groupBy(problems, (problem) => Math.max(1, problem.line));
	return [...byLine].map(([line, found]) => {
		const worst = found.find((each) => each.severity === 'error') ?? found[0]!;
		const more = found.length > 1 ? ` (and ${found.length - 1} more)` : '';
		return { line, kind: worst.severity, text: `${worst.message}${more}` };
	});
}

/** What a check already says on the line is not said twice: the line is only marked. */
export function runNotesOf(report: RunReport, path: string, problems: readonly Problem[]): LineNote[] {
	const calls = report.calls.filter((call) => call.place.file === path);
	const byLine = groupBy(calls, (call) => call.place.line);
	const notes: LineNote[] = [...byLine].map(([line, made]) => ({ line, kind: 'call', ...answered(made) }));
	const { error } = report;
	if (error?.file === path && error.line >= 1) {
		const known = problems.some((each) => each.line === error.line && each.message === error.message);
		const text = known ? '' : error.message.split('\n', 1)[0]!;
		notes.push({ line: error.line, kind: 'error', text, failed: true });
	}
	return notes;
}

/** `Map.groupBy`, which Safari 16 does not have. */
function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
	const groups = new Map<K, T[]>();
	for (const item of items) {
		const key = keyOf(item);
		groups.set(key, [...(groups.get(key) ?? []), item]);
	}
	return groups;
}

/** `200` and `11 ms`; `2 × 200` and `19 ms`. */
function answered(calls: readonly CallReport[]): { lead: string; ok: boolean; text: string } {
	const byStatus = groupBy(calls, (call) => (call.status === null ? 'no answer' : String(call.status)));
	const lead = [...byStatus].map(([status, made]) => (made.length === 1 ? status : `${made.length} × ${status}`));
	const time = calls.reduce((sum, call) => sum + call.time_ms, 0);
	const ok = calls.every((call) => call.status !== null && call.status < 400);
	return { lead: lead.join(', '), ok, text: duration(time) };
}
