// Settings in the real window: each is changed by hand, and acts.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { Key, withStudio } from './driver.mjs';

const DIALOG = '[role=dialog]';

test('settings act, are kept, and can be taken back', async () => {
	// What the system would show folders with notes what it is asked for.
	const folder = process.env.TMPDIR ?? '/tmp';
	const opened = join(folder, `joinery-folder-${process.pid}`);
	const browser = `${opened}.sh`;
	writeFileSync(browser, `#!/bin/sh\nprintf '%s' "$1" > '${opened}'\n`);
	chmodSync(browser, 0o755);
	await withStudio(
		async (studio) => {
			await studio.click('button', 'Start with the sandbox org');
			// The status bar has come to rest when it names the language.
			await studio.see('Rhai');
			await studio.press(Key.Control, ',');
			await studio.find('dialog', 'Settings');
			await studio.see('Face of code');

			// Theme and type.
			await studio.click('radio', 'Dark');
			await studio.until('it is dark', 'return document.documentElement.dataset.theme === "dark"');
			await fill(studio, 'Size in the editor', '40');
			await studio.press(Key.Enter);
			await studio.see('Use 9 to 28 pixels');
			await fill(studio, 'Size in the editor', '18');
			await studio.press(Key.Enter);
			await studio.until('the editor is larger', editorHas('fontSize', '18px'));
			await studio.click('switch', 'Ligatures in the editor');
			await studio.until('ligatures are drawn', editorHas('fontVariantLigatures', 'normal'));
			await studio.picture('settings-appearance-dark');
			await studio.accessible('appearance, dark', DIALOG);
			await studio.click('radio', 'Light');
			await studio.accessible('appearance, light', DIALOG);

			// Keys: what types is refused, what is taken is named, what is free is taken.
			await section(studio, 'keys');
			await fill(studio, 'Find a command', 'Show or hide the sidebar');
			await studio.click('button', 'Keys of Show or hide the sidebar');
			await recorder(studio);
			await studio.press('b');
			await studio.see('Typing needs this key');
			await studio.press(Key.Control, 's');
			await studio.see('Ctrl S is taken: Save');
			await studio.picture('settings-keys');
			await studio.accessible('keys', DIALOG);
			await studio.click('button', 'Keep it there');
			await studio.click('button', 'Keys of Show or hide the sidebar');
			await recorder(studio);
			await studio.press(Key.Control, Key.Alt, 'b');
			await studio.see('AltGr');
			await studio.press(Key.Control, Key.Shift, 'b');
			await studio.find('button', 'Keys of Show or hide the sidebar: Ctrl Shift B');

			// A proxy that is none is said at its field.
			await section(studio, 'network');
			await fill(studio, 'Proxy', 'ftp://proxy');
			await studio.press(Key.Enter);
			await studio.see('not `ftp`');
			await studio.picture('settings-network');
			await fill(studio, 'Proxy', '');
			await studio.press(Key.Enter);
			await studio.until('nothing is wrong', 'return !document.body.innerText.includes("not `ftp`")');

			await section(studio, 'limits');
			await fill(studio, 'Longest run', '1');
			await studio.press(Key.Enter);
			await studio.accessible('limits', DIALOG);

			await section(studio, 'privacy');
			await fill(studio, 'Masked names', 'mobilePhone');
			await studio.press(Key.Enter);
			await studio.find('button', 'Mask mobilePhone no more');
			await studio.picture('settings-privacy');
			await studio.accessible('privacy', DIALOG);

			await section(studio, 'data');
			await studio.see(join(studio.home, 'store'));
			await studio.click('button', 'Show in folder: This workspace');
			await until(() => existsSync(opened) && readFileSync(opened, 'utf8').startsWith('file:///'));
			await studio.click('button', 'Clear history');
			await studio.click('button', 'Clear history now');
			await studio.see('sends and runs forgotten');
			await studio.picture('settings-data');
			await studio.accessible('data', DIALOG);
			await studio.press(Key.Escape);
			await studio.until('the dialog is gone', 'return document.querySelector("[role=dialog]") === null');

			// The old keys do nothing, the new ones do; and so they do in the next window.
			await studio.press(Key.Control, 'b');
			await studio.press(Key.Control, Key.Shift, 'b');
			await studio.until('the sidebar is hidden', 'return document.querySelector("nav.side") === null');
			await studio.press(Key.Control, Key.Shift, 'b');
			await studio.until('the sidebar is back', 'return document.querySelector("nav.side") !== null');
			await studio.restart();
			await studio.click('button', 'acme-connectors');
			await studio.see('Rhai');
			await studio.until('the type is there again', editorHas('fontSize', '18px'));
			await studio.press(Key.Control, Key.Shift, 'b');
			await studio.until('the sidebar is hidden again', 'return document.querySelector("nav.side") === null');
		},
		{ browser }
	);
});

/** Goes to a section; other parts of the window have tabs of the same names. */
async function section(studio, id) {
	await studio.run('document.getElementById(arguments[0]).click()', `settings-tab-${id}`);
	await studio.until(
		'it is shown',
		'return document.getElementById(arguments[0]).ariaSelected === "true"',
		`settings-tab-${id}`
	);
}

/** Asks whether the script editor is drawn so. */
function editorHas(property, value) {
	return `return getComputedStyle(document.querySelector('[data-region=Editor] .cm-scroller')).${property} === '${value}'`;
}

/** Waits until keys are recorded. */
function recorder(studio) {
	return studio.until('keys are waited for', 'return document.activeElement?.textContent.includes("Press the keys")');
}

async function fill(studio, name, text) {
	const field = await studio.find('textbox', name);
	await studio.run('arguments[0].focus(); arguments[0].select()', field);
	await studio.press(Key.Delete);
	if (text !== '') await studio.type(text);
	await studio.until(`${name} is filled in`, 'return document.activeElement.value === arguments[0]', text);
}

async function until(ask) {
	const end = Date.now() + 15000;
	while (!ask()) {
		assert.ok(Date.now() < end, 'waited 15 s until the folder was asked for');
		await new Promise((wake) => setTimeout(wake, 25));
	}
}
