// Bodies in the real window: a large one at once, the views, find, filter, table, earlier answers compared.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import test from 'node:test';

import { Key, withStudio } from './driver.mjs';

const record = (number) =>
	`{"id":"00u${String(number).padStart(17, '0')}","status":"ACTIVE","profile":{"firstName":"Ada","login":"ada${number}@acme.example","mobilePhone":null}}`;

/** 50 MB of users, made once. */
const large = `[${Array.from({ length: 380_000 }, (_, number) => record(number)).join(',')}]`;

test('a body of 50 MB shows at once and is searched, filtered and read as a table', async () => {
	await withServer(async (url) => {
		await withStudio(async (studio) => {
			await send(studio, `${url}/large`);
			await studio.see('380000 items');
			await studio.see('ada0@acme.example');
			await studio.until(
				'the number of lines',
				'return document.querySelector("[role=tree] .all").clientHeight > 1_000_000'
			);

			// Find: counted, the first in sight, the last one reached by going back.
			await studio.press(Key.Control, 'f');
			await studio.until('the field to find', 'return document.activeElement?.getAttribute("aria-label") === "Find"');
			await studio.type('ada379999@');
			await studio.see('1 of 1');
			await studio.until(
				'the place in sight',
				'return document.querySelector(".hit.here")?.textContent === "ada379999@"'
			);
			await studio.picture('body-find');
			await studio.until(
				'the way to it',
				'return document.querySelector("[aria-label=\'Place in the body\']")?.innerText.includes("[379999]")'
			);
			await studio.press(Key.Escape);

			// A filter: its error with a column, then its value as a body of its own.
			await focusFilter(studio);
			await studio.type('$[379998].profile[');
			await studio.see('Column 19:');
			await studio.picture('body-filter-error');
			await studio.press(Key.Backspace);
			await studio.see('1 value');
			await studio.until(
				'the value alone',
				'return document.querySelector(".response [role=tree]").innerText.includes("ada379998@")'
			);
			await studio.press(Key.Enter);
			await studio.picture('body-filter');
			await studio.press(Key.Escape);
			await studio.see('380000 items');
			await studio.click('radio', 'Table');
			await studio.until('the rows', 'return document.querySelector("table[aria-rowcount=\'380000\']") !== null');
			await studio.see('{"firstName":"Ada"');
			await studio.picture('body-table');
			await studio.accessible('the table', '.response');
			await studio.click('radio', 'Hex');
			await studio.see('5b 7b 22 69 64');
			await studio.click('radio', 'Raw');
			await studio.see('[{"id":"00u');
		});
	});
});

test('answers are compared with earlier ones, kept, and each part has its tab', async () => {
	await withServer(async (url) => {
		await withStudio(async (studio) => {
			await send(studio, `${url}/count`);
			await studio.see('count: 1');
			await studio.press(Key.Control, Key.Enter);
			await studio.see('count: 2');
			await focusFilter(studio);
			await studio.type('.same | join("-")');
			await studio.see('"a-b"');
			await studio.press(Key.Escape);
			await studio.see('count: 2');
			await studio.press(Key.Control, Key.Shift, 'd');
			await studio.see('1 → 2');
			await studio.see('Compared with the answer of');
			await studio.picture('body-diff');
			// What changes every time is left out of comparisons.
			await studio.clickOn(await line(studio, 'Difference of the bodies', '1 → 2'));
			await studio.click('button', 'Ignore $.count');
			await studio.see('Nothing differs');
			await studio.click('button', 'Stop comparing');

			// A value becomes a variable of other requests.
			await studio.clickOn(await line(studio, 'Response body', 'count: 2'));
			await studio.click('button', 'Extract to variable');
			await studio.see('{{count}} has this value');

			await studio.click('tab', 'History');
			await studio.until(
				'two answers',
				'return document.querySelectorAll("[aria-label=\'Earlier answers\'] tr").length === 2'
			);
			await studio.click('button', 'Pin');
			await studio.see('just now');
			await studio.picture('body-history');
			await studio.accessible('the history', '.response');
			await studio.run('document.querySelectorAll("[aria-label=\'Earlier answers\'] tr .what button")[1].click()');
			await studio.see('An earlier answer');
			await studio.see('count: 1');
			await studio.picture('body-earlier');
			await studio.click('button', 'Show the last');

			await studio.click('tab', 'Cookies');
			await studio.see('HttpOnly');
			await studio.click('tab', 'Wire log');
			await studio.see('Body of 28 B');
			await studio.picture('body-log');
			await studio.click('tab', 'Request');
			await studio.see('accept-encoding');
			await studio.accessible('the parts of an answer', '.response');
		});
	});
});

test('pages are shown in their charset and without their scripts', async () => {
	await withServer(async (url) => {
		await withStudio(async (studio) => {
			await send(studio, `${url}/page`);
			await studio.see('<h1>Zoë</h1>');
			await studio.click('radio', 'Preview');
			const frame = await studio.until('the frame', 'return document.querySelector("iframe[srcdoc]")');
			const sandbox = await studio.run('return arguments[0].getAttribute("sandbox")', frame);
			assert.equal(sandbox, '', 'nothing is allowed in it');
			await studio.picture('body-page');
			assert.equal(await studio.run('return window.hacked ?? null'), null);
		});
	});
});

/** A line of a tree that holds that text. */
function line(studio, tree, text) {
	return studio.until(
		`the line “${text}”`,
		`return [...document.querySelectorAll('[role=tree] [role=treeitem]')].find(
			(each) => each.closest('[role=tree]').ariaLabel === arguments[0] && each.innerText.includes(arguments[1]))`,
		tree,
		text
	);
}

async function send(studio, url) {
	await studio.click('button', 'Start with the sandbox org');
	await studio.see('get_user.rhai');
	await studio.press(Key.Control, 't');
	await studio.until(
		'the URL field has the focus',
		'return document.activeElement?.getAttribute("aria-label") === "URL"'
	);
	await studio.type(url);
	await studio.press(Key.Control, Key.Enter);
	await studio.see('200 OK');
}

function focusFilter(studio) {
	return studio.until(
		'the filter',
		`const field = document.querySelector('[aria-label^="Filter the body"]');
		 field?.focus();
		 return document.activeElement === field;`
	);
}

async function withServer(work) {
	let count = 0;
	const server = createServer((request, response) => {
		const json = { 'content-type': 'application/json' };
		if (request.url === '/large') response.writeHead(200, json).end(large);
		else if (request.url === '/count') {
			const cookie = { 'set-cookie': 'visit=1; Path=/; HttpOnly' };
			response.writeHead(200, { ...json, ...cookie }).end(JSON.stringify({ count: ++count, same: ['a', 'b'] }));
		} else {
			const page = '<html><body><h1>Zoë</h1><script>top.hacked = true</script></body></html>';
			response.writeHead(200, { 'content-type': 'text/html; charset=iso-8859-1' }).end(Buffer.from(page, 'latin1'));
		}
	});
	await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
	try {
		await work(`http://127.0.0.1:${server.address().port}`);
	} finally {
		server.close();
		server.closeAllConnections();
	}
}
