/** Values of sticky fields, which the forms of a connector remember from one run to the next. */
import type { Backend } from '../../backend';
import type { Field } from '../../backend/types/Field';
import { isObject, type JsonObject } from '../../lib/form-values';

const key = (connector: string) => `run.sticky:${connector}`;

/** What is remembered for the forms of a connector, by field. */
export async function recallSticky(backend: Backend, connector: string): Promise<JsonObject> {
	const kept = await backend.recall(key(connector)).catch(() => null);
	return isObject(kept) ? kept : {};
}

/** Remembers the sticky ones among the values of a run; a field left empty is forgotten, a secret never kept. */
export async function rememberSticky(
	backend: Backend,
	connector: string,
	fields: readonly Field[],
	values: JsonObject
): Promise<void> {
	const sticky = fields.filter((field) => field.sticky && !field.secret && field.format !== 'password');
	if (sticky.length === 0) return;
	const kept = await recallSticky(backend, connector);
	for (const { name } of sticky) {
		const value = values[name];
		if (value === undefined) delete kept[name];
		else kept[name] = value;
	}
	await backend.remember(key(connector), kept).catch(() => undefined);
}

/** The remembered values of the sticky fields among these. */
export function stickyOf(fields: readonly Field[], kept: JsonObject): JsonObject {
	const known = fields.filter((field) => field.sticky && field.name in kept);
	return Object.fromEntries(known.map(({ name }) => [name, kept[name] ?? null]));
}
