// *Save as secret* in the real window: a credential typed into a request is told of, moves to the connection, and is sent
// from there; neither the file nor the page shows it again.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import test from 'node:test';

import { Key, joinery, until, withStudio } from './driver.mjs';
import { fill, gone, okta } from './okta.mjs';

const SESAME = 'open-sesame-4711';

test('a credential in a header is told of, moves to the connection, and is sent from there', async () => {
	const calls = [];
	const server = createServer((request, response) => {
		calls.push(request.headers);
		response.setHeader('content-type', 'application/json').end('{"ok":true}');
	});
	await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
	try {
		await withStudio(async (studio) => {
			await studio.click('button', 'Start with the sandbox org');
			await studio.see('250 users');
			await studio.see('get_user.rhai');
			const { host, token, folder } = okta(studio);

			await studio.press(Key.Control, 't');
			await studio.press(Key.Control, 'l');
			await studio.until('the URL field', 'return document.activeElement?.getAttribute("aria-label") === "URL"');
			await studio.type(`http://127.0.0.1:${server.address().port}/hook`);
			await studio.click('tab', 'Headers');
			await fill(studio, 'New name', 'X-Api-Key');
			await fill(studio, 'Value of X-Api-Key', SESAME);
			await studio.see('x_api_key would stand in the file for all to read');

			// It is told of once more when the file is written.
			await studio.press(Key.Control, 's');
			await studio.see('The file holds what looks like a secret: x_api_key');
			const requests = join(folder, 'requests');
			const file = await until('the file is written', () => {
				const files = readdirSync(requests).filter((name) => name.endsWith('.toml')).map((name) => join(requests, name));
				return files.find((name) => readFileSync(name, 'utf8').includes(SESAME));
			});

			// The sandbox org's connection keeps nothing: another one is offered.
			await keep(studio);
			await studio.see('keeps no secrets of its own');
			await studio.find('button', 'New connection');
			await studio.press(Key.Escape);
			await gone(studio, 'Save as secret');

			const secret = join(studio.home, 'token');
			writeFileSync(secret, token);
			joinery(studio, ['connection', 'add', 'mine', folder, '--set', `domain=${host}`, '--secret', `token=file:${secret}`]);
			await command(studio, 'Read the workspace from disk again');
			await choose(studio, 'mine');
			await keep(studio);
			await studio.see('moves to the secrets of mine');
			await studio.until('a name is proposed', `return document.querySelector('#secret-name')?.value === 'x_api_key'`);
			for (const theme of ['light', 'dark']) {
				await studio.run(`document.documentElement.dataset.theme = arguments[0]`, theme);
				await studio.accessible(`the dialog, ${theme}`, '[role=dialog]');
				await studio.picture(`save-as-secret-${theme}`);
			}
			// What the connection signs with keeps its name.
			await called(studio, 'token');
			await studio.press(Key.Enter);
			await studio.see('means something else in mine');
			await called(studio, 'hook_key');
			await studio.press(Key.Enter);
			await studio.see('Kept in mine');
			await gone(studio, 'Save as secret');
			await studio.until('a variable stands there', VALUE, '{{hook_key}}');
			await studio.until('nothing is left to tell', `return !document.body.innerText.includes('would stand in the file')`);

			// The keys are still the request's: what opened the dialog is gone.
			await studio.until('the request has the focus', `return document.activeElement?.closest('#request-panel') !== null && document.activeElement !== document.body`);
			await studio.press(Key.Control, 's');
			await until('the file holds the variable', () => readFileSync(file, 'utf8').includes('value = "{{hook_key}}"'));
			assert.ok(!readFileSync(file, 'utf8').includes(SESAME));
			await studio.press(Key.Control, Key.Enter);
			await until('it is sent', () => calls.length > 0);
			assert.equal(calls[0]['x-api-key'], SESAME);
			await studio.see('200 OK');
			const page = await studio.run('return document.documentElement.outerHTML');
			assert.ok(!page.includes(SESAME));

			// What a folder shares moves in the same way.
			await shared(studio, 'users');
			await fillInDialog(studio, 'New name', 'X-Api-Key');
			await fillInDialog(studio, 'Value of X-Api-Key', 'of-a-folder-4712');
			await studio.until(
				'the button in the folder',
				`const found = [...document.querySelectorAll('[role=dialog] button')].find((each) => each.textContent.trim() === 'Save as secret');
				 found?.click(); return found !== undefined`
			);
			await called(studio, 'folder_key');
			await studio.press(Key.Enter);
			await studio.until('a variable stands in the folder', `return [...document.querySelectorAll('[role=dialog] input')].some((each) => each.value === '{{folder_key}}')`);
			await studio.click('button', 'Save');
			await gone(studio, 'Folder');
			const folderFile = join(requests, 'users', 'folder.toml');
			await until('the folder holds the variable', () => readFileSync(folderFile, 'utf8').includes('{{folder_key}}'));
			assert.ok(!readFileSync(folderFile, 'utf8').includes('of-a-folder-4712'));

			// The connection's dialog lists both, and forgets them.
			await studio.click('button', 'Connection:');
			await studio.click('menuitem', 'Edit mine');
			await studio.see('Secrets of requests');
			await studio.picture('connection-request-secrets');
			await studio.accessible('the secrets of requests', '[role=dialog]');
			await studio.click('button', 'Forget folder_key');
			await studio.click('button', 'Forget hook_key');
			await studio.until('it is forgotten', `return !document.body.innerText.includes('Secrets of requests')`);
		});
	} finally {
		server.closeAllConnections();
		server.close();
	}
});

