// A trigger at work in the real window: polls of the sandbox org, its event hook, and what can be done about both.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Key, withStudio } from './driver.mjs';

test('a trigger polls, drops what it knows, and is moved by hand', async () => {
	await withStudio(async (studio) => {
		await studio.click('button', 'Start with the sandbox org');
		await studio.see('Rhai');
		await studio.click('treeitem', 'new_user_created');
		await studio.see('New user created');
		await studio.until('its script stands beside it', EDITOR, 'new_user_created.rhai');
		await studio.see('No events yet');
		await studio.see('none yet: the next poll begins at the start');

		// A user is made, and the poll that follows finds the event of it.
		await studio.click('button', 'Create sample user');
		await studio.until('the event is in the list', ROWS('Events'), 1);
		await studio.see('1 emitted');
		await studio.see('1 key known');
		await studio.see('user.lifecycle.create');
		await studio.click('tab', 'Calls of the last poll');
		await studio.see('Page 1');
		await studio.picture('trigger-calls');
		await studio.click('tab', 'Event');

		// From the start again, with what it has handed on still known: a duplicate.
		await studio.click('button', 'Edit');
		await studio.find('dialog', 'Edit the cursor');
		await studio.until('the cursor is to be nothing', SET_CURSOR, 'nul');
		await studio.press(Key.Control, Key.Enter);
		await studio.see('Not JSON');
		await studio.until('the cursor is to be nothing', SET_CURSOR, 'null');
		await studio.press(Key.Control, Key.Enter);
		await studio.until('the dialog is gone', 'return document.querySelector("[role=dialog]") === null');
		await studio.click('button', 'Poll now');
		await studio.until('a duplicate is in the list', ROWS('Events'), 2);
		await studio.see('1 duplicate dropped');
		await studio.click('radio', 'Duplicates');
		await studio.until('duplicates alone show', ROWS('Events'), 1);
		await studio.click('radio', 'All');
		await studio.picture('trigger');
		await studio.accessible('a trigger that polls');

		// Forgotten keys count as new; a replay comes to the list once more.
		await studio.click('button', 'Rewind');
		await studio.see('0 keys known');
		await studio.press(Key.Control, 'r');
		await studio.see('2 emitted');
		await studio.click('button', 'Replay');
		await studio.see('3 emitted');

		// The poll becomes a case.
		await studio.click('button', 'Save as test');
		await studio.find('dialog', 'Save run as test');
		await studio.type('finds a new user');
		await studio.press(Key.Control, Key.Enter);
		await studio.see('Saved as test');
		await studio.until('the case is open', EDITOR, 'new_user_created.toml');
	});
});

test('a trigger takes deliveries of an event hook, and leaves none behind', async () => {
	await withStudio(async (studio) => {
		await studio.click('button', 'Start with the sandbox org');
		await studio.see('Rhai');
		await studio.click('treeitem', 'new_user_created');
		await studio.until('its script stands beside it', EDITOR, 'new_user_created.rhai');
		await studio.click('radio', 'Webhook');
		await studio.see('Nothing was delivered yet');
		await studio.click('button', 'Listen');
		await studio.see('/hooks/new_user_created');
		// The org asked once whether the address is ours.
		await studio.see('Verified');
		await studio.see('Subscribed');
		await studio.click('button', 'Create sample user');
		await studio.until('the event was delivered', TEXT('Deliveries'), 'emitted');
		await studio.until('the newest is in hand', FIRST_ROW);
		await studio.click('tab', 'Headers');
		await studio.see('content-type');
		assert.doesNotMatch(await studio.run('return document.body.innerText'), /secret:/);
		await studio.click('tab', 'Emitted');
		await studio.see('1 event, new or not.');
		await studio.click('button', 'Show the answer');
		await studio.click('tab', 'Reply');
		await studio.see('verification:');
		await studio.picture('webhook');
		await studio.accessible('a trigger that listens');
		await studio.press(Key.Control, Key.Shift, 'p');
		await studio.find('dialog', '');
		await studio.type('Switch between light and dark');
		await studio.see('Switch between light and dark');
		await studio.press(Key.Enter);
		await studio.until('the palette is gone', 'return document.querySelector("[role=dialog]") === null');
		await studio.accessible('a trigger that listens, in the other theme');
		await studio.picture('webhook-dark');

		await studio.click('button', 'Stop listening');
		await studio.see('Not listening');
		await studio.until('it is no longer subscribed', `return !document.body.innerText.includes('Subscribed')`);
		await studio.click('button', 'Close the trigger');
		await studio.find('tab', 'new_user_created.rhai');
	});
});

const EDITOR = `return [...document.querySelectorAll('[role=tab][aria-selected=true]')].some((tab) => tab.textContent.includes(arguments[0]))`;

const ROWS = (label) =>
	`return document.querySelectorAll('table[aria-label="${label}"] tbody tr').length === arguments[0]`;

const TEXT = (label) => `return document.querySelector('table[aria-label="${label}"]')?.innerText.includes(arguments[0])`;

const FIRST_ROW = `const row = document.querySelector('table[aria-label="Deliveries"] tbody tr');
	row?.click();
	return row?.getAttribute('aria-selected') === 'true';`;

const SET_CURSOR = `const field = document.querySelector('#cursor');
	if (!field) return false;
	field.value = arguments[0];
	field.dispatchEvent(new Event('input', { bubbles: true }));
	field.focus();
	return true;`;
