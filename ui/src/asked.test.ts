import { expect, test } from 'vitest';
import { openWhatIsAsked } from './asked';
import { fake, type FakeOptions } from './backend/fake';
import type { AskedPath } from './backend/types/AskedPath';
import type { Event } from './backend/types/Event';
import { Inspector } from './features/package/inspector.svelte';
import { Studio } from './studio.svelte';

/** A studio that is asked for these paths, and what asks it for more later. */
async function asked(options: FakeOptions, ...paths: AskedPath[]) {
	const backend = fake(options);
	const hearers: ((event: Event) => void)[] = [];
	backend.takeAsked = async () => paths.shift() ?? null;
	backend.listen = (heard) => {
		hearers.push(heard);
		return () => {};
	};
	const studio = new Studio(backend);
	await studio.start();
	openWhatIsAsked(studio);
	const later = (path: AskedPath) => {
		paths.push(path);
		hearers.forEach((hear) => hear({ kind: 'open_asked' }));
	};
	return { studio, later };
}

test('a package is shown before anything of it is used', async () => {
	const { studio } = await asked({}, { kind: 'package', path: '/home/ada/okta-0.1.0.joinery' });
	await expect.poll(() => studio.dialog?.kind).toBe('package');
	expect(studio.session.workspace).toBeNull();
});

test('a file of a connector opens that connector and the file', async () => {
	const { studio } = await asked({}, { kind: 'workspace', path: '/home/ada/okta', file: 'actions/get_user.rhai' });
	await expect.poll(() => studio.editor.active?.file.path).toBe('actions/get_user.rhai');
});

test('what is asked for while the studio is open is opened too', async () => {
	const { studio, later } = await asked({ open: true });
	later({ kind: 'file', path: '/home/ada/calls.har' });
	await expect.poll(() => studio.dialog?.kind).toBe('import');
});

test('without a connector a file to import says what is missing', async () => {
	const { studio } = await asked({}, { kind: 'file', path: '/home/ada/calls.har' });
	await expect.poll(() => studio.session.toasts.at(-1)?.text).toMatch(/^Open a connector first/);
	expect(studio.dialog).toBeNull();
});

test('a refused package can be neither installed nor opened', async () => {
	const backend = fake();
	const inspector = new Inspector(backend, '/home/ada/damaged.joinery');
	expect(inspector.obstacle).toBe('The package is still being read.');
	await inspector.load();
	expect(inspector.report?.problems).toHaveLength(1);
	expect(await inspector.install()).toBeNull();
	expect(await inspector.open()).toBeNull();
	await expect(backend.workspace()).rejects.toThrow('No workspace is open');
});

test('a package is installed, or opened beside itself', async () => {
	for (const use of ['install', 'open'] as const) {
		const inspector = new Inspector(fake(), '/home/ada/okta-0.1.0.joinery');
		await inspector.load();
		expect(inspector.title).toBe('okta 0.1.0');
		expect((await inspector[use]())?.name).toBe('acme-connectors');
	}
});
