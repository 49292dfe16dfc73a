// The debugger in the real window: breakpoints by gutter and by keyboard, values, steps over files, a replay that calls
// nobody, and a stop where an error happens.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { Key, withStudio } from './driver.mjs';
import { okta } from './okta.mjs';

const WALK = `//! Walk

import "methods/louder" as louder;

fn execute(connection, input) {
    let found = http.get("/api/v1/users?limit=3");
    let seen = [];
    for user in found {
        seen.push(louder::loud(user.profile.firstName));
    }
    #{ seen: seen, first: found[0].profile.login }
}
`;
const LOUDER = `//! Louder

fn loud(text) {
    let upper = text.to_upper();
    upper + "!"
}
`;
const FAIL = `//! Fail

fn execute(connection, input) {
    let path = "/api/v1/users/nobody";
    http.get(path)
}
`;

test('a script is debugged from a condition to its end', async () => {
	await withStudio(async (studio) => {
		await studio.click('button', 'Start with the sandbox org');
		// The status bar has come to rest when it names the language.
		await studio.see('Rhai');
		const org = okta(studio);
		for (const [file, text] of [
			['actions/a_walk.rhai', WALK],
			['actions/a_fail.rhai', FAIL],
			['methods/louder.rhai', LOUDER]
		]) {
			mkdirSync(join(org.folder, file, '..'), { recursive: true });
			writeFileSync(join(org.folder, file), text);
		}
		await openScript(studio, 'a_walk', 'fn execute(connection, input) {');

		// By keyboard, with a condition: the second person.
		await caret(studio, 9);
		await studio.press(Key.Shift, Key.F9);
		await studio.until('the condition has the focus', FOCUS, 'breakpoint-condition');
		await studio.type('seen.len() == 1');
		await studio.picture('debugger-condition');
		await studio.press(Key.Enter);
		await studio.until('the ring', mark(9, 'ring'));
		// By the gutter, and away again.
		await studio.run(GUTTER, 7);
		await studio.until('the dot', mark(7, 'solid'));
		await studio.run(GUTTER, 7);
		await studio.until('no dot', `return !(${MARK.replace('LINE', '7')})`);

		// It moves with the text.
		await caret(studio, 2);
		await studio.press(Key.Enter);
		await studio.until('one line further down', mark(10, 'ring'));
		await studio.press(Key.Backspace);
		await studio.until('back', mark(9, 'ring'));

		// Hit: the layout stays, the debugger's tab comes to the front, and the editor shows where and what.
		await studio.press(Key.F5);
		await stands(studio, 'execute', 'a_walk.rhai:9');
		await studio.until('the tab', 'return document.querySelector("#run-last-tab-debugger, #run-tab-debugger")?.ariaSelected === "true"');
		await studio.until('a value at a line end', `return ${NOTES}.some((each) => each.includes('seen = ["'))`);
		await studio.until('what the call answered', 'return [...document.querySelectorAll(".cm-note-call")].some((each) => each.innerText.includes("200"))');
		await studio.until('it is told', 'return /Paused on breakpoint: a_walk.rhai line 9, in execute/.test(document.querySelector("[aria-live=polite].sr-only")?.textContent)');
		await studio.picture('debugger-paused');

		// The layout for it.
		await studio.press(Key.Control, '3');
		await studio.until('the rail', 'return document.querySelector("aside.rail") !== null');
		await studio.until('time that it stood still', 'return document.querySelector("[data-region=Results] .bars i.paused") !== null');
		await studio.accessible('the debugger');
		await studio.picture('debugger-light');
		await studio.run('document.documentElement.dataset.theme = "dark"');
		await studio.accessible('the debugger in the dark');
		await studio.picture('debugger-dark');

		// Open a value part by part; give one another; watch an expression.
		await row(studio, 'Variables', 'user');
		await studio.press(Key.ArrowRight);
		await row(studio, 'Variables', 'profile');
		await studio.press(Key.ArrowRight);
		await row(studio, 'Variables', 'firstName');
		await studio.press(Key.F2);
		await studio.until('the value is edited', 'return document.activeElement?.ariaLabel === "Value of firstName"');
		await studio.type('"Zoe"');
		await studio.press(Key.Enter);
		await studio.until('it is another', value('Variables', 'firstName', '"Zoe"'));
		await studio.click('button', 'Add a watch');
		await studio.until('the expression', 'return document.activeElement?.ariaLabel === "Expression to watch"');
		await studio.type('found.len()');
		await studio.press(Key.Enter);
		await studio.until('its value', value('Watches', 'found.len()', '3'));

		// Into the other file, over, and out.
		await studio.press(Key.F11);
		await stands(studio, 'loud', 'louder.rhai:4');
		await studio.until('the other file', `return document.querySelector('.cm-stand-line')?.innerText.includes('to_upper')`);
		await studio.press(Key.F10);
		await stands(studio, 'loud', 'louder.rhai:5');
		await studio.until('what was set', value('Variables', 'upper', '"ZOE"'));
		await studio.click('option', 'execute');
		await studio.until('the caller', `return document.querySelector('.cm-caller-line')?.innerText.includes('louder::loud')`);
		await studio.until('its values', value('Watches', 'found.len()', '3'));
		await studio.picture('debugger-frames');
		await studio.press(Key.Shift, Key.F11);
		await stands(studio, 'execute', 'a_walk.rhai:9');

		// Once more with what the org answered: it is not asked.
		const calls = () => org.call('GET', '/sandbox/activity');
		const count = JSON.stringify(await calls()).split('/api/v1/users?limit=3').length - 1;
		await studio.click('button', 'Restart with the same recorded responses');
		await studio.see('recorded responses');
		await stands(studio, 'execute', 'a_walk.rhai:9');
		assert.equal(JSON.stringify(await calls()).split('/api/v1/users?limit=3').length - 1, count);
		assert.ok(count > 0, 'the first run called');
		await studio.press(Key.F5);
		await studio.see('Succeeded');
		await studio.see('The run is over:');

		// The breakpoint is there in the next window too.
		await studio.restart();
		await studio.click('button', 'acme-connectors');
		await studio.until('kept', mark(9, 'ring'));

		// An error that nothing catches stops where it happens.
		await openScript(studio, 'a_fail', 'let path');
		await studio.press(Key.F5);
		await stands(studio, 'execute', 'a_fail.rhai:5');
		await studio.see('Paused on an error');
		await studio.accessible('an error');
		await studio.picture('debugger-error');
		await studio.press(Key.Shift, Key.F5);
		await studio.until('the failing line', 'return document.querySelector(".cm-failed-line") !== null');
	});
});

