/** The dialogs around the tester: imports, sends of several requests, load runs, cookies, actions of several requests. */
import type { ConnectorTree } from './backend/types/ConnectorTree';
import type { FileRef } from './backend/types/FileRef';
import type { ImportSource } from './backend/types/ImportSource';
import type { TreeEntry } from './backend/types/TreeEntry';
import { Jar } from './features/cookies/jar.svelte';
import { Importer } from './features/import/importer.svelte';
import { LoadRun } from './features/sends/load-run.svelte';
import { Series } from './features/sends/series.svelte';
import { count } from './lib/format';
import { hostOf } from './lib/request-url';
import type { Studio } from './studio.svelte';

/** Asks for a file to import, or shows what one that is given holds. */
export function openImport(studio: Studio, given: ImportSource | File | null = null, folder = 'requests'): void {
	const importer = new Importer(studio.backend, studio.session.connector);
	importer.folder = folder;
	studio.dialog = { kind: 'import', importer };
	if (given instanceof File) void importer.take(given);
	else if (given) void importer.look(given);
}

/** Sends requests and folders of them in order. */
export function openSeries(studio: Studio, connector: string, paths: readonly string[], title: string): void {
	const tree = studio.workspaceTrees().find((each) => each.folder === connector);
	const all = tree ? requestsOf(tree) : [];
	const requests = paths.flatMap((path) => all.filter((each) => each === path || each.startsWith(`${path}/`))).length;
	const series = new Series(studio.backend, studio.session, connector, paths, title);
	studio.dialog = { kind: 'series', series, requests };
}

/** Sends the request in hand many times. */
export function openLoad(studio: Studio): void {
	const { tester } = studio;
	const tab = tester.active;
	if (!tab) return;
	studio.dialog = { kind: 'load', run: new LoadRun(studio.backend, studio.session, tester.sendOf(tab), tab.title) };
}

/** Puts the response beside the request or below it. */
export function turnTester({ layout, session }: Studio): void {
	if (layout.turnTester()) return;
	session.toast('There is no room beside the request here. Ctrl 4 gives the tester more.');
}

/** The cookies of the connection in use. */
export function openCookies(studio: Studio): void {
	const { session, tester } = studio;
	const host = hostOf(tester.active?.draft.url ?? '', session.active?.base_url) ?? '';
	const jar = new Jar(studio.backend, session.connector, session.connection, host.replace(/:\d+$/, ''));
	studio.dialog = { kind: 'cookies', jar };
}

/** One action that sends these requests in order. */
export async function makeActionOf(studio: Studio, files: readonly FileRef[]): Promise<void> {
	const { backend, session, tester } = studio;
	const connector = files[0]?.connector;
	if (connector === undefined) return;
	if (files.some((each) => each.connector !== connector)) {
		session.toast('These requests are of several connectors. An action belongs to one.', { tone: 'bad' });
		return;
	}
	try {
		const steps = await Promise.all(
			files.map(async (file) => {
				const open = tester.tabs.find((each) => each.file?.connector === connector && each.file.path === file.path);
				const request = open?.draft ?? (await backend.openRequest(file)).request;
				return { request, number: open?.sent?.number ?? null };
			})
		);
		await tester.actionMade(await backend.makeAction(connector, steps));
	} catch (thrown) {
		session.fail(thrown);
	}
}

/** How several requests are called together. */
export function together(files: readonly FileRef[]): string {
	return count(files.length, 'request');
}

function requestsOf(tree: ConnectorTree): string[] {
	const walk = (entries: readonly TreeEntry[]): string[] =>
		entries.flatMap((each) => (each.children ? walk(each.children) : [each.path]));
	return tree.groups.filter((each) => each.kind === 'request').flatMap((each) => walk(each.entries));
}
