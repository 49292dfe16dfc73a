// The sandbox panel in the real window: the clock, a fault, what was called, and back to the start.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { Key, withStudio } from './driver.mjs';

test('the sandbox org is steered from its panel, beside the work', async () => {
	await withStudio(async (studio) => {
		await studio.click('button', 'Start with the sandbox org');
		// The status bar has come to rest when it names the language.
		await studio.see('Rhai');
		await studio.click('button', 'Sandbox org: 250 users');

		// The org, and whom it holds.
		await studio.find('textbox', 'Search the org');
		await fill(studio, 'Search the org', 'ada');
		await studio.until('one is found', 'return document.querySelectorAll("ul[aria-label=Users] li").length === 1');
		await studio.see('ada.lovelace@acme.example');
		await studio.picture('sandbox-org');
		assert.ok(!(await studio.run('return document.body.innerText')).includes('SSWS 00'), 'the token is masked');

		// The clock stands still, and then is a day ahead.
		await studio.click('tab', 'Controls');
		await studio.click('button', 'Freeze');
		await studio.find('button', 'Let it run');
		await fill(studio, 'Set to', '2026-03-02T09:00:00Z');
		await studio.press(Key.Enter);
		await studio.see('2026-03-02 09:00:00 UTC');
		await studio.click('button', '+ 1 day');
		await studio.see('2026-03-03 09:00:00 UTC');
		await fill(studio, 'Lists and the log lag behind by', 'soon');
		await studio.press(Key.Enter);
		await studio.see('`soon` is not a length of time');
		await studio.picture('sandbox-controls');

		// A rule that is none says why; one that is one applies to the next request, which is answered beside it.
		await studio.click('tab', 'Faults');
		await studio.see('No faults');
		await fill(studio, 'New fault', 'GET users 503');
		await studio.press(Key.Enter);
		await studio.see('The path is missing');
		await fill(studio, 'New fault', '/api/v1/users/* 500 first=1');
		await studio.press(Key.Enter);
		await studio.find('button', 'Remove fault 1');
		await studio.see('The first rule that fits a call applies.');
		await studio.press(Key.Control, Key.Enter);
		await studio.see('500 Internal Server Error');
		await studio.see('1 of 1');
		await studio.picture('sandbox-faults');
		await studio.click('tab', 'Activity');
		await studio.see('fault 1');
		await studio.picture('sandbox-activity');
		await studio.click('tab', 'Faults');
		await studio.click('button', 'Remove all');
		await studio.see('No faults');

		// A limit of its own refuses the second call; taken out, it refuses none.
		await studio.click('tab', 'Controls');
		await studio.find('textbox', 'Calls a minute of /api/v1/users');
		await fill(studio, 'New limit', 'GET /api/v1/users/{id}');
		const most = await studio.run('return document.querySelector("[aria-label=\'Calls a minute\']")');
		await studio.focus(most);
		await studio.type('1');
		await studio.press(Key.Enter);
		await studio.until('it is listed', limitOf('GET /api/v1/users/{id}', '1'));
		await studio.picture('sandbox-limits');
		await studio.accessible('the rate limits', '[data-region="Sandbox panel"]');
		assert.deepEqual([await status(studio), await status(studio)], [200, 429]);
		await fill(studio, 'Calls a minute of GET /api/v1/users/{id}', '50');
		await studio.press(Key.Enter);
		await studio.until('it is changed', limitOf('GET /api/v1/users/{id}', '50'));
		await fill(studio, 'New limit', 'users');
		await studio.focus(most);
		await studio.type('1');
		await studio.press(Key.Enter);
		await studio.see('Write the calls as');
		await studio.click('button', 'The usual limits');
		await studio.until('it is as it was', limitOf('GET /api/v1/users/{}', '2000'));

		// The log, and a snapshot.
		await studio.click('tab', 'Log');
		await studio.see('system.org.rate_limit.violation');
		await makeGroup(studio, 'Carpenters');
		await studio.see('group.lifecycle.create');
		await makeGroup(studio, 'Joiners');
		await studio.see('Joiners');
		await studio.picture('sandbox-log');
		await studio.click('tab', 'Snapshots');
		await fill(studio, 'New snapshot', 'before the demo');
		await studio.press(Key.Enter);
		await studio.find('button', 'Save before the demo to a file');
		await studio.click('button', 'Restore');
		await studio.find('button', 'Cancel');
		await studio.press(Key.Control, Key.Enter);

		// Reset asks once; then clock and faults are as at the start, and the snapshot is still there.
		await studio.click('tab', 'Controls');
		await studio.click('button', 'Reset the org');
		await studio.see('Snapshots stay.');
		await studio.press(Key.Control, Key.Enter);
		await studio.see('Follows the system');
		await studio.click('tab', 'Faults');
		await studio.see('No faults');
		await studio.click('tab', 'Snapshots');
		await studio.see('before the demo');
		await theme(studio, 'dark');
		await studio.picture('sandbox-dark');
		await studio.click('button', 'Close the sandbox panel');

		// The palette opens it too, and the keyboard is in it.
		await studio.press(Key.Control, 'k');
		await studio.find('combobox', 'Search or run a command');
		await studio.type('sandbox: open');
		await studio.until('it is found', 'return document.querySelector("#palette-list [role=option]") !== null');
		await studio.press(Key.Enter);
		await studio.until('a tab has the focus', 'return document.activeElement?.id === "sandbox-tab-snapshots"');
		await studio.press(Key.ArrowLeft);
		await studio.see('No faults');
	});
});

