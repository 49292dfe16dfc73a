/** Numbers as people read them. */

/** `38 ms`, `1.24 s`, `2 min 5 s`. */
export function duration(ms: number): string {
	if (ms < 1) return '<1 ms';
	if (ms < 1000) return `${Math.round(ms)} ms`;
	if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
	const seconds = Math.round(ms / 1000);
	return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `840 B`, `1.9 kB`, `45.8 kB`, `2.1 MB`; thousands, as disks count. */
export function size(bytes: number): string {
	const units = ['B', 'kB', 'MB', 'GB'];
	let value = bytes;
	let unit = 0;
	while (value >= 999.5 && unit < units.length - 1) {
		value /= 1000;
		unit++;
	}
	return `${unit === 0 ? value : value.toFixed(value < 100 ? 1 : 0)} ${units[unit]}`;
}

/** `1 file`, `3 files`. */
export function count(number: number, one: string, many = `${one}s`): string {
	return `${number} ${number === 1 ? one : many}`;
}

const DAY_MS = 86_400_000;

/** `just now`, `12 minutes ago`, `yesterday`, `14 November`. */
export function ago(thenMs: number, nowMs = Date.now()): string {
	const minutes = Math.floor((nowMs - thenMs) / 60_000);
	if (minutes < 1) return 'just now';
	if (minutes < 60) return `${count(minutes, 'minute')} ago`;
	const midnight = new Date(nowMs).setHours(0, 0, 0, 0);
	if (thenMs >= midnight) return `${count(Math.floor(minutes / 60), 'hour')} ago`;
	if (thenMs >= midnight - DAY_MS) return 'yesterday';
	const then = new Date(thenMs);
	const year = then.getFullYear() === new Date(nowMs).getFullYear() ? undefined : 'numeric';
	return then.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year });
}

/** The last part of a path. */
export function baseName(path: string): string {
	return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
}

/** `text` as one word of a shell command. */
export function shellWord(text: string): string {
	return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The engine's words as a sentence on screen. What starts with a name, such as `get_user: …` or a path, stays as it is. */
export function sentence(text: string): string {
	return /^[a-z]+(['’]s)?( |$)/.test(text) ? text[0]?.toUpperCase() + text.slice(1) : text;
}
