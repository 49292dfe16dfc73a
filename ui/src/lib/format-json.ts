/** JSON laid out with two spaces, with `{{variables}}` standing for values or parts of texts. */
import { jsonFault } from './editor/json-check';
import { variablesIn } from './variables';

/** Null where the text does not read. */
export function formatJson(text: string): string | null {
	if (text.trim() === '' || jsonFault(text) !== null) return null;
	const uses = variablesIn(text).map((use) => text.slice(use.from, use.to));
	// Inside a text a variable's own quotes would end it: each stands as a word of letters until the end.
	let index = 0;
	let inText = false;
	let masked = '';
	let at = 0;
	for (const use of variablesIn(text)) {
		const before = text.slice(at, use.from);
		for (const sign of before.replace(/\\./g, '')) if (sign === '"') inText = !inText;
		const mark = `@@${index++}@@`;
		masked += before + (inText ? mark : `"${mark}"`);
		at = use.to;
	}
	masked += text.slice(at);
	try {
		const laid = JSON.stringify(JSON.parse(masked), null, 2);
		return uses.reduce((done, use, number) => {
			const mark = `@@${number}@@`;
			const quoted = `"${mark}"`;
			return done.includes(quoted) && wasValue(text, number)
				? done.replace(quoted, () => use)
				: done.replace(mark, () => use);
		}, laid);
	} catch {
		return null;
	}
}

/** Whether the variable of that number stands where a value does, not inside a text. */
function wasValue(text: string, number: number): boolean {
	let inText = false;
	let at = 0;
	for (const [index, use] of variablesIn(text).entries()) {
		for (const sign of text.slice(at, use.from).replace(/\\./g, '')) if (sign === '"') inText = !inText;
		if (index === number) return !inText;
		at = use.to;
	}
	return false;
}

/** Where a text stops being JSON, in words; null where it reads. */
export function faultPlace(text: string): string | null {
	const fault = jsonFault(text);
	if (fault === null) return null;
	const before = text.slice(0, fault.at).split('\n');
	return `Line ${before.length}, column ${before.at(-1)!.length + 1}: ${fault.message}`;
}
