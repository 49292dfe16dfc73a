// What stands round the loop, in the real window: starts, what comes back, what changes from outside, the palette.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { Key, commandLine, withStudio } from './driver.mjs';

test('a workspace of one connector gets a connection that was tested, and comes back as it was left', async () => {
	const org = spawn(commandLine, ['sandbox', '--port', '0'], { stdio: ['ignore', 'pipe', 'ignore'] });
	try {
		const [line] = await once(org.stdout, 'data');
		const { url, token } = JSON.parse(String(line));
		await withStudio(async (studio) => {
			const folder = join(studio.home, 'mine');

			// Connect to Okta: the folder first, then the connection; the workspace is itself the connector.
			await studio.press(Key.Control, Key.Shift, 'n');
			await fill(studio, 'Folder', folder);
			await studio.press(Key.Control, Key.Enter);
			await studio.find('textbox', 'Profile name');
			// The sandbox org speaks plain HTTP.
			const manifest = join(folder, 'connector.toml');
			writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('https://{{domain}}', 'http://{{domain}}'));
			await fill(studio, 'Profile name', 'acme');
			await fill(studio, 'Okta domain', url.replace('http://', ''));
			await fill(studio, 'API key', '00wrong');
			await studio.click('button', 'Test connection');
			await studio.see('Okta refused this token.');
			await studio.see('Make a new one in Okta');
			await studio.picture('connection-refused');
			await fill(studio, 'API key', token);
			await studio.click('button', 'Test connection');
			await studio.until('the test says yes', 'return document.querySelector(".result:not(.bad)") !== null');
			await studio.press(Key.Control, Key.Enter);
			await studio.find('button', 'acme');

			// What is typed and not saved outlives the window.
			await studio.run('document.querySelector(".cm-content[aria-label=Script]").focus()');
			await studio.type('//not saved ');
			await studio.see('//not saved');
			await new Promise((wake) => setTimeout(wake, 500));
			await studio.restart();
			await studio.see('Recent workspaces');
			await studio.picture('recent');
			await studio.click('button', 'mine');
			await studio.see('//not saved');
			await studio.find('button', 'acme');

			// Another folder, by its path.
			await studio.press(Key.Control, 'o');
			await fill(studio, 'Folder or package', join(studio.home, 'nowhere'));
			await studio.press(Key.Enter);
			await studio.see('cannot read');
			await studio.press(Key.Escape);
		});
	} finally {
		org.kill();
	}
});

test('edits from outside show at once, and the palette finds what they brought', async () => {
	await withStudio(async (studio) => {
		await studio.click('button', 'Start with the sandbox org');
		await studio.see('get_user.rhai');
		const okta = join(studio.home, 'documents', 'Joinery', 'acme-connectors', 'okta');

		const made = join(okta, 'actions', 'from_outside.rhai');
		writeFileSync(made, '//! From outside\n\nfn execute(connection, input) { page_twice(1) }\n\nfn page_twice(n) { n * 2 }\n');
		await studio.find('treeitem', 'from_outside');
		await palette(studio, 'from_outside');
		await studio.see('page_twice(n) { n * 2 }');
		await palette(studio, '@page');
		await studio.see('Ln 5');
		renameSync(made, join(okta, 'actions', 'renamed_outside.rhai'));
		await studio.find('treeitem', 'renamed_outside');
		rmSync(join(okta, 'actions', 'renamed_outside.rhai'));
		await studio.until('it is gone', `return ![...document.querySelectorAll('[role=treeitem]')].some((each) => each.innerText.includes('renamed_outside'))`);

		// A manifest broken from outside says so, opens, and is well again once mended.
		const manifest = join(okta, 'connector.toml');
		const good = readFileSync(manifest, 'utf8');
		writeFileSync(manifest, `id = "okta\n${good}`);
		await studio.click('button', 'Open connector.toml, line 1');
		await studio.see('id = "okta');
		await studio.picture('broken-manifest');
		writeFileSync(manifest, good);
		await studio.find('treeitem', 'get_user');

		// Layouts and panes, by their keys.
		const shown = () => studio.run('return [...document.querySelectorAll("[data-region]")].filter((each) => each.offsetWidth > 0).map((each) => each.dataset.region)');
		await palette(studio, '>layout script');
		assert.ok(!(await shown()).includes('Request tester'));
		const width = await studio.run('return Math.round(document.querySelector("[data-region=\\"Run panel\\"]").offsetWidth)');
		assert.ok(Math.abs(width - 396) < 3, `the run panel is ${width} px wide`);
		await studio.press(Key.Control, Key.Shift, 'm');
		assert.ok(!(await shown()).includes('Run panel'));
		await studio.press(Key.Control, '1');
		assert.deepEqual(await shown(), ['Top bar', 'Connectors', 'Request tester', 'Editor', 'Run panel', 'Status bar']);
	});
});

async function palette(studio, text) {
	await studio.press(Key.Control, 'k');
	await studio.find('combobox', 'Search or run a command');
	await studio.type(text);
	await studio.until('something is found', 'return document.querySelector("#palette-list [role=option]") !== null');
	await studio.press(Key.Enter);
}

/** Puts a value into a field, in place of what was there. */
async function fill(studio, name, value) {
	const field = await studio.find('textbox', name);
	await studio.run('arguments[0].focus(); arguments[0].select()', field);
	await studio.type(value);
}
