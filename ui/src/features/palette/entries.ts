/** What the palette finds, and in which order. */
import type { Component } from 'svelte';
import { available, type Command } from '../../lib/commands';
import type { ListedFile } from '../../lib/file-kinds';
import { rank } from '../../lib/fuzzy';

export interface Entry {
	id: string;
	group: 'Commands' | 'Requests' | 'Files' | 'Symbols';
	label: string;
	/** Small words after the label. */
	note?: string;
	keys?: string;
	icon?: Component<{ size?: number | string }>;
	method?: string;
	run: () => unknown;
}

export interface Found {
	entry: Entry;
	/** Indices of the letters of the label that matched. */
	at: number[];
}

/** `all` finds everything, `files` what can be opened, `commands` what can be done. */
export type PaletteMode = 'all' | 'files' | 'commands';

const AT_MOST = 60;
/** With something typed, what does not stand near the top is found by typing on. */
const FOUND_AT_MOST = 24;

export function commandEntries(commands: readonly Command[]): Entry[] {
	return commands.filter(available).map((command) => ({
		id: `command:${command.id}`,
		group: 'Commands',
		label: command.about ?? command.label,
		keys: command.keys,
		icon: command.icon,
		run: command.run
	}));
}

export function fileEntries(
	files: readonly ListedFile[],
	icon: (file: ListedFile) => Entry['icon'],
	open: (file: ListedFile) => unknown
): Entry[] {
	const several = new Set(files.map((each) => each.connector)).size > 1;
	return files.map((file) => ({
		id: `file:${file.connector}:${file.path}`,
		group: file.kind === 'request' ? 'Requests' : 'Files',
		label: file.label,
		note: `${several ? `${file.connector}/` : ''}${file.path}${file.deprecated ? ', deprecated' : ''}`,
		method: file.method ?? undefined,
		icon: icon(file),
		run: () => open(file)
	}));
}

const FUNCTION = /^\s*(?:private\s+)?fn\s+([A-Za-z_]\w*)\s*\(([^)]*)\)/;

/** The functions of a script. */
export function symbolEntries(text: string, go: (line: number) => unknown): Entry[] {
	return text.split('\n').flatMap((line, index) => {
		const [, name, parameters] = FUNCTION.exec(line) ?? [];
		if (name === undefined) return [];
		const number = index + 1;
		return [
			{
				id: `symbol:${name}:${number}`,
				group: 'Symbols' as const,
				label: `${name}(${parameters?.trim() ?? ''})`,
				note: `line ${number}`,
				run: () => go(number)
			}
		];
	});
}

/**
 * What fits `text`. A leading `>` leaves commands only, `@` the functions of the open script. Without text, the
 * entries last used come first.
 */
export function find(text: string, entries: readonly Entry[], recent: readonly string[], mode: PaletteMode): Found[] {
	const onlyCommands = mode === 'commands' || text.startsWith('>');
	const onlySymbols = !onlyCommands && text.startsWith('@');
	const query = text.replace(/^[>@]\s*/, '').trim();
	const searched = entries.filter(({ group }) => {
		if (onlySymbols || group === 'Symbols') return onlySymbols && group === 'Symbols';
		return onlyCommands ? group === 'Commands' : mode !== 'files' || group !== 'Commands';
	});
	if (query !== '') {
		const found = rank(query, searched, (each) => each.label).map(({ item, match }) => ({ entry: item, at: match.at }));
		return inGroups(found.slice(0, FOUND_AT_MOST));
	}
	const used = recent.flatMap((id) => searched.filter((each) => each.id === id));
	const rest = searched.filter((each) => !recent.includes(each.id));
	return inGroups([...used, ...rest].map((entry) => ({ entry, at: [] }))).slice(0, AT_MOST);
}

/** Keeps the order inside each group; groups stand in the order of their best entry. */
function inGroups(found: readonly Found[]): Found[] {
	const groups = [...new Set(found.map((each) => each.entry.group))];
	return groups.flatMap((group) => found.filter((each) => each.entry.group === group));
}
