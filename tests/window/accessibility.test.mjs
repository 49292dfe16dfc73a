// Every view and dialog in both themes, as axe-core sees them in the real window.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Key, withStudio } from './driver.mjs';

for (const theme of ['light', 'dark']) {
	test(`axe-core finds nothing in the ${theme} theme`, async () => {
		await withStudio(async (studio) => {
			await studio.see('Build a connector from a call that already works.');
			if (theme === 'dark') await studio.run('document.documentElement.dataset.theme = "dark"');
			await studio.accessible('the welcome view');

			await studio.click('button', 'Start with the sandbox org');
			await studio.see('get_user.rhai');
			await studio.see('get_user.rhai');
			if (theme === 'dark') await switchTheme(studio);
			assert.equal(await studio.run('return document.documentElement.dataset.theme ?? "light"'), theme);
			await studio.accessible('a workspace before anything was sent');

			await studio.press(Key.Control, Key.Enter);
			await studio.see('200 OK');
			await studio.press(Key.Control, 'r');
			await studio.until('the field says what it lacks', 'return document.querySelector("[aria-invalid=true]") !== null');
			await studio.accessible('a response and an input with an error');
			await studio.type('nobody@acme.example');
			await studio.press(Key.Control, 'r');
			await studio.see('Failed');
			await studio.accessible('a failed run');
			await studio.press(Key.Control, 'a');
			await studio.type('ada.lovelace@acme.example');
			await studio.press(Key.Control, 'r');
			await studio.see('Succeeded');
			await studio.accessible('a run that went well');

			await studio.click('button', 'Sandbox org: 250 users');
			for (const [tab, text] of SANDBOX) {
				await studio.click('tab', tab);
				await studio.see(text);
				await studio.accessible(`the sandbox panel, ${tab}`);
			}
			await studio.click('button', 'Close the sandbox panel');

			for (const [name, keys, text] of DIALOGS) {
				await studio.press(Key.Control, ...keys);
				await studio.until(`the ${name} is open`, OPEN, text);
				await studio.accessible(`the ${name}`);
				await studio.press(Key.Escape);
				await studio.until(`the ${name} is closed`, `return !(${OPEN_NOW})`, text);
			}
			for (const [name, command, text] of COMMANDS) {
				await studio.press(Key.Control, 'k');
				await studio.find('combobox', 'Search or run a command');
				await studio.type(`>${command}`);
				await studio.until('it is found', 'return document.querySelector("#palette-list [role=option]") !== null');
				await studio.press(Key.Enter);
				await studio.until(`${name} are open`, OPEN, text);
				await studio.accessible(name);
				await studio.picture(`${name.replaceAll(' ', '-')}-${theme}`);
				await studio.press(Key.Escape);
				await studio.until(`${name} are closed`, `return !(${OPEN_NOW})`, text);
			}
		});
	});
}

const COMMANDS = [
	['imports', 'import requests', 'Drop a file here'],
	['sends in order', 'send every request', 'Stop at the first failure'],
	['load runs', 'load run', 'A second at most'],
	['kept cookies', 'cookies of the connection', 'No cookies are kept'],
	['variables', 'environments and variables', 'New environment']
];

const SANDBOX = [
	['Org', 'ACTIVE'],
	['Activity', '/api/v1/users/'],
	['Log', 'No events yet'],
	['Controls', 'Follows the system'],
	['Faults', 'No faults'],
	['Snapshots', 'No snapshots']
];

const DIALOGS = [
	['export dialog', [Key.Shift, 'e'], 'Secret scan'],
	['template dialog', ['n'], 'New from template'],
	['connection dialog', [Key.Shift, 'n'], 'Profile name'],
	['palette', ['k'], 'Show all commands'],
	['list of shortcuts', [Key.Shift, '?'], 'Show all commands']
];

const OPEN_NOW =
	'[...document.querySelectorAll("[role=dialog], [role=listbox]")].some((each) => each.innerText.includes(arguments[0]))';
const OPEN = `return ${OPEN_NOW}`;

async function switchTheme(studio) {
	await studio.press(Key.Control, 'k');
	await studio.find('combobox', 'Search or run a command');
	await studio.type('>light and dark');
	await studio.until('the command is found', 'return document.querySelector("#palette-list [role=option]") !== null');
	await studio.press(Key.Enter);
}
