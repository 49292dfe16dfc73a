// The request side of the tester, in the real window: parts, bodies, variables, the tree, and drafts after a crash.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import test from 'node:test';

import { Key, withStudio } from './driver.mjs';

test('every kind of body reaches the server as it was written', async () => {
	await withServer(async (server) => {
		await withStudio(async (studio) => {
			await started(studio);
			const fixtures = join(studio.home, 'documents', 'Joinery', 'acme-connectors', 'fixtures');
			mkdirSync(fixtures, { recursive: true });
			writeFileSync(join(fixtures, 'photo.png'), 'not really a photo');
			await newRequest(studio, `${server.url}/echo/{{word}}`);
			await setValue(studio, 'word', 'hello');
			await choose(studio, 'Method', 'POST');
			await studio.click('tab', 'Auth');
			await choose(studio, 'Sign with', 'No auth');

			await body(studio, 'JSON');
			await text(studio, 'Request body', '{"word": "{{word}}", "n": 1');
			await studio.see('Line 1, column');
			await text(studio, 'Request body', '{"word": "{{word}}", "n": 1}');
			await studio.click('button', 'Format');
			await studio.see('"n": 1');
			const json = await send(studio, server);
			assert.match(json.type, /^application\/json/);
			assert.equal(json.body, '{\n  "word": "hello",\n  "n": 1\n}');
			assert.equal(json.path, '/echo/hello');

			await body(studio, 'Multipart');
			await studio.click('button', 'Add text');
			await cell(studio, 'Name of the part', 'note');
			await cell(studio, 'Value of note', '{{word}} there');
			await studio.press(Key.Escape);
			await studio.click('button', 'Add file');
			await cell(studio, 'Name of the part', 'photo');
			await cell(studio, 'the file of photo', 'photo.png');
			const multipart = await send(studio, server);
			assert.match(multipart.type, /^multipart\/form-data; boundary=/);
			assert.match(multipart.body, /name="note"\r\n\r\nhello there\r\n/);
			assert.match(multipart.body, /filename="photo.png"\r\nContent-Type: image\/png\r\n\r\nnot really a photo/i);
			await studio.picture('request-multipart');

			await body(studio, 'File');
			await cell(studio, 'the file to send', 'photo.png');
			assert.deepEqual(pick(await send(studio, server)), ['image/png', 'not really a photo']);

			await body(studio, 'GraphQL');
			await text(studio, 'GraphQL query', 'query { me }');
			await text(studio, 'GraphQL variables', '{"word": "{{word}}"}');
			const [type, sent] = pick(await send(studio, server));
			assert.match(type, /^application\/json/);
			assert.deepEqual(JSON.parse(sent), { query: 'query { me }', variables: { word: 'hello' } });

			await body(studio, 'Raw');
			await cell(studio, 'Media type', 'text/csv');
			await text(studio, 'Request body', 'a,b');
			assert.deepEqual(pick(await send(studio, server)), ['text/csv', 'a,b']);
		});
	});
});

test('a missing variable is red, completed, set where one chooses, and asked for', async () => {
	await withServer(async (server) => {
		await withStudio(async (studio) => {
			await started(studio);
			const workspace = join(studio.home, 'documents', 'Joinery', 'acme-connectors');
			await newRequest(studio, `${server.url}/{{place}}`);
			await studio.until('a red chip', 'return document.querySelector(".cm-chip-missing")?.textContent === "place"');
			await setValue(studio, 'place', 'here', 'The whole workspace');
			await studio.until('no red chip', 'return document.querySelector(".cm-chip-missing") === null');
			assert.match(readFileSync(join(workspace, 'variables.toml'), 'utf8'), /place = "here"/);

			// An environment wins over the workspace.
			await studio.click('button', 'Environment:');
			await studio.click('menuitem', 'Environments and variables');
			await studio.click('button', 'New environment');
			await cell(studio, 'Name of the environment', 'preview');
			await cell(studio, 'New name', 'place');
			await cell(studio, 'Value of place', 'there');
			await studio.picture('environments');
			await studio.click('button', 'Save');
			await studio.until('it is in use', `return document.querySelector('.topbar').innerText.includes('preview')`);
			assert.match(readFileSync(join(workspace, 'environments', 'preview.toml'), 'utf8'), /place = "there"/);
			await studio.click('tab', 'Auth');
			await choose(studio, 'Sign with', 'No auth');
			assert.equal((await send(studio, server)).path, '/there');

			// Completed as it is typed, with the function's brackets.
			await url(studio, `${server.url}/{{uui`);
			await studio.until('the list', 'return document.querySelector(".cm-tooltip-autocomplete") !== null');
			await new Promise((wake) => setTimeout(wake, 120));
			await studio.press(Key.Enter);
			assert.match((await send(studio, server)).path, /^\/[0-9a-f-]{36}$/);

			await url(studio, `${server.url}/{{prompt("Ticket", "OPS-1")}}`);
			await studio.press(Key.Control, Key.Enter);
			await studio.see('Before it is sent');
			await cell(studio, 'Ticket', 'OPS-7');
			server.calls.length = 0;
			await studio.click('button', 'Send');
			assert.equal((await server.next()).path, '/OPS-7');
		});
	});
});

