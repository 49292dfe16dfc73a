/** Times and paths as the lists of version history say them. */

/** `14:02:31` of today, else with the day before it. */
export function clock(ms: number, now = Date.now()): string {
	const then = new Date(ms);
	const time = then.toLocaleTimeString('en-GB');
	if (then.toDateString() === new Date(now).toDateString()) return time;
	const year = then.getFullYear() === new Date(now).getFullYear() ? undefined : 'numeric';
	return `${then.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year })}, ${time}`;
}

/** A path as its name, and the folder it lies in. */
export function parts(path: string): { name: string; folder: string } {
	const at = path.lastIndexOf('/');
	return { name: path.slice(at + 1), folder: at < 0 ? '' : path.slice(0, at) };
}
