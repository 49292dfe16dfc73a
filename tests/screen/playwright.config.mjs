// How the tests of the screen run: Chromium of the machine, two at a time, nothing tried twice.

import { defineConfig } from './page.mjs';

export default defineConfig({
	testDir: '.',
	testMatch: '*.spec.mjs',
	outputDir: '../../test-results/screen/failures',
	fullyParallel: true,
	workers: 2,
	// A busy machine takes its time; what is waited for are facts.
	timeout: 120_000,
	expect: { timeout: 15_000 },
	reporter: [['list']],
	use: {
		browserName: 'chromium',
		launchOptions: { executablePath: process.env.JOINERY_CHROMIUM ?? '/usr/bin/chromium' },
		viewport: { width: 1440, height: 900 },
		locale: 'en-GB',
		timezoneId: 'UTC',
		screenshot: 'only-on-failure',
		// Colours and places are measured at rest.
		contextOptions: { reducedMotion: 'reduce' }
	}
});
