// The run form in the real window: every control, what depends on another field, what is wrong where it is wrong, and a long
// action that is gone on with.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { Key, withStudio } from './driver.mjs';

const EVERY = `//! Every control

fn input_fields(connection, config) {
    [
        field("title", #{ label: "Title", required: true, hint: "What it is called" }),
        field("count", #{ label: "Count", type: "integer" }),
        field("active", #{ label: "Active", type: "boolean" }),
        field("note", #{ label: "Note", control: "text_area" }),
        field("code", #{ label: "Code", format: "password" }),
        field("kind", #{ label: "Kind", options: ["shirt", "shoe"], default: "shirt" }),
        field("width", #{ label: "Width", type: "integer", when: #{ field: "kind", equals: "shoe" } }),
        field("size", #{ label: "Size", pick_list: "sizes", depends_on: ["kind"] }),
        field("days", #{ label: "Days", type: "array", options: ["Mon", "Tue", "Wed"] }),
        field("starts", #{ label: "Starts", format: "date-time" }),
        field("ends", #{ label: "Ends", format: "date" }),
        field("labels", #{ label: "Labels", type: "object", control: "key_value" }),
        field("logins", #{ label: "Logins", type: "array", of: field("login") }),
        field("owner", #{
            label: "Owner",
            type: "object",
            properties: [
                field("name", #{ label: "Name", required: true }),
                field("email", #{ label: "Email", format: "email" }),
            ],
        }),
        field("raw", #{ label: "Raw", type: "object" }),
    ]
}

fn execute(connection, input) { input }
`;

const SIZES = `fn options(connection, params) {
    if params.kind == "shoe" { return [#{ value: "42", label: "42 EU" }, #{ value: "43", label: "43 EU" }]; }
    ["S", "M"]
}
`;

const LONG = `//! Long

fn execute(connection, input) { continue_in(3600, #{ job: 7 }) }

fn resume(connection, input, state) { \`job \${state.job} is done\` }
`;

const FORM = `document.querySelector('section[aria-label="Run"]')`;

test('every control of the run form gives the value that its field asks for', async () => {
	await withStudio(async (studio) => {
		await start(studio, { 'actions/every.rhai': EVERY, 'pick_lists/sizes.rhai': SIZES });
		await open(studio, 'every');
		await studio.find('textbox', 'Title');
		await studio.picture('form-empty');

		// A required field that is missing is named where it stands, and has the focus.
		await studio.press(Key.Control, 'r');
		await studio.see('Title is required.');
		await studio.until('the field has the focus', `return document.activeElement === arguments[0]`, await studio.find('textbox', 'Title'));
		await studio.type('Pilot');

		await fill(studio, 'Count', 'three');
		await studio.press(Key.Control, 'r');
		await studio.see('Needs a whole number.');
		await studio.picture('form-wrong');
		await fill(studio, 'Count', '3');
		await studio.click('switch', 'Active');
		await fill(studio, 'Note', 'two\nlines');
		await fill(studio, 'Code', 'hush');
		assert.equal(await studio.run(`return arguments[0].type`, await field(studio, 'Code')), 'password');

		// A field that waits for another one, and a pick list that depends on it.
		assert.equal(await studio.run(`return ${FORM}.innerText.includes('Width')`), false);
		await choose(studio, 'Kind', 'shoe');
		await studio.see('Width');
		await fill(studio, 'Width', '9');
		await choose(studio, 'Size', '43 EU');

		await studio.focus(await studio.find('checkbox', 'Wed'));
		await studio.press(' ');
		await studio.focus(await studio.find('checkbox', 'Mon'));
		await studio.press(' ');
		await fill(studio, 'Starts', '2026-03-01T09:30:00');
		await fill(studio, 'Ends', '2026-03-02');
		await fill(studio, 'Logins', 'ada\nbob');
		await fill(studio, 'Raw', '{"deep": [1]}');
		await studio.run(`${FORM}.querySelector('table input').focus()`);
		await studio.type('team');
		await studio.press(Key.Tab);
		await studio.type('red');

		// Parts of an object stand in a group; what is wrong in it stands at the part.
		await fill(studio, 'Email', 'nobody');
		await studio.press(Key.Control, 'r');
		await studio.see('Name is required.');
		await fill(studio, 'Name', 'Ada');
		await studio.press(Key.Control, 'r');
		await studio.until(
			'the mistake at its part',
			`const input = arguments[0]; const note = document.getElementById(input.id + '-error'); return note?.innerText ?? false`,
			await field(studio, 'Email')
		);
		await studio.picture('form-part-wrong');
		await fill(studio, 'Email', 'ada@acme.example');
		await studio.press(Key.Control, 'r');
		await studio.see('Succeeded');
		await studio.picture('form-filled');
		await studio.accessible('the run form', 'section[aria-label="Run"]');

		const sent = await values(studio);
		assert.equal(sent.starts, new Date('2026-03-01T09:30:00').toISOString());
		delete sent.starts;
		assert.deepEqual(sent, {
			title: 'Pilot',
			count: 3,
			active: true,
			note: 'two\nlines',
			code: 'hush',
			kind: 'shoe',
			width: 9,
			size: '43',
			days: ['Mon', 'Wed'],
			ends: '2026-03-02',
			labels: { team: 'red' },
			logins: ['ada', 'bob'],
			owner: { email: 'ada@acme.example', name: 'Ada' },
			raw: { deep: [1] }
		});

		// A value that the pick list does not have is typed.
		await studio.click('radio', 'Form');
		await studio.click('button', 'Type a value');
		await fill(studio, 'Size', '44');
		await studio.click('button', 'Choose from the list');
		await studio.picture('form-typed');
	});
});

