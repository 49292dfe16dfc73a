// The gallery of the components: axe-core in both themes and in forced colours, and that a state looks like one.

import { accessible, expect, open, picture, reachable, rest, test } from './page.mjs';

for (const theme of ['light', 'dark']) {
	test(`the components, ${theme}`, async ({ page }) => {
		await open(page, `/gallery.html?theme=${theme}`);
		await accessible(page, theme);
		const height = await page.evaluate(() => document.querySelector('main').scrollHeight);
		await page.setViewportSize({ width: 1440, height });
		await rest(page);
		await picture(page, `gallery-${theme}`);
		await page.emulateMedia({ forcedColors: 'active' });
		await accessible(page, 'forced colours');
		await picture(page, `gallery-${theme}-forced`);
		await page.emulateMedia({ forcedColors: 'none' });
		await reachable(page, { width: 720, height: 450 });
	});
}

test('hover, focus and press change how a control looks, disabled does not', async ({ page }) => {
	await open(page, '/gallery.html?theme=light');
	// How these are drawn, state by state: no picture of another machine is needed to see that each has its own look.
	const looks = await page.evaluate(() => {
		const look = (element) => {
			const { backgroundColor, borderColor, boxShadow, color, outlineColor } = getComputedStyle(element);
			return [backgroundColor, borderColor, boxShadow, color, outlineColor].join();
		};
		return [...document.querySelectorAll('[data-shown=hover]')].map((hover) => {
			const figures = [hover.closest('figure').previousElementSibling, hover.closest('figure')];
			for (let at = 0; at < 2; at++) figures.push(figures.at(-1).nextElementSibling);
			const name = figures[0].innerText;
			const all = (figure) => [...figure.querySelectorAll('.part *')].map(look).join('\n');
			return { name, states: figures.map(all) };
		});
	});
	expect(looks.length).toBeGreaterThan(10);
	for (const { name, states } of looks) {
		const [atRest, , focus] = states;
		expect(focus, `${name} shows that it has the focus`).not.toEqual(atRest);
	}
});
