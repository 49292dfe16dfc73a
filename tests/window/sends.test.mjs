// What surrounds a send: imports, several requests in order, load runs, cookies, hints, differences, and the splitter.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

import { okta } from './okta.mjs';
import { Key, withStudio } from './driver.mjs';

const COLLECTION = {
	info: {
		name: 'Acme',
		schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json'
	},
	item: [
		{
			name: 'Admin',
			item: [
				{
					name: 'List groups',
					request: {
						method: 'GET',
						header: [{ key: 'Authorization', value: 'SSWS 00opensesame' }],
						url: 'https://acme.example/api/v1/groups?limit=2'
					},
					event: [{ listen: 'prerequest', script: { exec: ['eval(1)'] } }]
				}
			]
		}
	]
};

test('a file dropped on the window is looked at, imported into a folder, and shown', async () => {
	await withStudio(async (studio) => {
		const requests = await started(studio);
		await studio.run(
			`const data = new DataTransfer();
			data.items.add(new File([arguments[0]], 'acme.json', { type: 'application/json' }));
			document.querySelector('main').dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));`,
			JSON.stringify(COLLECTION)
		);
		await studio.see('Postman collection');
		const facts = await studio.run('return document.querySelector("dl[aria-label=\'What it holds\']").innerText');
		assert.equal(facts.replaceAll(/\s+/g, ' ').trim(), 'requests 1 folders 1 secrets 1 not carried 1');
		await choose(studio, 'Folder', 'Groups');
		await studio.picture('import-preview');
		await studio.accessible('the preview of an import', '.dialog');
		await studio.click('button', 'Import 1 request');
		await studio.see('1 request imported');
		const file = join(requests, 'groups', 'admin', 'list_groups.toml');
		assert.ok(existsSync(file));
		assert.doesNotMatch(readFileSync(file, 'utf8'), /opensesame/);
		await studio.picture('import-result');
		await studio.accessible('the result of an import', '.dialog');
		await studio.click('button', 'Show requests/groups/admin/list_groups.toml');
		await studio.until(
			'it is open',
			'return [...document.querySelectorAll("[role=tab]")].some((each) => each.innerText.includes("List groups"))'
		);

		// What is none of the formats says so, and the way back is open.
		await palette(studio, 'import requests');
		await paste(studio, 'just words');
		await studio.see('It is none of the formats that can be imported');
		await studio.picture('import-refused');
	});
});

const description = process.env.OKTA_DATA && join(process.env.OKTA_DATA, 'openapi-management-2026.06.3.yaml');

test(
	"Okta's own description is imported without the window standing still, and then completes paths",
	{
		skip: description && existsSync(description) ? false : 'OKTA_DATA names no folder with the description'
	},
	async () => {
		await withStudio(async (studio) => {
			const requests = await started(studio);
			// As when the file is dropped: its text comes through the page.
			await palette(studio, 'import requests');
			await studio.see('Drop a file here');
			await studio.run(WATCH);
			await studio.run(
				`const data = new DataTransfer();
				data.items.add(new File([arguments[0]], 'okta.yaml'));
				document.querySelector('.zone').dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));`,
				readFileSync(description, 'utf8')
			);
			await until(studio, 'Import 732 requests', 90);
			await studio.picture('import-okta');
			await studio.click('button', 'Import 732 requests');
			await until(studio, '732 requests imported', 90);
			const longest = await studio.run('return window.longest');
			console.log(`the longest pause of the window while 732 requests were imported: ${Math.round(longest)} ms`);
			assert.ok(longest < 1000, `the window stood still for ${longest} ms`);
			assert.ok(existsSync(join(requests, '..', 'openapi.yaml')));
			await studio.click('button', 'Done');

			await studio.press(Key.Control, 't');
			await studio.type('{{base_url}}/api/v1/groups/');
			await studio.until(
				'operations are offered',
				'return [...document.querySelectorAll(".cm-tooltip-autocomplete li")].some((each) => each.innerText.includes("/api/v1/groups/{groupId}"))'
			);
			await studio.picture('describe-complete');
		});
	}
);

