/** Suggestions for the cells of tables: headers, their usual values, and `{{variables}}`. */
import type { Suggestions } from '../components/SuggestInput.svelte';
import type { Names } from './editor/variable-completion';
import { HEADERS, usualValues } from './headers';
import { describeVariable } from './variables';

export function suggestHeader(text: string): Suggestions {
	const wanted = text.toLowerCase();
	const items = HEADERS.filter((each) => each.name.toLowerCase().includes(wanted)).map(({ name, note }) => ({
		value: name,
		note
	}));
	return { from: 0, to: text.length, items };
}

export function suggestHeaderValue(name: string, text: string): Suggestions {
	const wanted = text.toLowerCase();
	const items = usualValues(name).filter((value) => value.toLowerCase().includes(wanted));
	return { from: 0, to: text.length, items: items.map((value) => ({ value })) };
}

const OPEN = /\{\{\s*([\w.-]*)$/;

/** What fits after `{{`; null elsewhere. */
export async function suggestVariable(
	text: string,
	at: number,
	names: () => Promise<Names>
): Promise<Suggestions | null> {
	const open = OPEN.exec(text.slice(0, at));
	if (!open) return null;
	const known = await names().catch(() => null);
	if (!known) return null;
	const wanted = open[1]!.toLowerCase();
	const closed = /^\}{1,2}/.exec(text.slice(at))?.[0].length ?? 0;
	const variables = known.variables.map((each) => ({
		name: each.name,
		note: `${describeVariable(each, each.name).value}  ${describeVariable(each, each.name).source}`
	}));
	const functions = known.functions.map((each) => ({ name: `${each.name}()`, note: each.meaning }));
	const items = [...variables, ...functions].filter((each) => each.name.toLowerCase().includes(wanted));
	return {
		from: open.index,
		to: at + closed,
		items: items.map(({ name, note }) => ({ value: `{{${name}}}`, note }))
	};
}
