/** Lines and colours as the engine would give them, by simple means. For the fake backend only. */
import type { BodyLine } from './types/BodyLine';
import type { DiffLine } from './types/DiffLine';
import type { DiffMark } from './types/DiffMark';
import type { TokenClass } from './types/TokenClass';

const CLASSES: TokenClass[] = [
	'none',
	'keyword',
	'function',
	'string',
	'interp',
	'number',
	'constant',
	'property',
	'comment',
	'operator',
	'variable',
	'param'
];

const RHAI: [TokenClass, RegExp][] = [
	['comment', /\/\/.*/y],
	['string', /"(?:[^"\\]|\\.)*"/y],
	['interp', /\$\{[^}]*\}/y],
	['keyword', /\b(?:fn|let|const|if|else|for|in|while|loop|return|throw|import|as|export|switch|try|catch)\b/y],
	['constant', /\b(?:true|false|null)\b/y],
	['number', /\b\d[\d_.]*\b/y],
	['function', /\b[a-z_]\w*(?=\()/iy],
	['param', /\b(?:connection|input|config)\b/y],
	['variable', /\b[a-z_]\w*\b/iy],
	['operator', /[-+*/%=<>!&|#{}()[\];,.:]+/y]
];

const JSON_TOKENS: [TokenClass, RegExp][] = [
	['property', /(?:"(?:[^"\\]|\\.)*"|[\w$-]+)(?=\s*:)/y],
	['string', /"(?:[^"\\]|\\.)*"/y],
	['constant', /\b(?:true|false|null)\b/y],
	['number', /-?\d[\d.eE+-]*/y],
	['operator', /[{}[\],:]/y]
];

const TOML: [TokenClass, RegExp][] = [
	['comment', /#.*/y],
	['property', /^\s*[\w.-]+(?=\s*=)/y],
	['function', /^\[+[\w.]+\]+/y],
	...JSON_TOKENS.slice(1)
];

/** Spans of one line: start, end, class, over and over. */
export function spans(text: string, language: string): number[] {
	const tokens = language === 'rhai' ? RHAI : language === 'json' ? JSON_TOKENS : language === 'toml' ? TOML : [];
	const result: number[] = [];
	let template = false;
	for (let at = 0; at < text.length;) {
		if (text[at] === '`') template = !template;
		const found = template && text[at] !== '$' ? null : first(tokens, text, at);
		const end = found ? at + found.length : at + 1;
		const kind = found?.kind ?? (template || text[at] === '`' ? 'string' : 'none');
		if (kind !== 'none') result.push(at, end, CLASSES.indexOf(kind));
		at = end;
	}
	return result;
}

function first(tokens: [TokenClass, RegExp][], text: string, at: number) {
	for (const [kind, pattern] of tokens) {
		pattern.lastIndex = at;
		const length = pattern.exec(text)?.[0].length;
		if (length) return { kind, length };
	}
	return null;
}

/** A value as lines of a tree: keys without quotes, no commas, folds where something is inside. */
export function treeLines(value: unknown, depth = 0, key = ''): BodyLine[] {
	const head = key === '' ? '' : `${/^[\w$-]+$/.test(key) ? key : JSON.stringify(key)}: `;
	if (value === null || typeof value !== 'object') return [line(head + JSON.stringify(value), depth)];
	const list = Array.isArray(value);
	const entries = Object.entries(value);
	const [open, close] = list ? ['[', ']'] : ['{', '}'];
	if (entries.length === 0) return [line(head + open + close, depth)];
	const inside = entries.flatMap(([name, each]) => treeLines(each, depth + 1, list ? '' : name));
	return [line(head + open, depth), ...inside, line(close, depth)];
}

/** Gives every line that opens something the index of the line that closes it. */
export function fold<T extends Pick<BodyLine, 'text' | 'fold_end'>>(lines: T[]): T[] {
	const open: number[] = [];
	lines.forEach((each, index) => {
		if (/[[{]$/.test(each.text)) open.push(index);
		else if (/^[\]}]/.test(each.text)) {
			const start = open.pop();
			if (start !== undefined) lines[start]!.fold_end = index;
		}
	});
	return lines;
}

function line(text: string, depth: number): BodyLine {
	return { text, depth, fold_end: null, spans: spans(text, 'json'), cut: false, hits: [] };
}

export function diffLine(mark: DiffMark, text: string, depth: number): DiffLine {
	return { mark, ...line(text, depth) };
}

export function rawLines(text: string): BodyLine[] {
	return text.split('\n').map((each) => line(each, 0));
}

/** The JSONPath of a line of a tree. */
export function pathOf(tree: readonly BodyLine[], line: number): string | null {
	if (!tree[line] || /^[}\]]/.test(tree[line].text)) return null;
	const open: { list: boolean; index: number }[] = [];
	const parts: string[] = ['$'];
	for (const [at, { text, depth }] of tree.entries()) {
		if (/^[}\]]/.test(text)) continue;
		open.length = depth;
		parts.length = depth + 1;
		const around = open[depth - 1];
		const key = /^("(?:[^"\\]|\\.)*"|[\w$-]+):/.exec(text)?.[1];
		if (around?.list) parts[depth] = `[${around.index++}]`;
		else if (key) parts[depth] = key.startsWith('"') ? `[${key}]` : `.${key}`;
		open[depth] = { list: /^(?:[^:]*: )?\[/.test(text), index: 0 };
		if (at === line) return parts.slice(0, depth + 1).join('');
	}
	return null;
}

/** A file's name without its ending. */
export function stem(path: string): string {
	return path
		.split('/')
		.at(-1)!
		.replace(/\.(rhai|json|toml|md)$/, '');
}
