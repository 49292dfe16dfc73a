/** Checks JSON in which `{{variables}}` may stand for any value or part of a text. */
import { linter, type Diagnostic } from '@codemirror/lint';
import type { Extension } from '@codemirror/state';
import { variablesIn } from '../variables';

/** What is wrong and at which offset; null where it reads. */
export function jsonFault(text: string): { at: number; message: string } | null {
	if (text.trim() === '') return null;
	const plain = withoutVariables(text);
	try {
		JSON.parse(plain);
		return null;
	} catch (thrown) {
		const message = (thrown as Error).message;
		return { at: Math.min(faultAt(plain), Math.max(0, text.length - 1)), message: plainWords(message) };
	}
}

/** Same length, each variable a value where a value may stand, plain letters inside a text. */
function withoutVariables(text: string): string {
	let result = '';
	let at = 0;
	let inText = false;
	for (const use of variablesIn(text)) {
		const before = text.slice(at, use.from);
		inText = endsInText(before, inText);
		const length = use.to - use.from;
		result += before + (inText ? 'x'.repeat(length) : '0'.padEnd(length, ' '));
		at = use.to;
	}
	return result + text.slice(at);
}

function endsInText(part: string, inText: boolean): boolean {
	let inside = inText;
	for (let i = 0; i < part.length; i++) {
		if (part[i] === '\\' && inside) i++;
		else if (part[i] === '"') inside = !inside;
	}
	return inside;
}

/**
 * Browsers name the place in different words, so it is found here: the longest beginning after which the text could
 * still go on to be JSON ends at the fault.
 */
function faultAt(text: string): number {
	const stack: string[] = [];
	let expect: 'value' | 'key' | 'colon' | 'after' = 'value';
	const token = /\s+|"(?:[^"\\\n]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]/y;
	let at = 0;
	while (at < text.length) {
		token.lastIndex = at;
		const found = token.exec(text)?.[0];
		if (found === undefined) return at;
		if (found.trim() !== '') {
			const sign = found[0]!;
			const open = stack.at(-1);
			if (expect === 'value' && sign === ']' && open === '[' && text[previous(text, at)] === '[') {
				stack.pop();
				expect = 'after';
			} else if (expect === 'value') {
				if (sign === '{' || sign === '[') {
					stack.push(sign);
					expect = sign === '{' ? 'key' : 'value';
				} else if ('}],:'.includes(sign)) return at;
				else expect = 'after';
			} else if (expect === 'key') {
				if (sign === '"') expect = 'colon';
				else if (sign === '}' && text[previous(text, at)] === '{') {
					stack.pop();
					expect = 'after';
				} else return at;
			} else if (expect === 'colon') {
				if (sign !== ':') return at;
				expect = 'value';
			} else if (sign === ',' && open) expect = open === '{' ? 'key' : 'value';
			else if ((sign === '}' && open === '{') || (sign === ']' && open === '[')) stack.pop();
			else return at;
		}
		at += found.length;
	}
	return text.length;
}

function previous(text: string, at: number): number {
	let before = at - 1;
	while (before >= 0 && text[before]!.trim() === '') before--;
	return before;
}

function plainWords(message: string): string {
	return message
		.replace(/^JSON(\.parse|\sParse error)?:\s*/i, '')
		.replace(/ (in JSON )?at position \d+.*$/s, '')
		.replace(/, ?(\.\.\.)?".*$/s, '');
}

export function jsonCheck(): Extension {
	return linter(
		(view): Diagnostic[] => {
			const fault = jsonFault(view.state.doc.toString());
			if (!fault) return [];
			const to = Math.min(fault.at + 1, view.state.doc.length);
			return [{ from: Math.min(fault.at, to), to, severity: 'error', message: fault.message }];
		},
		{ delay: 150 }
	);
}
