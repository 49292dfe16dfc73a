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

			// The connection's dialog lists it, and forgets it.
			await studio.click('button', 'Connection:');
			await studio.click('menuitem', 'Edit mine');
			await studio.see('Secrets of requests');
			await studio.picture('connection-request-secrets');
			await studio.accessible('the secrets of requests', '[role=dialog]');
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
		`const found = [...document.querySelectorAll('#request-panel button')].find((each) => each.textContent.trim() === 'Save as secret');
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
