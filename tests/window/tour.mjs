// The tour of docs/tour.md, done as its reader does it: what is bold is pressed, what is a key is pressed, what is to be
// typed is typed, what stands in quotes has to show, commands are run, and every picture is taken where the page has it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLine, Key, until } from './driver.mjs';

const page = resolve(dirname(fileURLToPath(import.meta.url)), '../../docs/tour.md');

/** What the page asks for, in its order. */
const ASKED =
	/```console\n(?<console>[^]*?)```|!\[[^\]]*\]\(pictures\/(?<picture>[\w-]+)-light\.png\)|\*\*(?<press>.+?)\*\*|<kbd>(?<keys>.+?)<\/kbd>|[Tt]ype `(?<text>.+?)`|replace what is there with `(?<instead>.+?)`|“(?<seen>.+?)”/g;

/** The steps of the page; what stands before the first heading explains it. */
export function steps() {
	const text = readFileSync(page, 'utf8');
	return [...text.slice(text.indexOf('\n## ')).matchAll(ASKED)].map(({ groups }) => groups);
}

/** Goes through the page in a window; `onpicture` is told the name of each picture where it belongs. */
export async function follow(studio, onpicture) {
	for (const { console, picture, press, keys, text, instead, seen } of steps()) {
		if (picture) await onpicture(picture);
		else if (press) await pressOn(studio, press);
		else if (keys) await studio.press(...chord(keys));
		else if (text) await studio.type(text);
		else if (instead) {
			await studio.press(Key.Control, 'a');
			await studio.type(instead);
		} else if (seen) await shows(studio, seen);
		else inTerminal(studio, console);
	}
}

/** Presses the control of that name, in the topmost dialog or list where one is open. */
async function pressOn(studio, name) {
	await until(`a press on “${name}”`, async () => {
		const control = await studio.inTree(`the control “${name}”`, CONTROL, name);
		await studio.clickOn(control);
		return true;
	});
}

function shows(studio, text) {
	return studio.until(`“${text}” shows`, SHOWN, text);
}

function chord(keys) {
	const names = keys.split(' ').map((each) => ({ Ctrl: 'Control' })[each] ?? each);
	return names.map((each) => Key[each] ?? each.toLowerCase());
}

/** Runs the commands of a block; each prints what the page shows below it, `...` standing for what varies. */
function inTerminal(studio, block) {
	const folder = join(studio.home, 'documents', 'Joinery', 'acme-connectors');
	const env = { ...process.env, JOINERY_HOME: join(studio.home, 'store'), NO_COLOR: '1', DBUS_SESSION_BUS_ADDRESS: '' };
	env.PATH = `${dirname(commandLine)}:${env.PATH}`;
	for (const part of block.split(/^\$ /m).slice(1)) {
		const [command, ...expected] = part.trimEnd().split('\n');
		const printed = execFileSync('bash', ['-c', `${command} 2>&1`], { cwd: folder, env, encoding: 'utf8' }).trimEnd();
		const pattern = expected.map((line) => line.split('...').map((each) => each.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('[^]*?'));
		assert.match(printed, new RegExp(`^${pattern.join('\n')}$`), command);
	}
}

// In the page: what is visible, in the topmost dialog or list where one is open, else anywhere.
const TOP = `
	const open = [...document.querySelectorAll('[role=dialog], [role=menu], [role=listbox].popup, .stage')].filter((each) => each.getClientRects().length > 0);
	const top = open.at(-1) ?? document;`;

const CONTROL = `
	${TOP}
	const [name] = arguments;
	const all = top.querySelectorAll('button, input, textarea, a[href], [contenteditable=true], [role=tab], [role=radio], [role=option], [role=menuitem], [role=treeitem], [role=switch]');
	const nameOf = (element) => {
		const labelled = element.getAttribute('aria-labelledby');
		if (labelled) return labelled.split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
		const own = element.getAttribute('role') === 'treeitem' ? element.querySelector('.name')?.textContent : null;
		// Of a label its own words: “required” may follow them.
		return (own ?? element.getAttribute('aria-label') ?? element.labels?.[0]?.firstChild?.textContent ?? element.textContent ?? '').trim();
	};
	const usable = [...all].filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.disabled && each.ariaDisabled !== 'true');
	const lines = [...top.querySelectorAll('.cm-content[aria-label=Script] .cm-line')];
	// Keys, counts and notes may follow the words.
	const firstWords = (element) => {
		const words = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
		while (words.nextNode()) if (words.currentNode.data.trim() !== '') return words.currentNode.data.trim();
		return '';
	};
	return usable.find((each) => nameOf(each) === name) ?? usable.find((each) => firstWords(each) === name) ?? lines.find((each) => each.textContent.trim().startsWith(name)) ?? null;`;

const SHOWN = `
	const [text] = arguments;
	const fields = [...document.querySelectorAll('input, textarea')].map((each) => each.value);
	return document.body.innerText.includes(text) || document.body.textContent.includes(text) || fields.some((each) => each.includes(text));`;
