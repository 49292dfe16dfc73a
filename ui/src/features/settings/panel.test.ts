import { expect, test } from 'vitest';
import { fake } from '../../backend/fake';
import { Bindings } from '../../lib/bindings.svelte';
import { Fonts } from '../../lib/fonts.svelte';
import { Appearance } from '../../lib/theme.svelte';
import { SettingsPanel } from './panel.svelte';

async function opened() {
	const backend = fake();
	const panel = new SettingsPanel(backend, new Appearance(backend), new Fonts(backend), new Bindings(backend));
	await panel.load();
	return { backend, panel };
}

test('a change is kept at once', async () => {
	const { backend, panel } = await opened();
	await panel.change({ run_seconds: 5 });
	expect(panel.settings?.run_seconds).toBe(5);
	expect((await backend.settings()).run_seconds).toBe(5);
});

test('a change that is refused is said at its setting, and what was before stays', async () => {
	const { panel } = await opened();
	await panel.change({ proxy: 'ftp://proxy' });
	expect(panel.settings?.proxy).toBe('system');
	expect(panel.wrong('proxy')).toContain('not `ftp`');
	expect(panel.wrong('run_seconds')).toBeNull();
	// Typed back, it is no longer wrong.
	await panel.change({ proxy: 'system' });
	expect(panel.wrong('proxy')).toBeNull();
});

test('data is cleared after it was asked about only', async () => {
	const { panel } = await opened();
	await panel.clear();
	expect(panel.cleared).toBeNull();
	panel.asked = 'history';
	await panel.clear();
	expect(panel.cleared).toBe('12 sends and runs forgotten');
	expect(panel.asked).toBeNull();
	expect(panel.places.find((each) => each.id === 'bodies')?.size).toBe(0);
});

test('a folder that is not there is said', async () => {
	const { panel } = await opened();
	await panel.show(panel.places.find((each) => each.id === 'crashes')!);
	expect(panel.failure?.message).toContain('no folder');
	expect(panel.failed).toBeNull();
});

test('the face of code acts on the page and comes back', async () => {
	const { backend, panel } = await opened();
	const style = document.documentElement.style;
	panel.fonts.set({ family: 'Fira Code"; x', size: 99, ligatures: true });
	expect(style.getPropertyValue('--font-mono')).toContain('"Fira Code x"');
	expect(style.getPropertyValue('--fs-editor')).toBe('28px');
	expect(style.getPropertyValue('--editor-ligatures')).toBe('normal');
	const next = new Fonts(backend);
	await next.load();
	expect([next.family, next.size, next.ligatures]).toEqual(['Fira Code x', 28, true]);
	next.set({ family: '', size: 12.5, ligatures: false });
	expect(style.getPropertyValue('--font-mono') + style.getPropertyValue('--fs-editor')).toBe('');
});
