import { expect, test } from 'vitest';
import { fake } from './backend/fake';
import { commands } from './commands';
import { Studio } from './studio.svelte';

async function started(): Promise<Studio> {
	const studio = new Studio(fake({ open: true }));
	await studio.start();
	return studio;
}

const named = (studio: Studio, id: string) => studio.views.bound(commands(studio)).find((each) => each.id === id)!;

test('a main view takes the room of the work, and its command goes back', async () => {
	const studio = await started();
	named(studio, 'flows').run();
	expect(studio.views.shown).toBe('flows');
	named(studio, 'flows').run();
	expect(studio.views.shown).toBe('work');
});

test('keys of what a main view hides do nothing, and its commands bring it back', async () => {
	const studio = await started();
	const { views } = studio;
	views.toggle('flows');
	expect(views.listens(named(studio, 'send'))).toBe(false);
	expect(views.listens(named(studio, 'save'))).toBe(false);
	expect(views.listens(named(studio, 'palette'))).toBe(true);
	named(studio, 'new-request').run();
	expect(views.shown).toBe('work');
});

test('opening a file brings the work back', async () => {
	const studio = await started();
	studio.views.toggle('flows');
	await studio.openFile({ connector: 'okta', path: 'actions/get_user.rhai' });
	expect(studio.views.shown).toBe('work');
});

test('another workspace begins with the work', async () => {
	const studio = await started();
	studio.views.toggle('flows');
	await studio.views.flows.load();
	await studio.openWorkspace('/home/ada/northwind-demo');
	expect(studio.views.shown).toBe('work');
	expect(studio.views.flows.flows).toBeNull();
});

test('a script of a flow opens beside the connectors', async () => {
	const studio = await started();
	await studio.openFile({ connector: '.', path: 'flows/onboarding.rhai' });
	expect(studio.editor.active?.file.path).toBe('flows/onboarding.rhai');
	expect(studio.session.connector).toBe('okta');
	expect(studio.session.toasts).toEqual([]);
	expect(studio.files.filter((each) => each.kind === 'flow').map((each) => each.label)).toContain('onboarding');
});
