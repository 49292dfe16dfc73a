import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import type { Backend } from './backend';

/** The app's own engine; in a plain browser, while developing or in the tests of the screen, the one in memory. */
async function findBackend(): Promise<Backend | null> {
	if ('__TAURI_INTERNALS__' in window) return (await import('./backend/tauri')).tauri;
	if (!import.meta.env.DEV && import.meta.env.MODE !== 'screen') return null;
	const { fake } = await import('./backend/fake');
	return fake({ open: new URLSearchParams(location.search).has('open') });
}

const target = document.getElementById('app');
const backend = await findBackend();
if (target && backend) mount(App, { target, props: { backend } });
else if (target) target.textContent = 'This page is part of the Joinery app. Open Joinery instead.';
