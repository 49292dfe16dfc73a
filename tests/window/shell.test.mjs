// What stands round the loop, in the real window: starts, what comes back, what changes from outside, the palette.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { Key, Studio, commandLine, joinery, withStudio } from './driver.mjs';

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
			await studio.see('Cannot read');
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
		await palette(studio, '>layout: script');
		assert.ok(!(await shown()).includes('Request tester'));
		const width = await studio.run('return Math.round(document.querySelector("[data-region=\\"Run panel\\"]").offsetWidth)');
		assert.ok(Math.abs(width - 396) < 3, `the run panel is ${width} px wide`);
		await studio.press(Key.Control, Key.Shift, 'm');
		assert.ok(!(await shown()).includes('Run panel'));
		await studio.press(Key.Control, '1');
		assert.deepEqual(await shown(), ['Top bar', 'Connectors', 'Request tester', 'Editor', 'Run panel', 'Status bar']);
	});
});

test('a template, a package and a folder open, and the tree finds what is typed', async () => {
	await withStudio(async (studio) => {
		const at = (name) => join(studio.home, name);
		await studio.press(Key.Control, 'n');
		await studio.click('radio', 'REST API');
		await fill(studio, 'Folder', at('rest'));
		await studio.click('button', 'Create workspace');
		await studio.find('treeitem', 'get_item');
		assert.ok(existsSync(join(at('rest'), 'connector.toml')));

		joinery(studio, ['new', at('okta'), '--template', 'okta']);
		joinery(studio, ['export', at('okta'), '-o', at('okta-0.1.0.joinery')]);
		await open(studio, at('okta-0.1.0.joinery'));
		await studio.see('Not signed. Nothing says who made it.');
		await studio.click('button', 'Open as workspace');
		await studio.find('treeitem', 'deactivate_user');
		truncateSync(at('okta-0.1.0.joinery'), 3000);
		await open(studio, at('okta-0.1.0.joinery'));
		await studio.until('it is refused', 'return document.querySelector("[role=dialog] [role=alert]") !== null');
		await studio.until('nothing can be done with it', 'return document.querySelectorAll(".dialog-foot [aria-disabled=true]").length === 2');
		await studio.press(Key.Escape);

		await open(studio, at('okta'));
		await studio.find('treeitem', 'deactivate_user');
		await studio.click('button', 'Filter');
		await studio.type('group');
		await studio.until('the rest is hidden', `return ![...document.querySelectorAll('[role=treeitem]')].some((each) => each.innerText.includes('deactivate_user'))`);
		await studio.find('treeitem', 'add_user_to_group');
	});
});

test('the smallest window clips nothing', async () => {
	await withStudio(
		async (studio) => {
			await studio.click('button', 'Start with the sandbox org');
			await studio.see('get_user.rhai');
			assert.equal(await studio.run('return document.documentElement.scrollWidth > innerWidth'), false);
			// The groups of the run panel are one strip of tabs.
			for (const part of ['Input', 'Output', 'Console', 'Network']) await studio.click('tab', part);
			await studio.press(Key.Control, Key.Shift, 'e');
			const button = await studio.find('button', 'Export package');
			assert.ok(await studio.run('const { right, bottom } = arguments[0].getBoundingClientRect(); return right <= innerWidth && bottom <= innerHeight', button));
			await studio.picture('smallest');
		},
		{ width: 1024, height: 640 }
	);
});

test('two studios on one workspace never overwrite each other', async () => {
	await withStudio(async (studio) => {
		await studio.click('button', 'Start with the sandbox org');
		await studio.see('get_user.rhai');
		const script = join(studio.home, 'documents', 'Joinery', 'acme-connectors', 'okta', 'actions', 'get_user.rhai');
		// A store of its own, else the first would be brought to the front instead.
		const other = await Studio.open(studio.home, { width: 1440, height: 900, store: 'other' });
		try {
			await other.click('button', 'Start with the sandbox org');
			for (const each of [studio, other]) {
				await each.see('get_user.rhai');
				await each.press(Key.Control, Key.Enter);
				await each.see('200 OK');
			}
			await typeAtTop(studio, '//mine ');
			await typeAtTop(other, '//theirs ');
			await other.press(Key.Control, 's');
			await studio.see('get_user.rhai changed on disk since you opened it');
			// Saving does not decide it: the text on disk stays until one of the two was chosen.
			await studio.press(Key.Control, 's');
			await studio.find('button', 'Keep mine');
			assert.match(readFileSync(script, 'utf8'), /^\/\/theirs /);
			await studio.click('button', 'Keep mine');
			await studio.press(Key.Control, 's');
			await studio.until('it is saved', 'return document.querySelector("[role=tab] .sr-only") === null');
			assert.match(readFileSync(script, 'utf8'), /^\/\/mine /);
		} finally {
			await other.close();
		}
	});
});

async function typeAtTop(studio, text) {
	await studio.until('the script can be typed into', 'const script = document.querySelector(".cm-content[aria-label=Script]"); script?.focus(); return script !== null');
	await studio.press(Key.Control, Key.Home);
	await studio.type(text);
	await studio.see(text.trim());
}

async function open(studio, path) {
	await studio.press(Key.Control, 'o');
	await fill(studio, 'Folder or package', path);
	await studio.press(Key.Enter);
}

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
