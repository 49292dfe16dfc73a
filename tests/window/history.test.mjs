// Version history and documentation in the real window: marks, a diff, a commit, snapshots, a restore; F1 and examples.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { Key, withStudio } from './driver.mjs';

const ACTION = 'okta/actions/get_user.rhai';

test('changes are marked, compared and committed, and a version is brought back', async () => {
	await withStudio(async (studio) => {
		await studio.click('button', 'Start with the sandbox org');
		await studio.see('get_user.rhai');
		const folder = join(studio.home, 'documents', 'Joinery', 'acme-connectors');
		const git = repositoryIn(folder);
		const path = join(folder, ACTION);
		const first = readFileSync(path, 'utf8');
		await studio.click('treeitem', 'get_user');

		// A repository that came to be under the open window is seen with the next look.
		writeFileSync(path, `${first}\n// by another program\n`);
		writeFileSync(
			join(folder, 'okta/actions/of_another.rhai'),
			'//! Of another\n\nfn execute(connection, input) { 1 }\n'
		);
		await studio.inTree('the changed file is marked', MARK, 'okta:actions/get_user.rhai', 'M', 'Modified');
		await studio.inTree('the new file is marked', MARK, 'okta:actions/of_another.rhai', 'U', 'Untracked');

		await studio.press(Key.Control, Key.Shift, 'g');
		await studio.until('the view is open', SHOWN);
		await studio.until('the change is compared', COMPARED, ACTION, '+2');
		await studio.see('// by another program');
		await studio.until('both stand beside each other', 'return document.querySelector(".cm-mergeView") !== null');
		await studio.picture('history-changes');
		await studio.accessible('what changed', VIEW);

		// A hook refuses; what it says is shown, and the message stays.
		const hook = join(folder, '.git', 'hooks', 'commit-msg');
		mkdirSync(join(folder, '.git', 'hooks'), { recursive: true });
		writeFileSync(hook, '#!/bin/sh\ngrep -q wip "$1" && echo "commit-msg: say what changes" && exit 1\nexit 0\n');
		chmodSync(hook, 0o755);
		await studio.click('checkbox', 'okta/actions/of_another.rhai goes into the commit');
		await studio.focus(await studio.find('textbox', 'Message of the commit'));
		await studio.type('wip');
		await studio.press(Key.Control, Key.Enter);
		await studio.see('commit-msg: say what changes');
		await studio.picture('history-refused');
		await studio.accessible('a commit that was refused', VIEW);
		await studio.focus(await studio.find('textbox', 'Message of the commit'));
		await studio.press(Key.Control, 'a');
		await studio.type('Take a note');
		await studio.press(Key.Control, Key.Enter);
		await studio.see('Committed 1 file');
		assert.equal(git('log', '--format=%s', '-1').trim(), 'Take a note');
		assert.equal(git('status', '--porcelain', '-uall').trim(), '?? okta/actions/of_another.rhai');
		await studio.inTree('its mark is gone', NO_MARK, 'okta:actions/get_user.rhai');

		// Past commits of the workspace, and the first version of the file brought back.
		await studio.click('tab', 'Commits');
		await studio.click('button', 'First');
		await studio.until(
			'its files are listed',
			'return document.querySelector("[data-path=\\"okta/connector.toml\\"]") !== null'
		);
		await studio.picture('history-commits');
		await studio.accessible('past commits', VIEW);
		await studio.until('a file of it is chosen', CLICK, `[data-path="${ACTION}"]`);
		await studio.until('it is compared', COMPARED, ACTION, '+');
		await studio.click('button', 'Restore');
		await studio.find('dialog', 'Restore');
		await studio.press(Key.Control, Key.Enter);
		await studio.see(`Restored ${ACTION}`);
		assert.equal(readFileSync(path, 'utf8'), first);
		await studio.inTree('it is marked again', MARK, 'okta:actions/get_user.rhai', 'M', 'Modified');

		// What stood there is a snapshot.
		await studio.click('tab', 'Local snapshots');
		await studio.see('replaced by a restore');
		await studio.until('the snapshot is chosen', CLICK_TEXT, 'replaced by a restore');
		await studio.until('it is compared', COMPARED, ACTION, '');
		await theme(studio);
		await studio.accessible('snapshots in the other theme', VIEW);
		await studio.picture('history-snapshots-dark');

		// A commit in a terminal is seen here.
		git('commit', '--quiet', '--all', '--message', 'Elsewhere');
		await studio.inTree('the mark went with it', NO_MARK, 'okta:actions/get_user.rhai');
		await studio.click('button', 'Back to the work');
		await studio.until(
			'the work is back',
			'return document.querySelector("[data-region=\\"Version history\\"]") === null'
		);
	});
});