const FOCUS = 'return document.activeElement?.id === arguments[0]';
/** The mark in the gutter at a line, or nothing. */
const MARK = `(() => {
	const of = (name) => [...document.querySelectorAll('.' + name + ' .cm-gutterElement')].filter((each) => each.style.visibility !== 'hidden');
	const at = of('cm-lineNumbers').find((each) => each.textContent === 'LINE')?.getBoundingClientRect().top;
	return of('cm-breakpoint-gutter').find((each) => Math.abs(each.getBoundingClientRect().top - at) < 4)?.querySelector('.cm-breakpoint');
})()`;
const NOTES = '[...document.querySelectorAll(".cm-note-value")].map((each) => each.innerText)';
/** A press of the mouse beside a line. */
const GUTTER = `
	const of = (name) => [...document.querySelectorAll('.' + name + ' .cm-gutterElement')].filter((each) => each.style.visibility !== 'hidden');
	const { top, height } = of('cm-lineNumbers').find((each) => each.textContent === String(arguments[0])).getBoundingClientRect();
	const gutter = document.querySelector('.cm-breakpoint-gutter');
	const clientX = gutter.getBoundingClientRect().left + 8;
	gutter.dispatchEvent(new MouseEvent('mousedown', { bubbles: true, cancelable: true, button: 0, clientX, clientY: top + height / 2 }));`;

function mark(line, look) {
	return `return ${MARK.replace('LINE', line)}?.className.includes('cm-breakpoint-${look}') === true`;
}

function value(grid, name, text) {
	return `return [...document.querySelectorAll('[role=treegrid][aria-label="${grid}"] [role=row]')].some((each) =>
		each.querySelector('.name')?.textContent === ${JSON.stringify(name)} && each.querySelector('.value')?.textContent.startsWith(${JSON.stringify(text)}))`;
}

/** Gives a row of values the focus. */
function row(studio, grid, name) {
	return studio.until(
		`the row ${name}`,
		`const found = [...document.querySelectorAll('[role=treegrid][aria-label="' + arguments[0] + '"] [role=row]')].find((each) => each.querySelector('.name')?.textContent === arguments[1]);
		 found?.focus();
		 return found !== undefined && document.activeElement === found;`,
		grid,
		name
	);
}

/** Waits until the script stands still there, and its values show. */
function stands(studio, name, place) {
	return studio.until(
		`it stands in ${name} at ${place}`,
		`const top = document.querySelector('[role=listbox][aria-label="Call stack"] [role=option]');
		 return top?.querySelector('.name').textContent === arguments[0] && top.querySelector('.place').textContent === arguments[1] &&
			document.querySelector('.sections.moves') === null && document.querySelector('[role=treegrid][aria-label=Variables]') !== null`,
		name,
		place
	);
}

async function openScript(studio, name, text) {
	await studio.click('treeitem', name);
	await studio.until('its text', `return document.querySelector('.cm-content[aria-label=Script]')?.innerText.includes(arguments[0])`, text);
	await studio.until('its form', `return [...document.querySelectorAll('header .action')].some((each) => each.textContent.includes(arguments[0]))`, name);
}

/** Puts the caret at the end of a line of the script. */
function caret(studio, line) {
	return studio.until(
		`the caret in line ${line}`,
		`const content = document.querySelector('.cm-content[aria-label=Script]');
		 const place = content.querySelectorAll('.cm-line')[arguments[0] - 1];
		 content.focus();
		 getSelection().selectAllChildren(place);
		 getSelection().collapseToEnd();
		 return document.querySelector('footer').innerText.includes('Ln ' + arguments[0] + ',');`,
		line
	);
}
