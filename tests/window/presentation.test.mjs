// Presentation mode in the real window: the sample's story offline, keys, blank wall, size, and a demo recorded of what was
// just done.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { Key, joinery, withStudio } from './driver.mjs';
import { gone } from './okta.mjs';

const ADA = 'ada.lovelace@acme.example';

test('a story is shown by keys alone, offline and covered', async () => {
	await withStudio(async (studio) => {
		await studio.see('Build a connector from a call that already works.');
		await studio.click('button', 'Start with the sandbox org');
		await studio.see('get_user.rhai');
		await studio.press(Key.Control, Key.Shift, 'l');
		await onStage(studio, 'From a call to an action in Okta');
		await onStage(studio, 'Recorded on');
		await onStage(studio, 'returned 200');
		await studio.picture('presentation-call');
		await covered(studio);
		await accessible(studio, 'a call on stage');

		await studio.press(Key.ArrowRight);
		await onStage(studio, 'The same call, as an action with fields of its own.');
		await onStage(studio, 'fn execute');
		await studio.picture('presentation-action');
		await studio.press(Key.ArrowRight);
		await onStage(studio, 'succeeded');
		await studio.picture('presentation-run');
		await covered(studio);
		await accessible(studio, 'a run on stage');
		await studio.press(Key.ArrowLeft);
		await onStage(studio, 'The same call, as an action with fields of its own.');

		await studio.press('b');
		await studio.until('the wall is dark', `return document.querySelector('.stage .blank') !== null`);
		await studio.press('b');
		await studio.until('the wall is light', `return document.querySelector('.stage .blank') === null`);
		await studio.press('-');
		await onStage(studio, '140%');
		await studio.press('+');
		await onStage(studio, '150%');
		await studio.press(Key.Escape);
		await gone(studio, 'From a call to an action in Okta');
	});
});

test('what was just done becomes a story that the command line plays', async () => {
	await withStudio(async (studio) => {
		const okta = join(studio.home, 'documents', 'Joinery', 'acme-connectors', 'okta');
		await studio.see('Build a connector from a call that already works.');
		await studio.click('button', 'Start with the sandbox org');
		await studio.see('get_user.rhai');
		rmSync(join(okta, 'demo.toml'));
		rmSync(join(okta, 'demo'), { recursive: true });
		await studio.until('the input form', FOCUS_USER);
		await studio.type(ADA);
		await studio.press(Key.Control, 'r');
		await studio.see('Succeeded');

		await studio.press(Key.Control, Key.Shift, 'l');
		await onStage(studio, 'No story yet. Record what you just did.');
		await accessible(studio, 'a stage without a story');
		await studio.click('button', 'Record my demo');
		await studio.see('What it shows');
		await studio.until('the title has the focus', `return document.activeElement?.id === 'demo-title'`);
		await studio.type('Ada, live');
		await studio.picture('record-demo');
		await accessible(studio, 'recording a demo');
		await studio.press(Key.Control, Key.Enter);
		await onStage(studio, 'Ada, live');
		await onStage(studio, 'fn execute');
		const story = readFileSync(join(okta, 'demo.toml'), 'utf8');
		assert.match(story, /action = "get_user"[^]*run = "get_user"/);
		assert.ok(existsSync(join(okta, 'demo', 'get_user.json')));
		assert.doesNotMatch(readFileSync(join(okta, 'demo', 'get_user.json'), 'utf8'), /Lovelace/, 'a name is masked');
		const played = joinery(studio, ['demo', okta]);
		assert.match(played, /succeeded/);
		assert.doesNotMatch(played, /ada\.lovelace/);

		// Live, the speaker runs it with somebody else, who is covered as well.
		await studio.click('button', 'Show it live');
		await onStage(studio, 'Sandbox org');
		await onStage(studio, 'fn execute');
		await studio.press(Key.ArrowRight);
		await onStage(studio, 'Succeeded');
		await studio.until('the field has the focus', FOCUS_FIELD);
		await studio.type('bjorn.zhang@acme.example');
		await studio.press(Key.Enter);
		await studio.until('what is not as it was', `return document.querySelector('.stage .changed') !== null`);
		await studio.until('it is covered', `return document.querySelector('.stage input').value === ''`);
		assert.doesNotMatch(await studio.run(`return document.querySelector('.stage').textContent`), /bjorn\.zhang/);
	});
});

const FOCUS_FIELD = `const field = document.querySelector('.stage input');
	field?.focus();
	return field !== null && document.activeElement === field;`;

/** Waits until the stage says it. */
function onStage(studio, text) {
	return studio.until(
		`“${text}” on stage`,
		`const all = document.querySelector('.stage')?.textContent ?? '';
		 return all.replace(/\\s+/g, ' ').includes(arguments[0])`,
		text
	);
}

/** That nothing on stage names a person of the org. */
async function covered(studio) {
	const shown = await studio.run(`return document.querySelector('.stage').textContent`);
	assert.doesNotMatch(shown, /ada\.lovelace|Lovelace|SSWS \w/);
	assert.match(shown, /a••\.l•••••••@acme\.example/);
}

/** What axe-core says of it in both themes. */
async function accessible(studio, what) {
	for (const theme of ['dark', 'light']) {
		await studio.run('document.documentElement.dataset.theme = arguments[0]', theme);
		await studio.accessible(`${what}, ${theme}`);
		if (theme === 'dark') await studio.picture(`${what.replaceAll(' ', '-')}-dark`);
	}
}

const FOCUS_USER = `const field = document.querySelector('section[aria-label="Run"] input[type="text"], section[aria-label="Run"] input:not([type])');
	field?.focus();
	return !!field;`;
