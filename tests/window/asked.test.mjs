// What comes from outside: paths on the command line, a second start, a package to look at.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { joinery, startAgain, withStudio } from './driver.mjs';

test('a second start hands what it was given to the window that is open', async () => {
	await withStudio(async (studio) => {
		const at = (name) => join(studio.home, name);
		joinery(studio, ['new', at('okta'), '--template', 'okta']);
		joinery(studio, ['export', at('okta'), '-o', at('okta.joinery')]);

		startAgain(studio, ['okta.joinery']);
		await studio.see('Not signed. Nothing says who made it.');
		await studio.see('okta.users.manage');
		await studio.accessible('a package');
		await studio.picture('package');
		await studio.click('button', 'Install');
		await studio.find('treeitem', 'deactivate_user');
		const installed = join(studio.home, 'documents', 'Joinery', 'okta');
		assert.ok(existsSync(join(installed, 'connector.toml')));

		startAgain(studio, [join('actions', 'create_user.rhai')], installed);
		await studio.find('tab', 'create_user.rhai');
		startAgain(studio, ['okta.joinery']);
		await studio.see('Not signed. Nothing says who made it.');
		await studio.click('button', 'Install');
		await studio.see('Nothing was overwritten.');

		// Dropped on the window it is looked at as well; where it lies is not known then.
		await studio.click('button', 'Cancel');
		await studio.until('no dialog stands', 'return document.querySelector("[role=dialog]") === null');
		await studio.run(
			`const bytes = Uint8Array.from(atob(arguments[0]), (letter) => letter.charCodeAt(0));
			const data = new DataTransfer();
			data.items.add(new File([bytes], 'okta-dropped.joinery'));
			document.querySelector('main').dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));`,
			readFileSync(at('okta.joinery')).toString('base64')
		);
		await studio.see('Not signed. Nothing says who made it.');
		await studio.until(
			'it can be installed only',
			`const button = [...document.querySelectorAll('[role=dialog] button')].find((each) => each.innerText.includes('Open as workspace'));
			return button.disabled || button.ariaDisabled === 'true';`
		);

		await studio.restart([at('okta')]);
		await studio.until('it is that connector alone', 'return document.querySelector(".crumb b")?.innerText === "okta" && !document.querySelector(".crumb .workspace")');
		await studio.find('treeitem', 'deactivate_user');
	});
});
