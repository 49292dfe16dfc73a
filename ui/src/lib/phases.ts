/** The phases of an exchange as bars of a waterfall. */
import type { Timing } from '../backend/types/Timing';
import type { Bar, Phase } from '../components/Waterfall.svelte';

/** One bar a phase that happened, beginning at `from` milliseconds. */
export function barsOf(timing: Timing, from: number): Bar[] {
	const phases: [Phase, number | null][] = [
		['dns', timing.dns_ms],
		['tcp', timing.connect_ms],
		['tls', timing.tls_ms],
		['wait', timing.wait_ms],
		['download', timing.download_ms]
	];
	const bars: Bar[] = [];
	let at = from;
	for (const [phase, length] of phases) {
		if (length === null) continue;
		bars.push({ phase, from: at, length });
		at += length;
	}
	return bars;
}
