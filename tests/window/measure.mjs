// What a window costs, read from outside of it: no driver takes part. Linux alone has both.

import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readSync, fstatSync } from 'node:fs';
import { join } from 'node:path';

const WIDTH = 1440;
const HEIGHT = 900;
const BYTES_A_PIXEL = 4;
/** Fewer colours are the display's and the page's own background; letters have more, by their soft edges. */
const COLOURS_OF_A_VIEW = 40;
const ROWS_APART = 15;
const GIVE_UP_MS = 30_000;

/**
 * Milliseconds from the start of `program` to the first view on the screen, as the display's own memory shows it. The
 * display runs already; the store in `home` stays as it is.
 */
export async function startToFirstView(program, home) {
	const display = spawn(
		'Xvfb',
		['-displayfd', '3', '-screen', '0', `${WIDTH}x${HEIGHT}x24`, '-fbdir', home, '-nolisten', 'tcp'],
		{ stdio: ['ignore', 'ignore', 'ignore', 'pipe'] }
	);
	const number = await new Promise((found) => display.stdio[3].once('data', (data) => found(String(data).trim())));
	const screen = openSync(join(home, 'Xvfb_screen0'), 'r');
	const env = {
		...process.env,
		DISPLAY: `:${number}`,
		JOINERY_HOME: join(home, 'store'),
		JOINERY_DOCUMENTS: join(home, 'documents'),
		DBUS_SESSION_BUS_ADDRESS: '',
		GDK_BACKEND: 'x11',
		WEBKIT_DISABLE_DMABUF_RENDERER: '1'
	};
	const begun = performance.now();
	const studio = spawn(program, [], { env, stdio: 'ignore', detached: true });
	try {
		while (colours(screen) < COLOURS_OF_A_VIEW) {
			if (performance.now() - begun > GIVE_UP_MS) throw new Error(`no view within ${GIVE_UP_MS / 1000} s`);
			await new Promise((wake) => setTimeout(wake, 4));
		}
		return performance.now() - begun;
	} finally {
		process.kill(-studio.pid, 'SIGKILL');
		closeSync(screen);
		const ended = new Promise((done) => display.once('exit', done));
		display.kill();
		await ended;
	}
}

/** How many colours rows of the screen hold. */
function colours(screen) {
	const row = Buffer.alloc(WIDTH * BYTES_A_PIXEL);
	// The picture is the end of the file, behind a head of X's own.
	const picture = fstatSync(screen).size - row.length * HEIGHT;
	const found = new Set();
	for (let y = 0; y < HEIGHT; y += ROWS_APART) {
		readSync(screen, row, 0, row.length, picture + y * row.length);
		for (let at = 0; at < row.length; at += BYTES_A_PIXEL) found.add(row.readUInt32LE(at) & 0xffffff);
	}
	return found.size;
}

/**
 * Megabytes that the window's processes hold, by name: memory that several share counts once between them (PSS). The
 * window's are those below the program that works on the store in `home`.
 */
export function memory(home) {
	const all = readdirSync('/proc').filter((each) => /^\d+$/.test(each));
	const parents = new Map(all.map((pid) => [pid, parentOf(pid)]));
	const mine = new Set(all.filter((pid) => nameOf(pid).startsWith('joinery') && worksOn(pid, home)));
	for (let more = true; more; ) {
		const found = all.filter((pid) => !mine.has(pid) && mine.has(parents.get(pid)));
		found.forEach((pid) => mine.add(pid));
		more = found.length > 0;
	}
	const held = {};
	for (const pid of mine) held[nameOf(pid)] = (held[nameOf(pid)] ?? 0) + pss(pid);
	return held;
}

function read(pid, file) {
	try {
		return readFileSync(`/proc/${pid}/${file}`, 'utf8');
	} catch {
		// It has ended, or is somebody else's.
		return '';
	}
}

function nameOf(pid) {
	return read(pid, 'comm').trim();
}

function parentOf(pid) {
	return /^PPid:\s+(\d+)/m.exec(read(pid, 'status'))?.[1];
}

function worksOn(pid, home) {
	return read(pid, 'environ').split('\0').includes(`JOINERY_HOME=${join(home, 'store')}`);
}

function pss(pid) {
	return Number(/^Pss:\s+(\d+)/m.exec(read(pid, 'smaps_rollup'))?.[1] ?? 0) / 1024;
}
