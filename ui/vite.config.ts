import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

/**
 * The window as a browser opens it, on the engine in memory, and the gallery of its components. Built for tests/screen
 * alone (`vite build --mode screen`): what the app ships has neither.
 */
const SCREEN = {
	outDir: '../test-results/screen/page',
	emptyOutDir: true,
	rolldownOptions: { input: ['index.html', 'gallery.html'] }
};

export default defineConfig(({ mode }) => ({
	plugins: [svelte(), svelteTesting()],
	// The window is WebKit on Linux and macOS, WebView2 on Windows; all of them current.
	build: {
		target: 'safari16',
		sourcemap: false,
		// One sheet: rules keep their order, and no part that comes late has the whole window styled anew.
		cssCodeSplit: false,
		...(mode === 'screen' ? SCREEN : {})
	},
	server: { port: 5173, strictPort: true, host: '127.0.0.1' },
	test: { environment: 'jsdom', include: ['src/**/*.test.ts'], restoreMocks: true }
}));
