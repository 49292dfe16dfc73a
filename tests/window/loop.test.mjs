// The loop a newcomer walks, in the real window: sandbox org, request, action, edit, save and result, export.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { Key, joinery, withStudio } from './driver.mjs';

const ADA = 'ada.lovelace@acme.example';

test('from the welcome view to a verified package', async () => {
	await withStudio(async (studio) => {
		const okta = join(studio.home, 'documents', 'Joinery', 'acme-connectors', 'okta');

		// Nothing to sign up for, nothing to type.
		await studio.see('Build a connector from a call that already works.');
		await studio.picture('welcome');
		await studio.click('button', 'Start with the sandbox org');
		await studio.see('250 users');
		await studio.see('get_user.rhai');
		assert.ok(existsSync(join(okta, 'connector.toml')));

		// A new request, sent with the keyboard.
		await studio.press(Key.Control, 't');
		await studio.until('the URL field has the focus', FOCUS_URL);
		await studio.type('{{base_url}}/api/v1/users/{{user}}');
		await studio.see('base_url');
		await setVariable(studio, 'user', ADA);
		await studio.press(Key.Control, Key.Enter);
		await studio.see('200 OK');
		await studio.see('Lovelace');
		await studio.picture('response');

		// The tested request becomes an action beside it.
		const before = readdirSync(join(okta, 'actions'));
		await studio.press(Key.Control, Key.Shift, Key.Enter);
		await studio.until('the action is open', `return ${SCRIPT}?.innerText.startsWith('//! Get user 2')`);
		await studio.until(
			'its input form',
			'return [...document.querySelectorAll("input")].some((input) => input.id.startsWith("run") || input.name === "user" || input.value === arguments[0])',
			ADA
		);
		const made = readdirSync(join(okta, 'actions')).filter((name) => !before.includes(name));
		assert.equal(made.length, 1, `one new action, found ${made}`);
		const script = join(okta, 'actions', made[0]);
		assert.match(readFileSync(script, 'utf8'), /http\.get\(`\/api\/v1\/users\/\$\{encode_path\(input\.user\)\}`\)/);

		// Run it, then edit and save: the output is compared with the run before.
		await studio.press(Key.Control, 'r');
		await studio.see('Succeeded');
		await editScript(studio, 'http.get(', 'print("found them"); http.get(');
		await studio.press(Key.Control, 's');
		await studio.until('the result of the save', 'return /saved → result \\d+ ms/.test(document.body.innerText)');
		assert.match(readFileSync(script, 'utf8'), /found them/);
		await studio.picture('saved');

		// An error marks its line, and the last good result stays.
		await editScript(studio, 'http.get(', 'nowhere(); http.get(');
		await studio.press(Key.Control, 's');
		await studio.see('nowhere');
		await studio.picture('error');
		await editScript(studio, 'nowhere(); ', '');
		await studio.press(Key.Control, 's');
		await studio.see('Succeeded');

		// Export, and what the command line makes of it.
		await studio.press(Key.Control, Key.Shift, 'e');
		await studio.see('Secret scan');
		await studio.picture('export');
		await studio.click('button', 'Export package');
		await studio.see('Exported');
		const name = 'okta-1.1.0.joinery';
		const found = [join(okta, '..', name), join(okta, name)].find(existsSync);
		assert.ok(found, 'the package is where the dialog said');
		assert.match(joinery(studio, ['verify', found]), /okta/);
		const input = JSON.stringify({ user: ADA });
		const action = made[0].replace('.rhai', '');
		const output = joinery(studio, ['run', found, action, '--input', input, '--connection', 'sandbox']);
		assert.equal(JSON.parse(output).profile.login, ADA);
	});
});

// The open script; the URL and the parameters are small editors too.
const SCRIPT = `[...document.querySelectorAll('.cm-content[aria-multiline=true]')].find((each) => each.innerText.includes('fn execute'))`;
const FOCUS_URL = 'return document.activeElement?.getAttribute("aria-label") === "URL"';

/** Types a value into the row of a path variable. */
async function setVariable(studio, name, value) {
	await studio.until(
		`a value cell for ${name}`,
		`const row = [...document.querySelectorAll('[role=row], tr')].find((row) => row.innerText.includes(arguments[0]) || [...row.querySelectorAll('input')].some((input) => input.value === arguments[0]));
		 const cells = row ? [...row.querySelectorAll('[contenteditable=true], input:not([type=checkbox])')] : [];
		 const cell = cells.find((cell) => /value/i.test(cell.getAttribute('aria-label') ?? '')) ?? cells.at(-1);
		 cell?.focus();
		 return !!cell;`,
		name
	);
	await studio.type(value);
}

/** Replaces the first \`from\` in the open script, as typing would. */
async function editScript(studio, from, to) {
	await studio.until(
		'the script to be edited',
		`const content = ${SCRIPT};
		 const line = [...content.querySelectorAll('.cm-line')].find((each) => each.textContent.includes(arguments[0]));
		 if (!line) return false;
		 content.focus();
		 let offset = line.textContent.indexOf(arguments[0]);
		 const place = (offset) => { const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT); let node; while ((node = walker.nextNode())) { if (offset <= node.length) return [node, offset]; offset -= node.length; } };
		 const range = document.createRange();
		 range.setStart(...place(offset)); range.setEnd(...place(offset + arguments[0].length));
		 const selection = getSelection(); selection.removeAllRanges(); selection.addRange(range);
		 return true;`,
		from
	);
	await new Promise((wake) => setTimeout(wake, 60));
	await studio.type(to === '' ? Key.Delete : to);
}
