// Follows the tour and writes its pictures, each in both themes. `script/pictures` calls it.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { withStudio } from './driver.mjs';
import { follow } from './tour.mjs';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../docs/pictures');

/** Whether everything stands still; a caret, which blinks for ever, does not count. */
const STILL =
	'return document.getAnimations().every((each) => each.playState !== "running" || each.effect.getComputedTiming().iterations === Infinity)';

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
await withStudio((studio) =>
	follow(studio, async (name) => {
		// Nothing lights up below the pointer, no tip hangs over what is to be seen.
		await studio.point(720, 2);
		for (const theme of ['light', 'dark']) {
			await studio.run('document.documentElement.dataset.theme = arguments[0]; dispatchEvent(new Event("blur"))', theme);
			await studio.until('nothing moves', STILL);
			writeFileSync(join(folder, `${name}-${theme}.png`), await studio.screenshot());
		}
		await studio.run('delete document.documentElement.dataset.theme');
		console.log(name);
	})
);