/** Whether a field of the request holds that value. */
const VALUE = `return [...document.querySelectorAll('#request-panel input')].some((each) => each.value === arguments[0])`;

/** The button of the notice below the headers. */
async function keep(studio) {
	await studio.until(
		'the button of the notice',
		`const found = [...document.querySelectorAll('[aria-label="Request tester"] button')].find((each) => each.textContent.trim() === 'Save as secret');
		 found?.click(); return found !== undefined`
	);
	await studio.until('the dialog', `return document.querySelector('[role=dialog]')?.innerText.includes('Save as secret')`);
}

/** Types over the name in the dialog; the headers behind it have fields of that name too. */
async function called(studio, name) {
	await studio.until(
		'the name has the focus',
		`const field = document.querySelector('#secret-name'); field?.focus(); field?.select(); return document.activeElement === field && field !== null`
	);
	await studio.type(name);
}

/** As `fill`, in the dialog: the request behind it has fields of those names too. */
async function fillInDialog(studio, label, value) {
	await studio.until(
		`the field ${label}`,
		`const found = [...document.querySelectorAll('[role=dialog] input')].find((each) => each.getAttribute('aria-label') === arguments[0]);
		 found?.focus(); found?.select(); return found !== undefined && document.activeElement === found`,
		label
	);
	await studio.type(value);
}

/** Opens what a folder shares, at its headers. */
async function shared(studio, folder) {
	const script = `return document.querySelector('[role=treeitem][data-id="okta:requests/' + arguments[0] + '"]')`;
	const row = await studio.inTree(`the folder ${folder}`, script, folder);
	await studio.run(
		`const at = arguments[0].getBoundingClientRect();
		 arguments[0].dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: at.left + 40, clientY: at.top + 8 }))`,
		row
	);
	await studio.click('menuitem', 'Folder settings');
	await studio.until(
		'its headers',
		'const tab = document.querySelector("#folder-tab-headers"); tab?.click(); return tab?.getAttribute("aria-selected") === "true"'
	);
}

async function choose(studio, name) {
	await studio.click('button', 'Connection:');
	await studio.click('menuitemradio', name);
	await studio.until('it is in use', `return document.querySelector('.topbar').innerText.includes(arguments[0])`, name);
}

async function command(studio, label) {
	await studio.press(Key.Control, Key.Shift, 'p');
	await studio.until('the palette', `return document.activeElement?.getAttribute('role') === 'combobox'`);
	await studio.type(label.toLowerCase());
	await studio.click('option', label);
}
