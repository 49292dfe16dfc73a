// The tour holds: every line of it, in the real window.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

import { withStudio } from './driver.mjs';
import { follow } from './tour.mjs';

const pictures = join(dirname(fileURLToPath(import.meta.url)), '../../docs/pictures');

test('the tour can be followed line by line', async () => {
	await withStudio((studio) =>
		follow(studio, async (name) => {
			for (const theme of ['light', 'dark']) assert.ok(existsSync(join(pictures, `${name}-${theme}.png`)), `${name}, ${theme}`);
		})
	);
});
