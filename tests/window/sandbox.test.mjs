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
		await fill(studio, 'New fault', '/api/v1/users/* 503 first=1');
		await studio.press(Key.Enter);
		await studio.find('button', 'Remove fault 1');
		await studio.press(Key.Control, Key.Enter);
		await studio.see('503 Service Unavailable');
		await studio.see('1 of 1');
		await studio.picture('sandbox-faults');
		await studio.click('tab', 'Activity');
		await studio.see('fault 1');
		await studio.picture('sandbox-activity');

		// The log, and a snapshot.
		await studio.click('tab', 'Log');
		await studio.see('No events yet');
		await makeGroup(studio, 'Carpenters');
		await studio.see('group.lifecycle.create');
		await makeGroup(studio, 'Joiners');
		await studio.see('Joiners');
		await studio.picture('sandbox-log');
		await studio.click('tab', 'Snapshots');
		await fill(studio, 'New snapshot', 'before the demo');
		await studio.press(Key.Enter);
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
