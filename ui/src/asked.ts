/** What someone asks from outside to open: a path on the command line, a double click on a package. */
import type { AskedPath } from './backend/types/AskedPath';
import { Inspector } from './features/package/inspector.svelte';
import { inBase64 } from './lib/base64';
import type { Studio } from './studio.svelte';
import { openImport } from './tester-dialogs';

/** Opens what waits, and whatever is asked for from now on; gives what ends that. */
export function openWhatIsAsked(studio: Studio): () => void {
	void openAll(studio);
	return studio.backend.listen((event) => {
		if (event.kind === 'open_asked') void openAll(studio);
	});
}

/** Asks for a package, and shows what it holds. */
export async function choosePackage(studio: Studio): Promise<void> {
	const path = await studio.backend.choosePackage();
	if (path !== null) inspectPackage(studio, path);
}

/** A file dropped on the window: a package is shown, of anything else the requests are imported. */
export async function takeDropped(studio: Studio, file: File): Promise<void> {
	if (!file.name.endsWith('.joinery')) {
		if (studio.session.workspace) openImport(studio, file);
		return;
	}
	const path = await studio.backend.keepDroppedPackage(file.name, await inBase64(file));
	inspectPackage(studio, path, true);
}

/** What a package holds, before anything of it is used. */
export function inspectPackage(studio: Studio, path: string, dropped = false): void {
	const inspector = new Inspector(studio.backend, path, dropped);
	studio.dialog = { kind: 'package', inspector };
	void inspector.load();
}

async function openAll(studio: Studio): Promise<void> {
	try {
		for (let asked = await studio.backend.takeAsked(); asked !== null; asked = await studio.backend.takeAsked()) {
			await open(studio, asked);
		}
	} catch (error) {
		studio.session.fail(error);
	}
}

async function open(studio: Studio, asked: AskedPath): Promise<void> {
	switch (asked.kind) {
		case 'workspace': {
			// One of the open workspace's connectors is not opened again by itself.
			const here = studio.session.workspace;
			const connector = here?.connectors.find((each) =>
				[here.path, `${here.path}/${each.folder}`].includes(asked.path)
			)?.folder;
			const opened = connector !== undefined || (await studio.openWorkspace(asked.path));
			if (opened && asked.file !== null) await studio.openFile({ connector: connector ?? '.', path: asked.file });
			return;
		}
		case 'package':
			return inspectPackage(studio, asked.path);
		case 'file':
			if (studio.session.workspace) openImport(studio, { kind: 'file', path: asked.path });
			else studio.session.toast('Open a connector first: requests are imported into one.', { tone: 'bad' });
	}
}
