// How fast the window is. Figures, not a test: `script/bench` runs it on the release build.

import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary, Key, LONG_MS, startAgain, withStudio } from './driver.mjs';
import { makeLarge } from './large.mjs';
import { memory, startToFirstView } from './measure.mjs';

const SAVES = 21;
const KEYS = 200;
const STARTS = 7;

/** Opens a workspace of the welcome view; \`opened\` is the time until its tree was drawn. */
const OPEN = `
	const button = [...document.querySelectorAll('button.open')].find((each) => each.textContent.includes(arguments[0]));
	const begun = performance.now();
	window.opened = null;
	const look = () => {
		if (document.querySelectorAll('[role=treeitem]').length < 10) return requestAnimationFrame(look);
		document.body.offsetHeight;
		window.opened = Math.round(performance.now() - begun);
	};
	button.click();
	look();`;

/** For every key: how long the page worked on it, and when a frame with what it changed was done. */
const TIME_KEYS = `
	const target = document.querySelector(arguments[0]);
	window.keys = { waiting: 0, drawn: [] };
	window.timeKey?.abort();
	window.timeKey = new AbortController();
	addEventListener('keydown', (event) => {
		if (event.key.length > 1) return;
		const begun = performance.now();
		window.keys.waiting++;
		let handled = begun;
		// After the handlers and all that they put off to the end of the task.
		setTimeout(() => (handled = performance.now()), 0);
		requestAnimationFrame((frame) => {
			const from = performance.now();
			target.isConnected && target.getBoundingClientRect();
			document.body.offsetHeight;
			const now = performance.now();
			window.keys.waiting--;
			window.keys.drawn.push({ work: Math.max(0, handled - begun) + now - from, drawn: now - begun });
		});
	}, { capture: true, signal: window.timeKey.signal });`;

// Whatever else the machine does shows in every figure.
print('load of the machine', loadavg()[0].toFixed(1));
await starts();
await withStudio(async (studio) => {
	await studio.see('Start with the sandbox org');
	await longTasks(studio, 'the welcome view');
	await studio.click('button', 'Start with the sandbox org');
	await studio.see('Rhai');
	await longTasks(studio, 'opening the sandbox workspace');
	const input = await studio.find('textbox', 'User');
	await studio.focus(input);
	await studio.type('ada.lovelace@acme.example');
	await studio.press(Key.Control, Key.Enter);
	await studio.see('200 OK');
	await studio.press(Key.Control, 'r');
	await studio.see('Succeeded');
	await longTasks(studio, 'a send and a run');
	printMemory(studio);
	const times = [];
	for (let save = 0; save < SAVES; save++) {
		await studio.run(
			`document.querySelectorAll('.cm-content[aria-multiline=true], .cm-content:not([aria-multiline])')[0]?.focus()`
		);
		await studio.type(' ');
		await studio.press(Key.Control, 's');
		const shown = await studio.until(
			`result ${save + 2}`,
			'return document.body.innerText.includes("run " + arguments[0] + ",") && /saved → result (\\d+) ms/.exec(document.body.innerText)?.[1]',
			save + 2
		);
		times.push(Number(shown));
	}
	times.sort((a, b) => a - b);
	print(`saved to result, median of ${SAVES}`, `${times[SAVES >> 1]} ms (slowest ${times.at(-1)})`);
	await longTasks(studio, 'edits and saves');
	await views(studio);
	await largeWorkspace(studio);
});

/** The longest task while every other view is opened once. */
async function views(studio) {
	for (const [what, keys, text] of [
		['the palette', [Key.Control, 'k'], 'Show all commands'],
		['the export dialog', [Key.Control, Key.Shift, 'e'], 'Secret scan'],
		['the settings', [Key.Control, ','], 'Face of code'],
		['presentation mode', [Key.Control, Key.Shift, 'l'], 'returned 200']
	]) {
		await studio.press(...keys);
		await studio.until(`${what} shows`, 'return document.body.textContent.includes(arguments[0])', text);
		await longTasks(studio, what);
		await studio.press(Key.Escape);
		await studio.until(`${what} is gone`, 'return !document.querySelector("[role=dialog], .stage")');
	}
	for (const [what, name, text] of [
		['a trigger', 'new_user_created', 'No events yet'],
		['an action from the tree', 'create_user', 'create_user.rhai']
	]) {
		await studio.click('treeitem', name);
		await studio.see(text);
		await longTasks(studio, what);
	}
}