test('requests of a folder are sent in order, and once for each row of data', async () => {
	await withStudio(async (studio) => {
		await started(studio);
		await menu(studio, await row(studio, 'logs'));
		await studio.click('menuitem', 'Send all in order');
		await studio.click('button', 'Send all');
		await studio.see('2 of 2 passed');
		const order = await studio.run(
			'return [...document.querySelectorAll("table[aria-label=\'How each request went\'] .name button")].map((each) => each.innerText)'
		);
		assert.deepEqual(order, ['Query the System Log', 'Recent events']);
		await studio.picture('send-all');
		await studio.accessible('requests sent in order', '.dialog');
		await studio.press(Key.Escape);

		// Two marked with Ctrl are sent in the order in which they were.
		await mark(studio, 'users/list_users.toml', 'groups/list_groups.toml');
		await studio.click('menuitem', 'Send 2 requests in order');
		await studio.click('button', 'Send all');
		await studio.see('2 of 2 passed');
	});
});

test('requests marked in the tree become one action in that order', async () => {
	await withStudio(async (studio) => {
		const requests = await started(studio);
		await mark(studio, 'groups/list_groups.toml', 'users/get_user.toml');
		await studio.click('menuitem', 'Make action from 2 requests');
		await studio.until(
			'the action is open',
			'return [...document.querySelectorAll("[role=tab]")].some((each) => each.innerText.includes("get_user_2"))'
		);
		const script = readFileSync(join(requests, '..', 'actions', 'get_user_2.rhai'), 'utf8');
		assert.match(script, /\/api\/v1\/groups[\s\S]*\/api\/v1\/users\//);
	});
});

test('a load run shows its percentiles, and can be stopped', async () => {
	await withStudio(async (studio) => {
		await started(studio);
		await palette(studio, 'load run');
		await studio.press(Key.Control, Key.Enter);
		await studio.see('100 of 100 in');
		await studio.picture('load-run');
		await studio.accessible('a load run', '.dialog');
		await studio.run(
			`const field = document.querySelector('#load-times'); field.value = '100000'; field.dispatchEvent(new Event('input', { bubbles: true }));`
		);
		await studio.click('button', 'Run again');
		await studio.click('button', 'Stop');
		await studio.find('button', 'Run again');
	});
});

test('cookies are kept, masked, changed and forgotten', async () => {
	await withStudio(async (studio) => {
		await started(studio);
		await palette(studio, 'cookies of the connection');
		await studio.see('No cookies are kept');
		await studio.click('button', 'New cookie');
		await studio.focus(await studio.until('the name', 'return document.querySelector("#cookie-name")'));
		await studio.type('sid');
		await studio.focus(await studio.find('textbox', 'Value'));
		await studio.type('102Qx');
		assert.equal(await studio.run('return document.querySelector("#cookie-value").type'), 'password');
		await studio.click('button', 'Save cookie');
		await studio.see('1 cookie');
		await studio.picture('cookies');
		await studio.accessible('the cookies', '.dialog');
		await studio.press(Key.Escape);
		await studio.press(Key.Control, Key.Enter);
		await studio.see('200 OK');
		await studio.click('tab', 'Request');
		await studio.see('cookie');
		await palette(studio, 'cookies of the connection');
		await studio.click('button', 'Forget sid of 127.0.0.1');
		await studio.see('No cookies are kept');
	});
});

test('a page of more is followed, and what a PUT would clear is told before it is sent', async () => {
	await withStudio(async (studio) => {
		await started(studio);
		await row(studio, 'users/list_users.toml');
		await studio.press(Key.Enter);
		await studio.until(
			'it is open',
			'return document.querySelector("[role=tab][aria-selected=true]").innerText.includes("List users")'
		);
		await studio.press(Key.Control, Key.Enter);
		await studio.see('This is one page of more');
		await studio.picture('hint-pages');
		await studio.accessible('a hint on an answer');
		await studio.click('button', 'Follow all');
		// On a slow machine the line that waits counts pages too.
		await studio.until(
			'all pages are there',
			'return /\\d{2} pages, \\d{3} entries/.test(document.querySelector(".response .bar").innerText)'
		);
		assert.equal(await studio.run('return document.body.innerText.includes("This is one page of more")'), false);
		await studio.picture('pages-followed');

		const org = okta(studio);
		const user = await org.call('GET', '/api/v1/users/ada.lovelace@acme.example');
		const profile = {
			login: user.profile.login,
			email: user.profile.email,
			firstName: 'Ada',
			lastName: 'Lovelace'
		};
		const put = (name) =>
			`name = "${name}"\nmethod = "PUT"\nurl = "{{base_url}}/api/v1/users/${user.id}"\n[body]\nkind = "json"\ntext = '''${JSON.stringify({ profile })}'''\n`;
		writeFileSync(join(org.folder, 'requests', 'users', 'put_user.toml'), put('Put user'));
		writeFileSync(
			join(org.folder, 'requests', 'users', 'read_user.toml'),
			`name = "Read user"\nurl = "{{base_url}}/api/v1/users/${user.id}"\n`
		);
		await open(studio, 'users/read_user.toml', 'Read user');
		await studio.press(Key.Control, Key.Enter);
		await studio.see('Next steps from ACTIVE');
		await open(studio, 'users/put_user.toml', 'Put user');
		await studio.see('This PUT clears attributes');
		assert.match(
			await studio.run('return document.querySelector("table[aria-label=\'Before and after\']").innerText'),
			/mobilePhone/
		);
		await studio.picture('hint-put');
		await studio.press(Key.Control, Key.Enter);
		await studio.see('The PUT cleared attributes');
		await studio.click('button', 'Put them back');
		await studio.until(
			'a request is ready',
			'return document.querySelector("[role=tab][aria-selected=true]").innerText.includes("Put them back")'
		);
	});
});

test('two answers are compared, and the halves of the tester are split as one likes', async () => {
	await withStudio(async (studio) => {
		await started(studio);
		await studio.press(Key.Control, Key.Enter);
		await studio.see('200 OK');
		const { call } = okta(studio);
		await call('POST', '/api/v1/users/ada.lovelace@acme.example', {
			profile: { department: 'Poetry' }
		});
		await studio.press(Key.Control, Key.Enter);
		await studio.until(
			'two answers',
			'return [...document.querySelectorAll("[role=tab]")].some((each) => /History\\s*2/.test(each.innerText))'
		);
		await studio.focus(await studio.find('tab', 'Body'));
		await studio.press(Key.Control, Key.Shift, 'd');
		await studio.see('Compared with');
		await studio.see('2 changed');
		await studio.click('button', 'Next change');
		await studio.see('Poetry');
		await studio.picture('diff-answers');

		const height = 'return Math.round(document.querySelector("#request-panel").getBoundingClientRect().height)';
		const before = await studio.run(height);
		await studio.focus(await studio.find('separator', 'Height of the request'));
		for (let step = 0; step < 4; step++) await studio.press(Key.ArrowDown);
		await studio.until('the request is 64 px higher', `return (() => { ${height} })() === ${before + 64}`);
		await new Promise((wake) => setTimeout(wake, 400));
		await studio.restart();
		await studio.click('button', 'acme-connectors');
		await studio.see('get_user.rhai');
		await studio.until('it is so after a start', `return Math.abs((() => { ${height} })() - ${before + 64}) < 3`);

		await studio.press(Key.Control, '4');
		await studio.click('textbox', 'URL');
		await studio.press(Key.Control, 'j');
		await studio.find('separator', 'Width of the request');
		await studio.picture('tester-beside');
		await studio.press(Key.Control, 'j');
		await studio.find('separator', 'Height of the request');
	});
});

test('a PDF is shown by the program that the system has for it', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'joinery-viewer-'));
	const browser = join(folder, 'viewer');
	const seen = join(folder, 'seen');
	writeFileSync(browser, `#!/bin/sh\nprintf '%s' "$1" > '${seen}'\n`, { mode: 0o755 });
	const server = createServer((_, response) =>
		response.setHeader('content-type', 'application/pdf').end('%PDF-1.4 a page')
	);
	await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
	try {
		await withStudio(
			async (studio) => {
				await started(studio);
				await studio.press(Key.Control, 't');
				await studio.type(`http://127.0.0.1:${server.address().port}/report`);
				await studio.click('tab', 'Auth');
				await choose(studio, 'Sign with', 'No auth');
				await studio.press(Key.Control, Key.Enter);
				await studio.see('A PDF document');
				await studio.picture('body-pdf');
				await studio.click('button', 'Open outside');
				for (let tries = 0; !existsSync(seen) && tries < 200; tries++)
					await new Promise((wake) => setTimeout(wake, 25));
				const address = readFileSync(seen, 'utf8');
				assert.match(address, /^file:\/\/.*\.pdf$/);
				assert.equal(readFileSync(fileURLToPath(address), 'utf8'), '%PDF-1.4 a page');
			},
			{ browser }
		);
	} finally {
		server.close();
		rmSync(folder, { recursive: true, force: true });
	}
});

