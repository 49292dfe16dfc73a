/** What the debugger says, in words. */
import type { DebugTrace } from '../../backend/types/DebugTrace';
import type { Stopped } from './protocol';

const REASONS: Record<string, string> = {
	entry: 'Paused at the beginning',
	step: 'Paused after a step',
	pause: 'Paused',
	breakpoint: 'Paused on breakpoint',
	'function breakpoint': 'Paused on a function',
	exception: 'Paused on an error'
};

/** Why a script stands still. */
export function reasonOf({ reason }: Stopped): string {
	return REASONS[reason] ?? 'Paused';
}

/** How long a run has run and how long it has stood still, `still` milliseconds after it was last looked at. */
export function timesOf(trace: DebugTrace | null, still: number): { ran: number; paused: number } {
	if (!trace) return { ran: 0, paused: still };
	const paused = trace.pauses.reduce((sum, pause) => sum + pause.time_ms, 0);
	return { ran: Math.max(0, trace.time_ms - paused), paused: paused + still };
}
