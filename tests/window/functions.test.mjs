// One function run by itself, and the schema of an answer, in the real window.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { Key, withStudio } from './driver.mjs';

test('a function runs by itself, and an answer becomes a schema', async () => {
	await withStudio(async (studio) => {
		await studio.click('button', 'Start with the sandbox org');
		await studio.see('250 users');
		await studio.see('get_user.rhai');
		await studio.see('Ln 1, Col 1');
		await studio.click('treeitem', 'naming');
		await studio.until('the caret is in a function', IN_FUNCTION, 'naming.rhai');
		await studio.press(Key.Control, Key.Shift, 'p');
		await studio.find('dialog', '');
		await studio.type('Run this function');
		await studio.see('Run this function');
		await studio.press(Key.Enter);
		await studio.find('dialog', 'Run is_id');
		await studio.until('the arguments have the focus', 'const field = document.querySelector("#function-given"); field.focus(); return document.activeElement === field');
		await studio.press(Key.Control, 'a');
		await studio.type('{"text":"00u1ab2cd3EF4gh5i6j7","prefix":"00u"}');
		await studio.press(Key.Control, Key.Enter);
		await studio.until('what it gives', 'return document.querySelector("[role=dialog] pre")?.innerText === "true"');
		await studio.picture('function-ran');
		await studio.accessible('a function that ran');
		await studio.press(Key.Escape);
		await studio.until('no dialog stands', NO_DIALOG);

		await studio.click('button', 'Send');
		await studio.see('200 OK');
		await studio.click('button', 'More for the body');
		await studio.click('menuitem', 'Infer fields from this answer …');
		await studio.until('the name has the focus', 'return document.activeElement?.id === "schema-name"');
		await studio.press(Key.Control, 'a');
		await studio.type('person');
		await studio.picture('infer-fields');
		await studio.accessible('the schema to be');
		await studio.press(Key.Control, Key.Enter);
		await studio.until('no dialog stands', NO_DIALOG);
		await studio.see('person.json');
		assert.ok(existsSync(join(studio.home, 'documents', 'Joinery', 'acme-connectors', 'okta', 'schemas', 'person.json')));
	});
});

const NO_DIALOG = 'return document.querySelector("[role=dialog]") === null';

/** Puts the caret behind the first function's head, and tells whether the editor has taken note of it. */
const IN_FUNCTION = `const content = document.querySelector('.cm-content[aria-label=Script]');
	const open = [...document.querySelectorAll('[role=tab][aria-selected=true]')].some((each) => each.innerText.includes(arguments[0]));
	const line = [...(content?.querySelectorAll('.cm-line') ?? [])].find((each) => each.textContent.startsWith('fn '));
	if (!open || !line) return false;
	if (line.classList.contains('cm-activeLine')) return true;
	content.focus();
	getSelection().selectAllChildren(line);
	getSelection().collapseToEnd();
	return false;`;
