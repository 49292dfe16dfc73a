/** Rows of names and values as text: one `name: value` a line, `//` before a row that is off. */
import type { Pair } from '../backend/types/Pair';

export function toText(rows: readonly Pair[]): string {
	return rows
		.map((row) => `${row.enabled === false ? '// ' : ''}${row.name}: ${row.value.replaceAll('\n', '\\n')}`)
		.join('\n');
}

/** The rows that a text says; a row that stays keeps its description. */
export function fromText(text: string, before: readonly Pair[]): Pair[] {
	const left = [...before];
	return text
		.split('\n')
		.map((line) => line.trim())
		.filter((line) => line !== '')
		.map((line) => {
			const enabled = !/^(\/\/|#)/.test(line);
			const plain = enabled ? line : line.replace(/^(\/\/|#)\s*/, '');
			const at = separator(plain);
			const name = (at < 0 ? plain : plain.slice(0, at)).trim();
			const value =
				at < 0
					? ''
					: plain
							.slice(at + 1)
							.trim()
							.replaceAll('\\n', '\n');
			const known = left.findIndex((row) => row.name === name);
			const description = known < 0 ? '' : (left.splice(known, 1)[0]!.description ?? '');
			return { name, value, enabled, description };
		});
}

/** The first colon, tab or equals sign that is not part of a `{{variable}}`. */
function separator(line: string): number {
	const masked = line.replace(/\{\{[^{}]*\}\}/g, (use) => '_'.repeat(use.length));
	const colon = masked.indexOf(':');
	return colon >= 0 ? colon : masked.search(/[\t=]/);
}