test('requests are duplicated, renamed, put into folders, and inherit from them', async () => {
	await withServer(async (server) => {
		await withStudio(async (studio) => {
			await started(studio);
			const requests = join(studio.home, 'documents', 'Joinery', 'acme-connectors', 'okta', 'requests');
			await row(studio, 'users/get_user.toml');
			await studio.press(Key.Control, 'd');
			// Renamed while it is still being opened, it would be looked for where it was.
			await studio.until('the copy is open', OPEN_TAB, 'Get user copy');
			assert.ok(existsSync(join(requests, 'users', 'get_user_copy.toml')));
			await row(studio, 'users/get_user_copy.toml');
			await studio.press(Key.F2);
			await studio.until('the name is edited', 'return document.activeElement?.classList.contains("rename")');
			await studio.press(Key.Control, 'a');
			await studio.type('Find a person');
			await studio.press(Key.Enter);
			await studio.inTree('it is renamed', `return ${ROW} !== null`, 'users/find_a_person.toml');
			await studio.until('its tab too', OPEN_TAB, 'Find a person');

			await menu(studio, 'users/find_a_person.toml');
			await studio.click('menuitem', 'Move to');
			await choose(studio, 'Folder', 'Groups');
			await studio.click('button', 'Move');
			await waitFor(() => existsSync(join(requests, 'groups', 'find_a_person.toml')));

			await menu(studio, 'groups');
			await studio.click('menuitem', 'Folder settings');
			// The request behind the dialog has a tab of that name too.
			await studio.until(
				'the tab',
				'const tab = document.querySelector("#folder-tab-headers"); tab?.click(); return tab?.getAttribute("aria-selected") === "true"'
			);
			await cell(studio, 'New name', 'X-Team');
			await cell(studio, 'Value of X-Team', 'joiners');
			await studio.click('button', 'Save');
			await waitFor(() => readFileSync(join(requests, 'groups', 'folder.toml'), 'utf8').includes('X-Team'));
			await url(studio, `${server.url}/team`);
			await studio.click('tab', 'Auth');
			await choose(studio, 'Sign with', 'No auth');
			assert.equal((await send(studio, server)).headers['x-team'], 'joiners');
		});
	});
});

test('what is typed and not saved outlives a crash', async () => {
	await withStudio(async (studio) => {
		await started(studio);
		await newRequest(studio, '{{base_url}}/api/v1/groups?limit=7');
		await studio.click('tab', 'Docs');
		await studio.focus(await studio.find('textbox', 'Description, in Markdown'));
		await studio.type('Unsaved **words**');
		await new Promise((wake) => setTimeout(wake, 1500));
		await studio.crash();
		await studio.click('button', 'acme-connectors');
		await studio.see('/groups');
		await studio.click('tab', 'groups');
		await studio.click('tab', 'Docs');
		await studio.until('the words', 'return document.querySelector("#request-panel strong")?.textContent === "words"');
		await studio.click('tab', 'Params');
		await studio.until('the row', 'return [...document.querySelectorAll("#request-panel input")].some((each) => each.value === "7")');
	});
});

/** A server that answers with what it was asked. */
async function withServer(work) {
	const calls = [];
	const server = createServer((request, response) => {
		let body = '';
		request.setEncoding('latin1');
		request.on('data', (more) => (body += more));
		request.on('end', () => {
			const { method, url, headers } = request;
			calls.push({ method, path: url, headers, type: headers['content-type'], body });
			response.setHeader('content-type', 'application/json').end('{"ok":true}');
		});
	});
	await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
	const next = async () => {
		await waitFor(() => calls.length > 0);
		return calls.shift();
	};
	try {
		await work({ url: `http://127.0.0.1:${server.address().port}`, calls, next });
	} finally {
		server.closeAllConnections();
		server.close();
	}
}

async function waitFor(holds) {
	for (let tries = 0; tries < 400; tries++) {
		try {
			if (holds()) return;
		} catch {
			// Not there yet.
		}
		await new Promise((wake) => setTimeout(wake, 25));
	}
	throw new Error(`waited 10 s for ${holds}`);
}

async function started(studio) {
	await studio.click('button', 'Start with the sandbox org');
	await studio.see('250 users');
	await studio.see('get_user.rhai');
}

async function newRequest(studio, address) {
	await studio.press(Key.Control, 't');
	await url(studio, address);
}

/** Types over the URL; an answer to the closing of brackets never comes in between. */
async function url(studio, address) {
	await studio.press(Key.Control, 'l');
	await studio.until('the URL field', 'return document.activeElement?.getAttribute("aria-label") === "URL"');
	await studio.press(Key.Control, 'a');
	await studio.type(address);
}

