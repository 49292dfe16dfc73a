// A WebDriver client for the studio's real window: Xvfb, WebKitWebDriver, and what a test does with them.
// W3C WebDriver (https://www.w3.org/TR/webdriver2/); nothing but Node's own modules, and axe in the page.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const axe = join(root, 'ui', 'node_modules', 'axe-core', 'axe.min.js');
const pictures = join(root, 'test-results', 'window');
/** The window's program under test. */
export const binary = process.env.JOINERY_STUDIO ?? join(root, 'target', 'debug', 'joinery-studio');

/** The command line under test. */
export const commandLine = process.env.JOINERY_CLI ?? join(root, 'target', 'debug', 'joinery');

/** What the command line prints when it works on the same store as the window. */
export function joinery(studio, args) {
	const env = { ...process.env, JOINERY_HOME: join(studio.home, 'store'), NO_COLOR: '1', DBUS_SESSION_BUS_ADDRESS: '' };
	return execFileSync(commandLine, args, { env, encoding: 'utf8' });
}

/** Starts the studio's program once more on the window's store; it hands `args` to the window and ends. */
export function startAgain(studio, args, cwd = studio.home) {
	// Without a display: it has to end before it would need one.
	const env = { ...process.env, JOINERY_HOME: join(studio.home, 'store'), DISPLAY: '', WAYLAND_DISPLAY: '' };
	execFileSync(binary, args, { env, cwd, timeout: ANSWER_WITHIN });
}

/** WebDriver's code points for keys that are not characters. */
export const Key = {
	Enter: '\uE007',
	Escape: '\uE00C',
	Tab: '\uE004',
	Control: '\uE009',
	Shift: '\uE008',
	Alt: '\uE00A',
	Backspace: '\uE003',
	Delete: '\uE017',
	Home: '\uE011',
	End: '\uE010',
	ArrowDown: '\uE015',
	ArrowUp: '\uE013',
	ArrowRight: '\uE014',
	ArrowLeft: '\uE012',
	F1: '\uE031',
	F2: '\uE032',
	F4: '\uE034',
	F5: '\uE035',
	F6: '\uE036',
	F8: '\uE038',
	F9: '\uE039',
	F10: '\uE03A',
	F11: '\uE03B',
	F12: '\uE03C'
};

// A command whose answer is lost while the page is still loading is never answered: the window is then opened anew.
const ATTEMPTS = 3;
const ANSWER_WITHIN = 20_000;

/** A task longer than this is felt. */
export const LONG_MS = 50;

// WebKit tells nothing of long tasks: a timer that comes late tells how long the thread was busy. It counts layout and
// drawing, and what other programs take of the machine.
const WATCH = `
	if (window.tasks === undefined) {
		window.tasks = [];
		const TICK_MS = 4;
		let last = performance.now();
		setInterval(() => {
			const now = performance.now();
			if (now - last > 3 * TICK_MS) window.tasks.push(now - last - TICK_MS);
			last = now;
		}, TICK_MS);
	}`;

/** Tasks of the page's thread that were seen in this file's windows; printed at its end, and never a failure. */
const seen = { windows: 0, longest: 0, long: 0 };
process.on('exit', () => {
	const { windows, longest, long } = seen;
	if (windows > 0) console.log(`longest task: ${Math.round(longest)} ms, ${long} over ${LONG_MS} ms in ${windows} windows`);
});

/**
 * Opens the studio on a store and a documents folder of its own, runs `test` with the window, and closes it.
 * `browser` is the program that stands for the system's browser; `store` is the store's folder, in the test's own.
 */
export async function withStudio(test, { width = 1440, height = 900, browser = '', store = 'store' } = {}) {
	const home = mkdtempSync(join(tmpdir(), 'joinery-window-'));
	let studio;
	try {
		studio = await Studio.open(home, { width, height, browser, store });
		await test(studio);
	} catch (error) {
		const seen = await studio?.run(SEEN).catch(() => null);
		await studio?.picture('failed').catch(() => {});
		throw seen ? new Error(`${error.message}\non the page: ${seen}`, { cause: error }) : error;
	} finally {
		await studio?.close();
		rmSync(home, { recursive: true, force: true });
	}
}

/** What stands in the way or in hand when a test fails: a picture does not come along with a log. */
const SEEN = `
	const dialogs = [...document.querySelectorAll('[role=dialog], [role=alertdialog], [role=alert]')].map((each) => each.innerText.slice(0, 800));
	const { tagName, ariaLabel, textContent } = document.activeElement ?? document.body;
	return JSON.stringify({ focus: [tagName, ariaLabel, textContent.slice(0, 80)], hasFocus: document.hasFocus(), dialogs });
`;

/** The window under test. */
export class Studio {
	#session;
	#stop;
	#size;
	/** The folder that holds this window's store and documents. */
	home;

	constructor(session, home, size, stop) {
		this.#session = session;
		this.#size = size;
		this.#stop = stop;
		this.home = home;
	}