test('a long action that was stopped while it waited is resumed', async () => {
	await withStudio(async (studio) => {
		await start(studio, { 'actions/long.rhai': LONG });
		await open(studio, 'long');
		await studio.see('This action takes no input.');
		// A file that has just come from outside may be read anew, and its run with it.
		await studio.until(
			'it runs',
			`const buttons = [...document.querySelectorAll('button')];
			 const runs = buttons.some((each) => each.innerText.includes('Cancel'));
			 if (!runs && Date.now() > (window.pressedUntil ?? 0)) {
			 	window.pressedUntil = Date.now() + 3000;
			 	buttons.find((each) => each.innerText.startsWith('Run') && each.innerText.includes('Ctrl R') && !each.disabled)?.click();
			 }
			 return runs`
		);
		await studio.click('button', 'Cancel');
		await studio.see('A run waits to go on');
		await studio.picture('form-waits');
		await studio.click('button', 'Resume');
		await studio.click('button', 'Cancel');
		await studio.see('A run waits to go on');
		await studio.click('button', 'Give up');
		await studio.until('nothing waits', `return !document.body.innerText.includes('A run waits to go on')`);
	});
});

/** A workspace of the sandbox org with these files in its connector. */
async function start(studio, files) {
	await studio.see('Build a connector from a call that already works.');
	await studio.click('button', 'Start with the sandbox org');
	await studio.see('get_user.rhai');
	const okta = join(studio.home, 'documents', 'Joinery', 'acme-connectors', 'okta');
	for (const [path, text] of Object.entries(files)) {
		mkdirSync(join(okta, path, '..'), { recursive: true });
		writeFileSync(join(okta, path), text);
	}
}

async function open(studio, name) {
	await studio.find('treeitem', name);
	await studio.press(Key.Control, 'p');
	await studio.until('the list of files', 'return document.activeElement?.tagName === "INPUT"');
	await studio.type(name);
	await studio.press(Key.Enter);
	await studio.until(
		`${name} is open`,
		`return [...document.querySelectorAll('[role=tab][aria-selected=true]')].some((each) => each.innerText.includes(arguments[0]))`,
		`${name}.rhai`
	);
}

/** The control of a field of the run form. */
function field(studio, label) {
	return studio.until(
		`the field ${label}`,
		`const label = [...${FORM}.querySelectorAll('label')].find((each) => each.firstChild?.textContent.trim() === arguments[0]);
		return label && document.getElementById(label.htmlFor);`,
		label
	);
}

/** Puts a value into a control as typing would. */
async function fill(studio, label, text) {
	const control = await field(studio, label);
	await studio.run(
		`const [control, text] = arguments;
		const kind = control instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
		control.focus();
		Object.getOwnPropertyDescriptor(kind.prototype, 'value').set.call(control, text);
		control.dispatchEvent(new Event('input', { bubbles: true }));`,
		control,
		text
	);
}

async function choose(studio, label, option) {
	const control = await field(studio, label);
	await studio.focus(control);
	await studio.press(Key.Enter);
	await studio.click('option', option);
}

/** The input as JSON. */
async function values(studio) {
	await studio.click('radio', 'JSON');
	const text = await studio.until('the input as JSON', `return document.querySelector('textarea[aria-label="Input as JSON"]')?.value`);
	return JSON.parse(text);
}
