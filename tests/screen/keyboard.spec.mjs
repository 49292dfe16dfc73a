// F6 goes round the regions of the window, forwards and back, whatever view is shown.

import { expect, test } from './page.mjs';
import { VIEWS } from './views.mjs';

for (const name of ['main, build', 'main, script', 'debugger', 'trigger, polling', 'tests', 'flows', 'sandbox, org']) {
	test(`F6 goes round the regions: ${name}`, async ({ page }) => {
		await VIEWS[name](page);
		const regions = await page.evaluate(() =>
			[...document.querySelectorAll('[data-region]')].filter((each) => each.offsetWidth > 0).map((each) => each.dataset.region)
		);
		expect(regions.length).toBeGreaterThan(2);
		for (const [keys, wanted] of [
			['F6', regions],
			['Shift+F6', [...regions].reverse()]
		]) {
			const been = [];
			for (let step = 0; step < regions.length; step++) {
				await page.keyboard.press(keys);
				been.push(await page.evaluate(() => document.activeElement.closest('[data-region]')?.dataset.region));
			}
			// Where it began does not matter; the order does.
			const from = been.indexOf(wanted[0]);
			expect([...been.slice(from), ...been.slice(0, from)]).toEqual(wanted);
		}
	});
}
