// A run saved as a test, and the tests run, in the real window.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { Key, joinery, withStudio } from './driver.mjs';

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

		await studio.press(Key.Control, Key.Shift, 'p');
		await studio.type('Run tests');
		await studio.press(Key.Enter);
		await studio.see('Tests of okta');
		const count = readdirSync(join(okta, 'tests'))
			.filter((name) => name.endsWith('.toml'))
			.flatMap((name) => readFileSync(join(okta, 'tests', name), 'utf8').match(/^\[\[case\]\]$/gm) ?? []).length;
		await studio.see(`${count} of ${count} cases passed`);
		await studio.until('nothing to be scrolled away', SCROLLED);
		await studio.picture('tests');
	});
});

const FOCUS_USER = `const field = document.querySelector('section[aria-label="Run"] input[type="text"], section[aria-label="Run"] input:not([type])');
	field?.focus();
	return !!field;`;

/** Whether the window stands where it stood: nothing that came into view has moved it. */
const SCROLLED = 'return document.querySelector("#app").getBoundingClientRect().top === 0';
