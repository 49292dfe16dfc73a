import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
	plugins: [svelte(), svelteTesting()],
	// The window is WebKit on Linux and macOS, WebView2 on Windows; all of them current.
	build: { target: 'safari16', sourcemap: false, chunkSizeWarningLimit: 1200 },
	server: { port: 5173, strictPort: true, host: '127.0.0.1' },
	test: { environment: 'jsdom', include: ['src/**/*.test.ts'], restoreMocks: true }
});
