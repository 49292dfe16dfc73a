// The page under test: the built window on the engine in memory, as Chromium shows it, and what must hold of it everywhere.

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test as base } from '../../ui/node_modules/@playwright/test/index.mjs';
import { CLIPPED, MOVING } from './in-page.mjs';

export { defineConfig, expect } from '../../ui/node_modules/@playwright/test/index.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const built = join(root, 'test-results', 'screen', 'page');
const pictures = join(root, 'test-results', 'screen');
const axe = readFileSync(join(root, 'ui', 'node_modules', 'axe-core', 'axe.min.js'), 'utf8');

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
/** Nothing listens there: the browser is handed the files. Browsers trust the name, as they do the app's own. */
const HOST = 'http://localhost';

/** A page that is served the built files, and fails the test for whatever it reports as an error. */
export const test = base.extend({
	page: async ({ page }, use) => {
		const errors = [];
		page.on('pageerror', (error) => errors.push(error.stack ?? String(error)));
		await page.route(`${HOST}/**`, (route) => {
			const { pathname } = new URL(route.request().url());
			const path = join(built, pathname === '/' ? 'index.html' : pathname);
			if (!existsSync(path)) return route.fulfill({ status: 404 });
			return route.fulfill({ body: readFileSync(path), contentType: TYPES[extname(path)] ?? 'application/octet-stream' });
		});
		await use(page);
		expect(errors, 'errors of the page').toEqual([]);
	}
});

/** Opens a page of what was built. */
export async function open(page, path = '/') {
	await page.goto(`${HOST}${path}`);
	await expect(page.locator('#app > *').first()).toBeVisible();
}

/** Waits until what was asked for is drawn and nothing moves any more. */
export async function rest(page) {
	await page.waitForFunction(MOVING, undefined, { polling: 'raf' });
}

/** Fails where axe-core finds a rule of accessibility broken. */
export async function accessible(page, what) {
	await rest(page);
	if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
	const found = await page.evaluate(async () => {
		// What lies below a dialog is looked at where it is a view of its own.
		const dialog = [...document.querySelectorAll('[role=dialog]')].at(-1);
		const { violations } = await window.axe.run(dialog ?? document.body, { resultTypes: ['violations'] });
		// Where colours are forced, axe reads those that the page would have: only what keeps its own counts.
		const forced = matchMedia('(forced-colors: active)').matches;
		const drawn = (node) => !forced || getComputedStyle(document.querySelector(node.target[0])).forcedColorAdjust === 'none';
		return violations.flatMap(({ id, nodes }) =>
			nodes
				.filter((node) => id !== 'color-contrast' || drawn(node))
				.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary}`)
		);
	});
	expect.soft(found, what).toEqual([]);
}

/** Fails where a control, or the page itself, is out of reach in a window of that size. */
export async function reachable(page, size) {
	await page.setViewportSize(size);
	await rest(page);
	// Parts are measured again once they have their new size.
	const inReach = expect.configure({ soft: true }).poll;
	await inReach(() => page.evaluate(CLIPPED), `out of reach in ${size.width} × ${size.height}`).toEqual([]);
}

/** Keeps a picture; nothing compares it, for faces of type differ between machines. */
export async function picture(page, name) {
	mkdirSync(pictures, { recursive: true });
	await page.screenshot({ path: join(pictures, `${name}.png`) });
}
