// Every view: what axe-core finds in light, dark and forced colours, what a window at 200 % cuts off, what moves although
// less motion is asked for, and where the keyboard does not lead.

import { accessible, expect, picture, reachable, test } from './page.mjs';
import { MISSED, MOTION, NOTE_FOCUS, REMEMBER_LOOKS } from './in-page.mjs';
import { VIEWS } from './views.mjs';

/** A window of the designed size at 200 %. */
const DOUBLED = { width: 720, height: 450 };
const SMALLEST = { width: 1024, height: 640 };
const TABS_AT_MOST = 400;

for (const [name, reach] of Object.entries(VIEWS)) {
	test(name, async ({ page }) => {
		await reach(page);
		const file = name.replaceAll(/\W+/g, '-');
		await accessible(page, 'light');
		await picture(page, `${file}-light`);
		await page.emulateMedia({ colorScheme: 'dark' });
		await accessible(page, 'dark');
		await picture(page, `${file}-dark`);
		await page.emulateMedia({ colorScheme: 'light', forcedColors: 'active' });
		await accessible(page, 'forced colours');
		await picture(page, `${file}-forced`);
		await page.emulateMedia({ forcedColors: 'none' });
		expect.soft(await page.evaluate(MOTION), 'moves although less motion is asked for').toEqual([]);
		await byTab(page);
		await reachable(page, SMALLEST);
		await reachable(page, DOUBLED);
		await picture(page, `${file}-doubled`);
	});
}

/** Goes through the page with Tab: every control is reached, and shows that it is. */
async function byTab(page) {
	await page.evaluate(REMEMBER_LOOKS);
	const hidden = [];
	let outside = 0;
	for (let stop = 0; stop < TABS_AT_MOST && outside < 2; stop++) {
		await page.keyboard.press('Tab');
		const at = await page.evaluate(NOTE_FOCUS);
		if (at.again) break;
		if (at.outside) outside++;
		if (at.hidden) hidden.push(at.name);
		// In an editor Tab indents; Escape before it leaves.
		if (at.editor) await page.keyboard.press('Escape');
	}
	expect.soft(hidden, 'does not show that it has the focus').toEqual([]);
	expect.soft(await page.evaluate(MISSED), 'not reached by Tab').toEqual([]);
}
