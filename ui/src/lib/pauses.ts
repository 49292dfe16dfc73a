/** Time that a script stood still, apart from the time it ran. */
import type { Pause } from '../backend/types/Pause';
import type { Bar } from '../components/Waterfall.svelte';

/** How wide a pause is drawn, as a share of the whole: it may be a thousand times as long as the run. */
const DRAWN = 0.1;

/** Milliseconds that the script had run at `at`, a time of the clock. */
export function ranAt(at: number, pauses: readonly Pause[]): number {
	const stood = pauses.reduce((sum, { start_ms, time_ms }) => sum + Math.min(time_ms, Math.max(0, at - start_ms)), 0);
	return Math.max(0, at - stood);
}

/** How long it stood still in all. */
export function stoodStill(pauses: readonly Pause[]): number {
	return pauses.reduce((sum, pause) => sum + pause.time_ms, 0);
}

/** Pauses that began from `from` on and before `until`, as bars at the time the script had run; `total` is the whole axis. */
export function pauseBars(pauses: readonly Pause[], from: number, until: number, total: number): Bar[] {
	return pauses
		.filter(({ start_ms }) => start_ms >= from && start_ms < until)
		.map(({ start_ms, time_ms }) => ({
			phase: 'paused',
			from: Math.min(ranAt(start_ms, pauses), total * (1 - DRAWN)),
			length: total * DRAWN,
			lasts: time_ms
		}));
}