/** How long the window was not drawn, in milliseconds. */
const WATCH = `window.longest = 0;
	let last = performance.now();
	const tick = () => {
		const now = performance.now();
		window.longest = Math.max(window.longest, now - last);
		last = now;
		requestAnimationFrame(tick);
	};
	requestAnimationFrame(tick);`;

async function started(studio) {
	await studio.click('button', 'Start with the sandbox org');
	await studio.see('get_user.rhai');
	await studio.see('250 users');
	return join(studio.home, 'documents', 'Joinery', 'acme-connectors', 'okta', 'requests');
}

async function palette(studio, text) {
	await studio.press(Key.Control, 'k');
	await studio.find('combobox', 'Search or run a command');
	await studio.type(`>${text}`);
	await studio.until('the command is found', 'return document.querySelector("#palette-list [role=option]") !== null');
	await studio.press(Key.Enter);
}

/** Puts a text into the dialog's field, and has it read. */
async function paste(studio, text) {
	await studio.until('the field', 'return document.querySelector("#import-text") !== null');
	await studio.run(
		`const field = document.querySelector('#import-text'); field.value = arguments[0]; field.dispatchEvent(new Event('input', { bubbles: true }));`,
		text
	);
	await studio.click('button', 'Read the text');
}

async function choose(studio, label, option) {
	await studio.click('button', label);
	await studio.click('option', option);
}

