/** The functions that stand in a script, told by their first lines. */
export interface ScriptFunction {
	name: string;
	parameters: string[];
}

const FUNCTION = /^\s*fn\s+([A-Za-z_]\w*)\s*\(([^)]*)\)/;

/** The function that a line (from 1) is in: the last one that begins there or above. */
export function functionAt(text: string, line: number): ScriptFunction | null {
	const above = text.split('\n').slice(0, line).reverse();
	for (const each of above) {
		const [, name, parameters] = FUNCTION.exec(each) ?? [];
		if (name !== undefined) {
			const names = (parameters ?? '').split(',').map((parameter) => parameter.trim());
			return { name, parameters: names.filter((parameter) => parameter !== '') };
		}
	}
	return null;
}
