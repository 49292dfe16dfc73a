/** What variables hold, at the ends of the lines that name them, while a script stands still. */
import { count } from '../../lib/format';
import type { Variable } from './protocol';

export interface InlineValue {
	/** From 1. */
	line: number;
	text: string;
}

const FUNCTION = /^\s*(?:private\s+)?fn\s+\w+\s*\(/;
const WORD = /[A-Za-z_]\w*/g;
/** Characters of one value. */
const SHORT = 32;
/** Values at one line. */
const AT_MOST = 4;

/** The values that belong to the lines of the function around `line`, down to that line. */
export function inlineValues(lines: readonly string[], line: number, variables: readonly Variable[]): InlineValue[] {
	const known = new Map(variables.map((each) => [each.name, each]));
	let from = line;
	while (from > 1 && !FUNCTION.test(lines[from - 1] ?? '')) from--;
	const found: InlineValue[] = [];
	for (let at = from; at <= Math.min(line, lines.length); at++) {
		const names = new Set(namesOf(lines[at - 1] ?? ''));
		const shown = [...names].flatMap((name) => {
			const variable = known.get(name);
			return variable ? [`${name} = ${short(variable)}`] : [];
		});
		if (shown.length > 0) found.push({ line: at, text: shown.slice(0, AT_MOST).join('  ') });
	}
	return found;
}

/** The names a line uses as variables: not the members after a dot, the keys of a map, what is called, or words in texts. */
function namesOf(line: string): string[] {
	const code = line
		.replace(/\/\/.*$/, '')
		.replace(/"(?:[^"\\]|\\.)*"/g, (text) => ' '.repeat(text.length))
		.replace(/`[^`]*`?/g, (text) =>
			[...text.matchAll(/\$\{([^}]*)\}/g)]
				.map((each) => ` ${each[1]} `)
				.join(' ')
				.padEnd(text.length)
		);
	return [...code.matchAll(WORD)].flatMap((match) => {
		const before = code.slice(0, match.index).trimEnd();
		const after = code.slice(match.index + match[0].length).trimStart();
		const isMember = before.endsWith('.') || before.endsWith('::');
		const isKey = /^:(?!:)/.test(after);
		return isMember || isKey || after.startsWith('(') || after.startsWith('::') ? [] : [match[0]];
	});
}

/** A value in a few words: how many parts it has, where it is too long to be read beside code. */
function short({ value, type, indexedVariables, namedVariables }: Variable): string {
	if (value.length <= SHORT) return value;
	if (type === 'list' && indexedVariables !== undefined) return `[${count(indexedVariables, 'item')}]`;
	if (namedVariables !== undefined) return `#{ ${count(namedVariables, 'key')} }`;
	return `${value.slice(0, SHORT - 1)}…`;
}