test('in a narrow window tester and editor stand one above the other beside the panel', async () => {
	await withStudio(
		async (studio) => {
			await studio.click('button', 'Start with the sandbox org');
			await studio.see('Rhai');
			await studio.click('button', 'Sandbox org: 250 users');
			await studio.find('textbox', 'Search the org');
			await studio.picture('sandbox-narrow');
			const sizes = await studio.run(`
				return ['Request tester', 'Editor', 'Run panel', 'Sandbox panel'].map((region) => {
					const { width, height } = document.querySelector('[data-region="' + region + '"]').getBoundingClientRect();
					return [region, width, height];
				});
			`);
			for (const [region, width, height] of sizes) assert.ok(width >= 320 && height >= 120, `${region} has ${width} × ${height}`);
			await studio.accessible('a narrow window with the panel');
			await studio.click('treeitem', 'list_users');
			await studio.until('the editor takes text', 'document.querySelector("[data-region=Editor] .cm-content")?.focus(); return document.activeElement?.closest("[data-region=Editor]") !== null');

			// The panel is there again, as wide as it was, and leaves the keyboard where it is.
			const split = await studio.until('the line between', 'return document.querySelector("[aria-label=\'Width of the sandbox panel\']")');
			await studio.focus(split);
			await studio.press(Key.ArrowLeft);
			await studio.press(Key.ArrowLeft);
			const width = await studio.run(PANEL_WIDTH);
			await studio.until('it is remembered', 'return new Promise((done) => setTimeout(() => done(true), 400))');
			await studio.restart();
			await studio.click('button', 'acme-connectors');
			await studio.find('textbox', 'Search the org');
			assert.equal(await studio.run(PANEL_WIDTH), width);
			assert.equal(await studio.run('return document.activeElement?.closest("[data-region=\'Sandbox panel\']")'), null);
			await studio.click('button', 'Close the sandbox panel');
			await studio.until('they stand side by side', 'return new Set([...document.querySelectorAll("[data-region=\'Request tester\'], [data-region=Editor]")].map((each) => Math.round(each.getBoundingClientRect().top))).size === 1');
			await studio.picture('narrow');
		},
		{ width: 1024, height: 768 }
	);
});

test('a snapshot goes to a file and comes back from it', async () => {
	await withStudio(async (studio) => {
		await studio.click('button', 'Start with the sandbox org');
		await studio.see('Rhai');
		await makeGroup(studio, 'Carpenters');
		await studio.click('button', 'Sandbox org: 250 users');
		await studio.click('tab', 'Snapshots');
		await fill(studio, 'New snapshot', 'with carpenters');
		await studio.press(Key.Enter);
		await studio.find('button', 'Save with carpenters to a file');
		await studio.find('button', 'Restore from a file');
		await studio.picture('sandbox-snapshots');
		// The system's own dialog is out of a test's reach: the commands behind it are asked with a path.
		const path = join(studio.home, 'carpenters.snapshot');
		const ask = (command, args) => studio.run('return window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1])', command, args);
		await ask('save_sandbox_snapshot', { name: 'with carpenters', path });
		assert.match(readFileSync(path, 'utf8'), /Carpenters/);
		await ask('reset_sandbox', {});
		const overview = await ask('load_sandbox_snapshot', { path });
		await studio.click('tab', 'Org');
		await studio.see(`${overview.groups} groups`);
		await studio.click('radio', 'Groups');
		await studio.see('Carpenters');
	});
});

const PANEL_WIDTH = 'return Math.round(document.querySelector("[data-region=\'Sandbox panel\']").getBoundingClientRect().width)';

/** Whether the field of that limit holds that number. */
function limitOf(name, calls) {
	return `return document.querySelector('[aria-label="Calls a minute of ${name}"]')?.value === '${calls}'`;
}

/** The status a client gets for a user. */
async function status(studio) {
	const { url, token } = JSON.parse(readFileSync(join(studio.home, 'store', 'sandbox.json'), 'utf8'));
	const headers = { authorization: `SSWS ${token}` };
	return (await fetch(`${url}/api/v1/users/ada.lovelace@acme.example`, { headers })).status;
}

/** Another program works with the org: it is recorded beside the store. */
async function makeGroup(studio, name) {
	const { url, token } = JSON.parse(readFileSync(join(studio.home, 'store', 'sandbox.json'), 'utf8'));
	const headers = { authorization: `SSWS ${token}`, 'content-type': 'application/json' };
	const body = JSON.stringify({ profile: { name } });
	const answer = await fetch(`${url}/api/v1/groups`, { method: 'POST', headers, body });
	assert.equal(answer.status, 200);
}

function theme(studio, name) {
	return studio.run('document.documentElement.dataset.theme = arguments[0]', name);
}

/** Puts a value into a field, in place of what was there. */
async function fill(studio, name, value) {
	const field = await studio.find('textbox', name);
	await studio.run('arguments[0].focus(); arguments[0].select()', field);
	await studio.type(value);
}