test('a folder in no repository has snapshots of what is saved, and a narrow comparison is one column', async () => {
	await withStudio(
		async (studio) => {
			await studio.click('button', 'Start with the sandbox org');
			await studio.see('get_user.rhai');
			await studio.until('the script is in hand', FOCUS_EDITOR);
			await studio.press(Key.Control, Key.Home);
			await studio.type('// mine');
			await studio.press(Key.Enter);
			await studio.press(Key.Control, 's');
			await studio.until(
				'it is saved',
				'return document.querySelector("[role=tab] .dirty, [role=tab].dirty") === null'
			);
			const path = join(studio.home, 'documents', 'Joinery', 'acme-connectors', ACTION);
			await studio.press(Key.Control, Key.Shift, 'g');
			await studio.until('the view is open', SHOWN);
			await studio.until('both snapshots are listed', ROWS, 2);
			await studio.until('the newest is chosen', CLICK_TEXT, 'saved');
			await studio.until('it is compared', COMPARED, ACTION, '+1');
			assert.match(readFileSync(path, 'utf8'), /^\/\/ mine/);
			await studio.until(
				'both stand in one',
				'return document.querySelector(".cm-mergeView") === null && document.querySelector("section[aria-label=Comparison] .cm-editor") !== null'
			);
			await studio.accessible('a snapshot compared in one column', VIEW);
			await studio.picture('history-narrow');
		},
		{ width: 1024, height: 700 }
	);
});

test('F1 tells of the word at the caret, and an example goes into the script', async () => {
	await withStudio(async (studio) => {
		await studio.click('button', 'Start with the sandbox org');
		await studio.see('get_user.rhai');
		await studio.until('the script is in hand', FOCUS_EDITOR);
		await studio.press(Key.Control, Key.Home);
		await studio.type('// sha256');
		await studio.press(Key.Enter);
		await studio.press(Key.ArrowUp);
		await studio.press(Key.End);
		await studio.press(Key.F1);
		await studio.until('the function is told', ENTRY, 'sha256(');
		await studio.picture('documentation');
		await studio.accessible('the documentation', '[data-region=Documentation]');

		// Another one by the field, with the keyboard.
		await studio.focus(await studio.find('textbox', 'Search the documentation'));
		await studio.press(Key.Control, 'a');
		await studio.type('csv parse');
		await studio.until(
			'it is found',
			'return document.querySelector("section[aria-label=Documentation] [data-row]")?.innerText.startsWith("csv.parse")'
		);
		await studio.press(Key.Enter);
		await studio.until('it is told', ENTRY, 'csv.parse(');
		await studio.press(Key.ArrowDown);
		await studio.press(Key.ArrowUp);
		await studio.until(
			'the field has the keyboard',
			'return document.activeElement?.getAttribute("aria-label") === "Search the documentation"'
		);
		await theme(studio);
		await studio.accessible('the documentation in the other theme', '[data-region=Documentation]');
		await studio.picture('documentation-dark');

		await studio.click('button', 'Insert into the script');
		await studio.until(
			'it stands in the script',
			'return [...document.querySelectorAll("section[aria-label=\\"Script editor\\"] .cm-line")].some((line) => line.innerText.startsWith("// sha256csv.parse"))'
		);
		await studio.click('button', 'Close the documentation');
		await studio.until('the pane is gone', 'return document.querySelector("[data-region=Documentation]") === null');
	});
});


/** A repository of the workspace with one commit, made as a person would; gives what runs git in it. */
function repositoryIn(folder) {
	const env = {
		...process.env,
		GIT_CONFIG_GLOBAL: '/dev/null',
		GIT_CONFIG_SYSTEM: '/dev/null'
	};
	const git = (...args) => execFileSync('git', args, { cwd: folder, env, encoding: 'utf8' });
	git('init', '--quiet', '--initial-branch=main');
	git('config', 'user.name', 'Ada Lovelace');
	git('config', 'user.email', 'ada@acme.example');
	git('add', '--all');
	git('commit', '--quiet', '--message', 'First');
	return git;
}

/** Switches the theme from the palette. */
async function theme(studio) {
	await studio.press(Key.Control, Key.Shift, 'p');
	await studio.find('combobox', '');
	await studio.type('Switch between light and dark');
	await studio.until('it is found', 'return document.querySelector("#palette-list [role=option]") !== null');
	await studio.press(Key.Enter);
	await studio.until('the palette is gone', 'return document.querySelector("[role=dialog]") === null');
}

/** A tooltip may stand beside it, where the pointer happens to be. */
const VIEW = '[data-region="Version history"]';

const SHOWN = 'return document.querySelector("[data-region=\\"Version history\\"]") !== null';

const MARK = `const row = document.querySelector('[data-id="' + arguments[0] + '"]');
	return row?.innerText.includes(arguments[1]) && row.textContent.includes(arguments[2]);`;

const NO_MARK = `const row = document.querySelector('[data-id="' + arguments[0] + '"]');
	return row !== null && row.querySelector('.letter') === null;`;

const COMPARED = `const pane = document.querySelector('section[aria-label=Comparison]');
	return pane?.querySelector('h3')?.innerText === arguments[0] && pane.querySelector('.cm-editor') !== null
		&& pane.querySelector('[role=status]').innerText.includes(arguments[1]);`;

const CLICK = `const row = document.querySelector(arguments[0]);
	row?.click();
	return row !== null;`;

const CLICK_TEXT = `const row = [...document.querySelectorAll('section[aria-label=Versions] [data-row]')].find((each) => each.innerText.includes(arguments[0]));
	row?.click();
	return row !== undefined;`;

const ROWS = `return document.querySelectorAll('section[aria-label=Versions] [data-row]').length === arguments[0]`;

const FOCUS_EDITOR = `const text = document.querySelector('section[aria-label="Script editor"] .cm-content');
	text?.focus();
	return document.activeElement === text && text !== null;`;

const ENTRY = `return document.querySelector('[role=region][aria-label=Entry] h3')?.innerText.startsWith(arguments[0])`;
