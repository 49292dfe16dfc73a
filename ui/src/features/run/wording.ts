/** Runs in words. */
import type { Pause } from '../../backend/types/Pause';
import type { RunReport } from '../../backend/types/RunReport';
import type { WaitingAction } from '../../backend/types/WaitingAction';
import { count, duration } from '../../lib/format';
import { stoodStill } from '../../lib/pauses';

export interface Change {
	text: string;
	tone: 'ok' | 'warn' | 'bad';
}

/** What changed since the run before. */
export function changes(output: { added: number; removed: number; changed: number }): Change[] {
	const list: Change[] = [];
	if (output.added > 0) list.push({ text: `${output.added} added`, tone: 'ok' });
	if (output.removed > 0) list.push({ text: `${output.removed} removed`, tone: 'bad' });
	if (output.changed > 0) list.push({ text: `${output.changed} changed`, tone: 'warn' });
	return list;
}

/** `get_user succeeded, 38 ms, 1 added, 1 changed` */
export function summary(report: RunReport, pauses: readonly Pause[] = []): string {
	const ran = Math.max(0, report.time_ms - stoodStill(pauses));
	const parts = [`${report.action} ${report.ok ? 'succeeded' : 'failed'}`, duration(ran)];
	if (report.output) parts.push(...changes(report.output).map((each) => each.text));
	else if (report.error) parts.push(report.error.message);
	return parts.join(', ');
}

/** `run 14, 38 ms, 3 calls`; of a run that was debugged, which has no number, `38 ms running, 4.2 s paused, 3 calls`. */
export function headline(report: RunReport, pauses: readonly Pause[] = []): string {
	const calls = count(report.calls.length, 'call');
	if (report.number > 0) return `run ${report.number}, ${duration(report.time_ms)}, ${calls}`;
	const stood = stoodStill(pauses);
	return `${duration(Math.max(0, report.time_ms - stood))} running, ${duration(stood)} paused, ${calls}`;
}

/** A file's name without folder and extension. */
export function stem(path: string): string {
	return path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]+$/, '');
}

/** `due in 5 minutes, on prod`: when a run that waits means to go on, and where. */
export function due(waiting: WaitingAction, now: number): string {
	const seconds = Math.ceil((waiting.due_ms - now) / 1000);
	const when =
		seconds <= 0
			? 'due now'
			: seconds < 120
				? `due in ${count(seconds, 'second')}`
				: seconds < 7200
					? `due in ${count(Math.round(seconds / 60), 'minute')}`
					: `due in ${count(Math.round(seconds / 3600), 'hour')}`;
	return waiting.connection === null ? when : `${when}, on ${waiting.connection}`;
}
