/** Finds `{{variables}}` in texts. */

export interface VariableUse {
	name: string;
	from: number;
	to: number;
}

const VARIABLE = /\{\{\s*([^{}\s]+)\s*\}\}/g;

export function variablesIn(text: string): VariableUse[] {
	return Array.from(text.matchAll(VARIABLE), (found) => ({
		name: found[1]!,
		from: found.index,
		to: found.index + found[0].length
	}));
}