	/** A display, a driver and the studio's window, drawn. */
	static async open(home, size, attempt = 1) {
		const { driver, stop } = await startDriver(home, size);
		try {
			const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': { binary, args: size.args ?? [] } } };
			const { sessionId } = await until('the driver listens', () => call('POST', `${driver}/session`, { capabilities }));
			const studio = new Studio(`${driver}/session/${sessionId}`, home, size, stop);
			// Without a window manager the window keeps the size it asks for, however small the display.
			const { width, height } = size;
			await call('POST', `${driver}/session/${sessionId}/window/rect`, { x: 0, y: 0, width, height });
			await studio.until('the page is drawn', 'return document.querySelector("#app")?.childElementCount > 0');
			await studio.run(WATCH);
			seen.windows++;
			return studio;
		} catch (error) {
			stop();
			if (attempt === ATTEMPTS) throw error;
			return Studio.open(home, size, attempt + 1);
		}
	}

	/** How long the page's thread was busy in one go, since this was asked last: in milliseconds, above a few of them. */
	async tasks() {
		const tasks = await this.run('return (window.tasks ?? []).splice(0)');
		seen.longest = Math.max(seen.longest, ...tasks);
		seen.long += tasks.filter((each) => each > LONG_MS).length;
		return tasks;
	}