/** 5,000 files: opening them, finding among them, typing in a long script. */
async function largeWorkspace(studio) {
	const workspace = makeLarge(studio.home);
	startAgain(studio, [workspace]);
	await studio.see('large-workspace');
	await studio.see('a_long_one');
	await longTasks(studio, 'a second start hands 5,000 files over');
	// Once more, from the welcome view, with nothing of it in memory.
	await studio.press(Key.Control, Key.Shift, 'p');
	await studio.find('combobox', 'Run a command');
	await studio.type('Close the workspace');
	await studio.find('option', 'Close the workspace');
	await studio.press(Key.Enter);
	await studio.find('button', 'large-workspace');
	await studio.run(OPEN, 'large-workspace');
	print('5,000 files: from the click to the tree', `${await studio.until('the tree shows', 'return window.opened')} ms`);
	await longTasks(studio, 'opening 5,000 files');

	await studio.press(Key.Control, 'k');
	await studio.find('combobox', 'Search or run a command');
	await studio.run(TIME_KEYS, '#palette-list');
	for (const letter of 'find user 3999') await studio.type(letter);
	await studio.until('it is found', 'return document.querySelector("#palette-list")?.innerText.includes("Find user 3999")');
	await timed(studio, '5,000 files: a letter in the palette to its results');
	await longTasks(studio, 'the palette on 5,000 files');
	await studio.press(Key.Enter);
	await studio.until('the palette is gone', 'return document.querySelector(".palette") === null');

	await studio.press(Key.Control, 'p');
	await studio.find('combobox', 'Go to a file or request');
	await studio.type('a_long_one');
	await studio.find('option', 'a_long_one');
	await studio.press(Key.Enter);
	await studio.until('it is open', `return document.querySelector('.cm-content[aria-label=Script]')?.innerText.includes('A long one')`);
	await longTasks(studio, 'opening 2,000 lines');
	await studio.until('the caret is in it', `const content = document.querySelector('.cm-content[aria-label=Script]'); content.focus(); return document.activeElement === content`);
	await studio.run(TIME_KEYS, '.cm-content[aria-label=Script]');
	await studio.type('// a comment that is typed at the usual pace, a key after a key, and then some more of it. '.repeat(3).slice(0, KEYS));
	await timed(studio, '2,000 lines: a key to its letter');
	await longTasks(studio, 'typing in 2,000 lines');
}

function print(what, figure) {
	console.log(`${what.padEnd(52)} ${figure}`);
}

/** Prints the longest task since it was asked for last, and how many were too long. */
async function longTasks(studio, what) {
	const tasks = await studio.tasks();
	const long = tasks.filter((each) => each > LONG_MS);
	print(`longest task: ${what}`, `${Math.round(Math.max(0, ...tasks))} ms${long.length > 0 ? ` (${long.length} over ${LONG_MS} ms)` : ''}`);
}

/** From the start of the program to its first view, the first time left out: it reads the disk. */
async function starts() {
	const home = mkdtempSync(join(tmpdir(), 'joinery-start-'));
	const times = [];
	for (let start = 0; start <= STARTS; start++) times.push(await startToFirstView(binary, home));
	rmSync(home, { recursive: true, force: true });
	const sorted = times.slice(1).sort((a, b) => a - b);
	print('program started to first view on the screen', `median ${Math.round(sorted[STARTS >> 1])} ms, least ${Math.round(sorted[0])}`);
}

/** What the window's processes hold with the Okta sample open, after a send and a run. */
function printMemory(studio) {
	const held = Object.entries(memory(studio.home));
	const all = held.reduce((sum, [, each]) => sum + each, 0);
	print('memory (PSS)', `${Math.round(all)} MB: ${held.map(([name, each]) => `${name} ${Math.round(each)}`).join(', ')}`);
}

/** Prints how long keys took: the work they made, and until what they changed was drawn. */
async function timed(studio, what) {
	const keys = await studio.until('every key is drawn', 'return window.keys.waiting === 0 && window.keys.drawn');
	const at = (list, share) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) * share)].toFixed(1);
	const work = keys.map((each) => each.work);
	const drawn = keys.map((each) => each.drawn);
	print(`${what}: work`, `median ${at(work, 0.5)} ms, p95 ${at(work, 0.95)} (${keys.length} keys)`);
	print(`${what}: drawn`, `median ${at(drawn, 0.5)} ms, p95 ${at(drawn, 0.95)}`);
}