/** Gives a row of the tree the focus, its folders opened. */
async function row(studio, path) {
	const id = `okta:requests/${path}`;
	const folder = path.split('/')[0];
	await studio.until('the tree', 'return document.querySelector("[role=tree]") !== null');
	await studio.inTree(
		`the folder ${folder}`,
		`const row = document.querySelector('[data-id="okta:requests/' + arguments[0] + '"]');
		 if (row?.getAttribute('aria-expanded') === 'false') row.click();
		 return row !== null`,
		folder
	);
	const found = await studio.inTree(
		`the row ${path}`,
		`return document.querySelector('[data-id="' + arguments[0] + '"]')`,
		id
	);
	await studio.focus(found);
	return found;
}

async function open(studio, path, name) {
	await row(studio, path);
	await studio.press(Key.Enter);
	await studio.until(
		`${name} is open`,
		'return document.querySelector("[role=tab][aria-selected=true]").innerText.includes(arguments[0])',
		name
	);
}

/** Marks two requests with Ctrl and opens the menu of the second. */
async function mark(studio, first, second) {
	for (const path of [first, second]) {
		await row(studio, path);
		await studio.press(Key.Control, ' ');
	}
	await menu(studio, await row(studio, second));
}

/** Opens the menu of a row. */
async function menu(studio, row) {
	await studio.run(
		`const box = arguments[0].getBoundingClientRect();
		arguments[0].dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: box.left + 40, clientY: box.top + 8 }));`,
		row
	);
}

/** As `see`, for what may take longer than a look. */
async function until(studio, text, seconds) {
	for (let waited = 0; ; waited += 15) {
		try {
			return await studio.see(text);
		} catch (error) {
			if (waited + 15 >= seconds) throw error;
		}
	}
}
