/** What the documentation pane lists, and how it is found. */
import type { FunctionHelp } from '../../backend/types/FunctionHelp';
import type { OperationName } from '../../backend/types/OperationName';

/** A function of the reference, or an operation that an API description knows. */
export type Entry =
	{ kind: 'function'; id: string; help: FunctionHelp } | { kind: 'operation'; id: string; operation: OperationName };

export function functionEntry(help: FunctionHelp): Entry {
	return { kind: 'function', id: `function:${help.file ?? ''}:${help.name}:${help.group}`, help };
}

export function operationEntry(operation: OperationName): Entry {
	return { kind: 'operation', id: `operation:${operation.method} ${operation.url}`, operation };
}

/** `/api/v1/users/{userId}` of a request's URL. */
export function pathOf(url: string): string {
	return url.replace(/^\{\{base_url\}\}/, '').replace(/\{\{(\w+)\}\}/g, '{$1}');
}

/** The entries that have every word of `text`, the nearest first; all of them for none. */
export function find(entries: readonly Entry[], text: string): Entry[] {
	const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
	if (words.length === 0) return [...entries];
	const ranked = entries.flatMap((entry) => {
		const rank = rankOf(entry, words);
		return rank === null ? [] : [{ entry, rank }];
	});
	return ranked.sort((one, other) => one.rank - other.rank).map((each) => each.entry);
}

/** How near an entry is: its name, the beginning of it, a part of it, or its words. Null where it is not. */
function rankOf(entry: Entry, words: readonly string[]): number | null {
	const [name, about] =
		entry.kind === 'function'
			? [entry.help.name, `${entry.help.signature} ${entry.help.group} ${entry.help.description}`]
			: [pathOf(entry.operation.url), `${entry.operation.method} ${entry.operation.name}`];
	const [low, all] = [name.toLowerCase(), `${name} ${about}`.toLowerCase()];
	if (!words.every((word) => all.includes(word))) return null;
	const text = words.join(' ');
	if (low === text || low.endsWith(`.${text}`)) return 0;
	if (low.startsWith(text)) return 1;
	return words.every((word) => low.includes(word)) ? 2 : 3;
}

/** The function call that sends an operation, as a script has it. */
export function callOf({ method, url }: OperationName): string {
	const path = pathOf(url).replace(/\{(\w+)\}/g, (_, name: string) => `\${encode_path(input.${name})}`);
	const quoted = path.includes('${') ? `\`${path}\`` : `"${path}"`;
	const verb = method.toLowerCase();
	if (['post', 'put', 'patch'].includes(verb)) return `http.${verb}(${quoted}, #{  })`;
	if (['get', 'head', 'delete'].includes(verb)) return `http.${verb}(${quoted})`;
	return `http.request("${method}", ${quoted}).send()`;
}

/** What the caret is on: a function's name with what stands before its dot, or the path of a call. */
export function wordAt(line: string, column: number): { name: string } | { method: string; path: string } | null {
	for (const { 0: call, 1: method, 3: path, index } of line.matchAll(
		/http\.(get|head|post|put|patch|delete)\(\s*([`"])(\/[^`"]*)\2/g
	)) {
		const quote = index + call.length - path!.length - 2;
		if (column > quote && column < index + call.length)
			return { method: method!.toUpperCase(), path: path!.replace(/\$\{[^}]*\}/g, '{{value}}') };
	}
	for (const { 0: word, index } of line.matchAll(/[A-Za-z_]\w*(\.[A-Za-z_]\w*)*/g)) {
		if (column < index || column > index + word.length) continue;
		// Of `user.groups.len` with the caret on `groups`, what comes after it is not meant.
		const end = word.indexOf('.', Math.max(0, column - index));
		return { name: end < 0 ? word : word.slice(0, end) };
	}
	return null;
}