	async close() {
		await this.tasks().catch(() => {});
		await call('DELETE', this.#session).catch(() => {});
		this.#stop();
	}

	/** Closes the window and opens it again on the same store, with `args` on its command line. */
	async restart(args = []) {
		await this.close();
		const again = await Studio.open(this.home, { ...this.#size, args });
		this.#session = again.#session;
		this.#stop = again.#stop;
	}

	/** Ends the window's process at once, as a crash would, and opens it again on the same store. */
	async crash() {
		this.#stop();
		const again = await Studio.open(this.home, this.#size);
		this.#session = again.#session;
		this.#stop = again.#stop;
	}

	/** The value of a piece of JavaScript that says `return`. */
	run(script, ...args) {
		return call('POST', `${this.#session}/execute/sync`, { script, args });
	}

	/** Waits until a piece of JavaScript returns something true, and gives that. */
	until(what, script, ...args) {
		return until(what, () => this.run(script, ...args));
	}

	/**
	 * Waits for an element with that role (explicit or of its tag) whose name contains `name`, and clicks it. What is being
	 * drawn anew just then, or lies below a dialog that is going, is tried again.
	 */
	async click(role, name) {
		await until(`a click on the ${role} “${name}”`, async () => {
			await this.clickOn(await this.find(role, name));
			return true;
		});
	}

	/** Clicks an element with the mouse, and fails where something lies over it. */
	clickOn(element) {
		return call('POST', `${this.#session}/element/${Object.values(element)[0]}/click`, {});
	}

	/** Puts the pointer there without a click: away from what would light up below it. */
	point(x, y) {
		const actions = [{ type: 'pointer', id: 'mouse', actions: [{ type: 'pointerMove', x, y, duration: 0 }] }];
		return call('POST', `${this.#session}/actions`, { actions });
	}

	/** Gives an element the focus. */
	focus(element) {
		return this.run('arguments[0].focus()', element);
	}

	/** Waits for a visible element of that role and name. */
	find(role, name) {
		const what = `a ${role} named “${name}”`;
		return role === 'treeitem' ? this.inTree(what, FIND, role, name) : this.until(what, FIND, role, name);
	}

	/** As `until`, for what may lie out of sight in a tree, which draws only the rows on screen: the tree is scrolled on. */
	inTree(what, script, ...args) {
		return until(what, async () => {
			const answer = await this.run(script, ...args);
			if (!answer) await this.run(SCROLL_ON);
			if (typeof answer !== 'object' || !answer) return answer;
			// At the edge it would be drawn anew as soon as it is scrolled to.
			await this.run("arguments[0].scrollIntoView({ block: 'center' })", answer);
			return this.run(script, ...args);
		});
	}

	/** Waits until the page's text contains `text`. */
	see(text) {
		return this.until(`“${text}” on the page`, 'return document.body.innerText.includes(arguments[0])', text);
	}

	/** Presses keys together: `press(Key.Control, 's')`. */
	async press(...keys) {
		const down = keys.map((value) => ({ type: 'keyDown', value }));
		const up = [...keys].reverse().map((value) => ({ type: 'keyUp', value }));
		await this.#keys([...down, ...up]);
	}

	/** Types text into whatever has the focus. */
	async type(text) {
		await this.#keys([...text].flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }]));
	}

	async #keys(actions) {
		await call('POST', `${this.#session}/actions`, { actions: [{ type: 'key', id: 'keyboard', actions }] });
	}

	/** Fails where what is on screen breaks a rule of accessibility (WCAG 2.2 A and AA, as axe reads it). */
	async accessible(what, selector = 'body') {
		// Colours are measured once nothing fades any more; a caret blinks for ever.
		await this.until(
			'nothing moves',
			'return document.getAnimations().every((each) => each.playState !== "running" || each.effect.getComputedTiming().iterations === Infinity)'
		);
		// The page's policy evaluates no text: axe-core comes as the script itself.
		if (!(await this.run('return window.axe !== undefined'))) await this.run(`${readFileSync(axe, 'utf8')}; window.axe = axe`);
		const found = await this.run(
			`return axe.run(document.querySelector(arguments[0]), { resultTypes: ['violations'] }).then(({ violations }) =>
				violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' at ' + target.join(' ') + ': ' + failureSummary)))`,
			selector
		);
		assert.deepEqual(found, [], what);
	}

	/** Saves a picture of the window under test-results/window. */
	async picture(name) {
		mkdirSync(pictures, { recursive: true });
		writeFileSync(join(pictures, `${name}.png`), await this.screenshot());
	}

	/** The window as a PNG. */
	async screenshot() {
		// A window that draws nothing new gives no picture: keep it drawing.
		await this.run('document.documentElement.animate([{ opacity: 0.999 }, { opacity: 1 }], 1000)');
		return Buffer.from(await call('GET', `${this.#session}/screenshot`), 'base64');
	}
}

/** Half a screen further down every tree, and from its end back to its beginning. */
const SCROLL_ON = `
	for (const tree of document.querySelectorAll('.tree')) {
		const isAtEnd = tree.scrollTop + tree.clientHeight >= tree.scrollHeight - 1;
		tree.scrollTop = isAtEnd ? 0 : tree.scrollTop + tree.clientHeight / 2;
	}`;

// Runs in the page. Names as the accessibility tree computes them, as far as our own markup needs it.
const FIND = `
	const [role, name] = arguments;
	const tags = { button: 'button', textbox: 'input, textarea, [contenteditable=true]', link: 'a[href]', dialog: 'dialog' };
	const candidates = document.querySelectorAll('[role="' + role + '"]' + (tags[role] ? ', ' + tags[role] : ''));
	const nameOf = (element) => {
		const labelled = element.getAttribute('aria-labelledby');
		if (labelled) return labelled.split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
		return element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent ?? '';
	};
	const visible = (element) => element.getClientRects().length > 0 && !element.disabled;
	const found = [...candidates].filter((element) => visible(element) && nameOf(element).includes(name));
	return found.find((element) => nameOf(element).trim() === name) ?? found[0] ?? null;
`;

/** A display and a WebDriver on it, whose windows use the store and documents in `home`. */
async function startDriver(home, { width, height, browser = '', store = 'store' }) {
	const display = await freeDisplay(width, height);
	const port = await freePort();
	const env = {
		...process.env,
		DISPLAY: display.name,
		TAURI_WEBVIEW_AUTOMATION: 'true',
		JOINERY_HOME: join(home, store),
		JOINERY_DOCUMENTS: join(home, 'documents'),
		// No keychain answers here: the encrypted file is used, as on a bare machine.
		DBUS_SESSION_BUS_ADDRESS: '',
		// None but the test's: the machine's own browser would open on the machine's own screen.
		BROWSER: browser,
		GDK_BACKEND: 'x11',
		WEBKIT_DISABLE_DMABUF_RENDERER: '1'
	};
	// A group of its own: the studio it starts ends with it.
	const driver = spawn('WebKitWebDriver', [`--port=${port}`], { env, stdio: 'ignore', detached: true });
	const stop = () => {
		try {
			process.kill(-driver.pid, 'SIGKILL');
		} catch {
			// It has ended by itself.
		}
		display.process.kill();
	};
	return { driver: `http://127.0.0.1:${port}`, stop };
}

async function call(method, url, body) {
	const signal = AbortSignal.timeout(ANSWER_WITHIN);
	const response = await fetch(url, { method, body: body && JSON.stringify(body), signal });
	const { value } = await response.json();
	if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
	return value;
}

/** Asks until the answer is something true; tells what it waited for when that never comes. */
export async function until(what, ask, timeout = 45_000) {
	const end = Date.now() + timeout;
	let last;
	while (Date.now() < end) {
		try {
			const answer = await ask();
			if (answer) return answer;
			last = `last answer: ${JSON.stringify(answer)}`;
		} catch (error) {
			last = String(error);
		}
		await new Promise((wake) => setTimeout(wake, 25));
	}
	throw new Error(`waited ${timeout / 1000} s until ${what}; ${last}`);
}

async function freeDisplay(width, height) {
	// Xvfb chooses a free display and writes its number to the file descriptor it is given.
	const process = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', `${width}x${height}x24`, '-nolisten', 'tcp'], {
		stdio: ['ignore', 'ignore', 'ignore', 'pipe']
	});
	const number = await new Promise((found, failed) => {
		process.on('error', () => failed(new Error('Xvfb is missing; script/bootstrap installs it')));
		process.stdio[3].once('data', (data) => found(String(data).trim()));
	});
	return { process, name: `:${number}` };
}

function freePort() {
	return new Promise((found) => {
		const server = createServer().listen(0, '127.0.0.1', () => {
			const { port } = server.address();
			server.close(() => found(port));
		});
	});
}
