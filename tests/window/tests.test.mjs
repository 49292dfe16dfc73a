// A run saved as a test, and the tests run, in the real window.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { Key, joinery, until, withStudio } from './driver.mjs';

const ADA = 'ada.lovelace@acme.example';

test('a run becomes a case that the command line replays', async () => {
	await withStudio(async (studio) => {
		const okta = join(studio.home, 'documents', 'Joinery', 'acme-connectors', 'okta');
		await studio.see('Build a connector from a call that already works.');
		await studio.click('button', 'Start with the sandbox org');
		await studio.see('250 users');
		await studio.see('get_user.rhai');
		await studio.until('the input form', FOCUS_USER);
		await studio.type(ADA);
		await studio.press(Key.Control, 'r');
		await studio.see('Succeeded');

		await studio.click('button', 'Save as test');
		await studio.see('What it shows');
		await studio.type('finds Ada as the window did');
		await studio.picture('save-as-test');
		await studio.press(Key.Control, Key.Enter);
		await studio.see('Saved as test');
		await studio.until('the case is open', `return document.body.innerText.includes('finds Ada as the window did')`);
		await studio.until('nothing to be scrolled away', SCROLLED);
		const cases = readFileSync(join(okta, 'tests', 'get_user.toml'), 'utf8');
		assert.match(cases, /name = "finds Ada as the window did"/);
		const cassette = join(okta, 'tests', 'cassettes', 'get_user', 'finds_ada_as_the_window_did.json');
		assert.ok(existsSync(cassette), readdirSync(join(okta, 'tests', 'cassettes', 'get_user')).join());
		assert.doesNotMatch(readFileSync(cassette, 'utf8'), /Lovelace/, 'a family name is masked');
		assert.match(joinery(studio, ['test', okta, '--filter', 'as the window did']), /1 passed, 0 failed/);

		// The case at the caret, then all of them, each told as it ends.
		await studio.press(Key.F4);
		await studio.find('button', 'Close the tests');
		await studio.until('the case at the caret ran', CHOSEN, 'finds Ada as the window did', 'passed in');
		await studio.click('tab', 'Cassette');
		await studio.see('secrets and personal data masked');
		await studio.see('/api/v1/users/ada.lovelace%40acme.example');
		await studio.press(Key.Control, Key.Shift, 't');
		const count = readdirSync(join(okta, 'tests'))
			.filter((name) => name.endsWith('.toml'))
			.flatMap((name) => readFileSync(join(okta, 'tests', name), 'utf8').match(/^\[\[case\]\]$/gm) ?? []).length;
		// Hundreds of cases, each in a worker process: a busy machine takes its time.
		await until('every case passed', () => studio.run(SAID).then((said) => said.includes(`${count} passed`)), 120_000);
		await studio.see('lines run by at least one case');
		await studio.until('nothing to be scrolled away', SCROLLED);
		await studio.picture('tests');
		// A few rows are as good as hundreds for axe, and take it no minute.
		await studio.until('the cases of one action show', FILTER, 'get_user/');
		await studio.accessible('the tests');
		await studio.press(Key.Control, Key.Shift, 'p');
		await studio.find('dialog', '');
		await studio.type('Switch between light and dark');
		await studio.see('Switch between light and dark');
		await studio.press(Key.Enter);
		await studio.until('the palette is gone', 'return document.querySelector("[role=dialog]") === null');
		await studio.accessible('the tests in the other theme');

		// A wrong expectation shows where it is wrong; the file is watched.
		const path = join(okta, 'tests', 'get_user.toml');
		const text = readFileSync(path, 'utf8');
		const wrong = [
			'[[case]]',
			'name = "wrong on purpose"',
			`input = { user = "${ADA}" }`,
			'cassette = "finds_ada_as_the_window_did"',
			'expect = { "$.status" = "SUSPENDED" }'
		];
		writeFileSync(path, `${text}\n${wrong.join('\n')}\n`);
		await studio.until('the new case is listed', CLICK_CASE, 'get_user/wrong on purpose');
		await studio.until('it is in hand', CHOSEN, 'wrong on purpose', 'not run yet');
		await studio.press(Key.F4);
		await studio.until('it has failed', CHOSEN, 'wrong on purpose', 'failed');
		await studio.click('tab', 'Difference');
		await studio.see('"SUSPENDED" → "ACTIVE"');
		await studio.inTree('the tree says so', `return [...document.querySelectorAll('[role=treeitem] .wrong')].some((each) => each.textContent === '1 failed')`);
		await studio.picture('tests-failed');
		await studio.accessible('a case that failed');
		await studio.click('radio', 'Side by side');
		await studio.until('each side has its own', `return ['a', 'b'].map((side) => document.querySelector('.cm-merge-' + side)?.innerText ?? '').map((text) => text.includes('SUSPENDED') + ' ' + text.includes('ACTIVE')).join() === 'true false,false true'`);
		await studio.accessible('a case that failed, side by side');

		// Debugged it runs from its cassette, beside the editor, and says how it went.
		await studio.press(Key.Shift, Key.F4);
		await studio.see('get_user/wrong on purpose failed');
		await studio.picture('tests-debugged');
		await studio.until('no view stands before the editor', 'return document.querySelector("[data-region=Tests]") === null');
	});
});

const FOCUS_USER = `const field = document.querySelector('section[aria-label="Run"] input[type="text"], section[aria-label="Run"] input:not([type])');
	field?.focus();
	return !!field;`;

/** Whether the window stands where it stood: nothing that came into view has moved it. */
const SCROLLED = 'return document.querySelector("#app").getBoundingClientRect().top === 0';

/** Whether the case in hand is the one of that name, and what is said of it. */
const CHOSEN = `const pane = document.querySelector('section[aria-label="Case in hand"]');
	return pane?.querySelector('h3')?.textContent === arguments[0] && pane.innerText.includes(arguments[1]);`;

const CLICK_CASE = `const row = document.querySelector('[data-key="' + arguments[0] + '"]');
	row?.click();
	return row !== null;`;

const FILTER = `const field = document.querySelector('input[aria-label="Filter cases"]');
	field.value = arguments[0];
	field.dispatchEvent(new Event('input', { bubbles: true }));
	return document.querySelectorAll('[data-key]').length === document.querySelectorAll('[data-key^="' + arguments[0] + '"]').length;`;

const SAID = `return document.querySelector('section[aria-label=Tests] [role=status]')?.innerText ?? ''`;