async function choose(studio, label, option) {
	await studio.click('button', label);
	await studio.click('option', option);
	await studio.until('the list is closed', 'return document.querySelector(".select-popup") === null');
}

async function body(studio, kind) {
	await studio.click('tab', 'Body');
	await choose(studio, 'Kind of body', kind);
}

/** Replaces the text of an editor, as a paste would: brackets are not closed. */
async function text(studio, label, value) {
	const editor = await studio.find('textbox', label);
	await studio.focus(editor);
	await studio.press(Key.Control, 'a');
	await studio.run(
		`const data = new DataTransfer(); data.setData('text/plain', arguments[1]);
		 arguments[0].dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))`,
		editor,
		value
	);
	await new Promise((wake) => setTimeout(wake, 250));
}

/** Types into the last field of that name, in the dialog where one is open. */
async function cell(studio, label, value) {
	await studio.until(
		`a field “${label}”`,
		`const found = [...(document.querySelector('[role=dialog]') ?? document).querySelectorAll('input')].filter((each) => (each.getAttribute('aria-label') ?? each.labels?.[0]?.textContent ?? '').trim().startsWith(arguments[0]) && each.getClientRects().length > 0);
		 found.at(-1)?.focus(); found.at(-1)?.select(); return found.length > 0 && document.activeElement === found.at(-1)`,
		label
	);
	await studio.type(value);
}

async function setValue(studio, name, value, place = 'This request') {
	await studio.until(
		`the chip ${name}`,
		`const chip = [...document.querySelectorAll('.cm-chip-missing')].find((each) => each.textContent === arguments[0]);
		 if (!chip) return false;
		 const { left, top, width, height } = chip.getBoundingClientRect();
		 chip.dispatchEvent(new MouseEvent('mouseup', { bubbles: true, clientX: left + width / 2, clientY: top + height / 2 }));
		 return true`,
		name
	);
	await studio.click('button', 'Set value');
	await studio.see(`Value of {{${name}}}`);
	await cell(studio, 'Value', value);
	if (place !== 'This request') await choose(studio, 'Kept in', place);
	await studio.press(Key.Control, Key.Enter);
	await studio.until('it is set', 'return document.querySelector("[role=dialog]") === null');
}

/** What the server got of the request in hand. */
async function send(studio, server) {
	server.calls.length = 0;
	await studio.press(Key.Control, Key.Enter);
	return server.next();
}

function pick({ type, body }) {
	return [type, body];
}

/** Whether the tab with that name is in front. */
const OPEN_TAB = `return [...document.querySelectorAll('[role=tab][aria-selected=true]')].some((each) => each.textContent.includes(arguments[0]))`;

const ROW = `document.querySelector('[role=treeitem][data-id="okta:requests/' + arguments[0] + '"]')`;

async function row(studio, path) {
	await studio.inTree(`the row ${path}`, `const row = ${ROW}; row?.focus(); return row !== null`, path);
}

async function menu(studio, path) {
	// In the middle of the tree: a row drawn beyond its edge would have its menu beyond the window's.
	await studio.inTree(`the row ${path}`, `return ${ROW}`, path);
	await studio.until(
		`the row ${path}, to ask for its menu`,
		`const row = ${ROW}; const at = row?.getBoundingClientRect();
		 row?.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: at.left + 40, clientY: at.top + 8 }));
		 return row !== null`,
		path
	);
}

test('a pasted curl command fills the request, keeps its secrets out and can be undone', async () => {
	await withServer(async (server) => {
		await withStudio(async (studio) => {
			await started(studio);
			await newRequest(studio, '/api/v1/users');
			await studio.press(Key.Control, 'l');
			const command = `curl -X PUT '${server.url}/echo/a?b=c%20d' \\\n  -H 'X-Api-Key: opensesame' \\\n  --json '{"n": 1}'`;
			const paste = () =>
				studio.run(
					`const data = new DataTransfer();
					data.setData('text/plain', arguments[0]);
					document.querySelector('[aria-label=URL]').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));`,
					command
				);
			const taken = () =>
				studio.until('the URL is that of the command', `return document.querySelector('[aria-label=URL]').innerText.includes('/echo/a')`);
			await paste();
			await studio.see('Taken from the curl command');
			await studio.click('button', 'Undo');
			await studio.until('it is as it was', `return !document.querySelector('[aria-label=URL]').innerText.includes('/echo/a')`);

			await paste();
			await studio.see('Held until Joinery closes, and in no file: x_api_key');
			await studio.picture('curl-pasted');
			await taken();
			await studio.click('tab', 'Headers');
			await studio.until('the secret is a variable', `return [...document.querySelectorAll('input')].some((each) => each.value === '{{x_api_key}}')`);
			// It is sent at once, and shown nowhere.
			assert.equal((await send(studio, server)).headers['x-api-key'], 'opensesame');
			await studio.see('200 OK');
			assert.ok(!(await studio.run('return document.documentElement.outerHTML')).includes('opensesame'));
		});
	});
});
