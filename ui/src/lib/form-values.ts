/** Between what a form's controls hold (text, booleans) and the JSON an action takes. */
import type { Field } from '../backend/types/Field';
import type { PickOption } from '../backend/types/PickOption';
import type { JsonValue } from '../backend/types/serde_json/JsonValue';

export type JsonObject = { [key in string]: JsonValue };
export type FieldControl =
	| 'text'
	| 'password'
	| 'number'
	| 'switch'
	| 'select'
	| 'multiselect'
	| 'key-value'
	| 'date-time'
	| 'date'
	| 'area'
	| 'group'
	| 'lines'
	| 'json';

/** Types whose values stand on a line of their own in a list. */
const TEXTS: readonly string[] = ['string', 'integer', 'number'];

/** The control that draws a field, where its value allows that. */
export function controlOf(field: Field): FieldControl {
	if (field.type === 'array') {
		if (choicesOf(field).length > 0) return 'multiselect';
		return field.of !== null && TEXTS.includes(field.of.type) ? 'lines' : 'json';
	}
	if (field.type === 'object') {
		if (field.control === 'key_value') return 'key-value';
		return field.properties.length > 0 ? 'group' : 'json';
	}
	if (field.options.length > 0) return 'select';
	if (field.type === 'boolean') return 'switch';
	if (field.type === 'integer' || field.type === 'number') return 'number';
	if (field.secret || field.format === 'password' || field.control === 'password') return 'password';
	if (field.format === 'date-time' || field.control === 'date_time') return 'date-time';
	if (field.format === 'date' || field.control === 'date') return 'date';
	if (field.control === 'text_area') return 'area';
	return 'text';
}

/** The values a list is chosen from: the field's own, or those of what it holds. */
export function choicesOf(field: Field): readonly PickOption[] {
	return field.options.length > 0 ? field.options : (field.of?.options ?? []);
}

/** The list with one of its choices taken in or out; in the order of the choices, what is no choice last. */
export function withChoice(
	field: Field,
	value: JsonValue | undefined,
	choice: JsonValue,
	on: boolean
): JsonValue | undefined {
	const key = JSON.stringify(choice);
	const rest = (Array.isArray(value) ? value : []).filter((item) => JSON.stringify(item) !== key);
	if (on) rest.push(choice);
	const order = choicesOf(field).map((option) => JSON.stringify(option.value));
	const place = (item: JsonValue) => (order.indexOf(JSON.stringify(item)) + order.length + 1) % (order.length + 1);
	return rest.length === 0 ? undefined : rest.sort((left, right) => place(left) - place(right));
}

/** Whether a value is among the items of a list. */
export function hasChoice(value: JsonValue | undefined, choice: JsonValue): boolean {
	const key = JSON.stringify(choice);
	return Array.isArray(value) && value.some((item) => JSON.stringify(item) === key);
}

/** A list as lines of text; null where a line cannot hold one of its values. */
export function linesOf(value: JsonValue | undefined): string | null {
	if (value === undefined || value === null) return '';
	if (!Array.isArray(value)) return null;
	const isLine = (item: JsonValue) =>
		typeof item === 'number' || (typeof item === 'string' && item !== '' && !item.includes('\n'));
	return value.every(isLine) ? value.join('\n') : null;
}

/** The list that lines of text stand for, of what `field` holds. Empty lines count for nothing. */
export function listOf(field: Field, text: string): JsonValue | undefined {
	const of = field.of ?? field;
	const items = text.split('\n').filter((line) => line.trim() !== '');
	return items.length === 0 ? undefined : items.map((line) => typedValue(of, line) ?? line);
}

/** An object of texts as rows of a table; null where it holds anything else. */
export function pairsOf(value: JsonValue | undefined): { name: string; value: string }[] | null {
	if (value === undefined || value === null) return [];
	if (!isObject(value)) return null;
	const pairs = Object.entries(value);
	if (!pairs.every(([, text]) => typeof text === 'string')) return null;
	return pairs.map(([name, text]) => ({ name, value: text as string }));
}

/** The object that rows of a table stand for; of two of one name the last counts. */
export function objectOf(rows: readonly { name: string; value: string }[]): JsonObject | undefined {
	const named = rows.filter((row) => row.name !== '');
	return named.length === 0 ? undefined : Object.fromEntries(named.map((row) => [row.name, row.value]));
}

export function isObject(value: unknown): value is JsonObject {
	return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** What the form starts with: values given, then defaults; keys no field knows are kept. */
export function startingValues(fields: readonly Field[], given: JsonValue): JsonObject {
	const values: JsonObject = isObject(given) ? { ...given } : {};
	for (const field of fields) {
		if (!(field.name in values) && field.default !== null) values[field.name] = field.default;
	}
	return values;
}

/** What a text control shows for a value. */
export function shownValue(value: JsonValue | undefined): string {
	if (value === undefined || value === null) return '';
	return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The value that typed text stands for; undefined for none. Text that is no number stays text, so that the error shows it. */
export function typedValue(field: Field, text: string): JsonValue | undefined {
	if (text === '') return undefined;
	if (field.type !== 'integer' && field.type !== 'number') return text;
	const number = Number(text);
	return Number.isFinite(number) && text.trim() !== '' ? number : text;
}

/** Why a value cannot be sent; null where it can. */
export function fieldError(field: Field, value: JsonValue | undefined): string | null {
	if (value === undefined || value === null) {
		return field.required && !(value === null && field.nullable) ? `${labelOf(field)} is required.` : null;
	}
	if (field.type === 'number' && typeof value !== 'number') return 'Needs a number.';
	if (field.type === 'integer' && !Number.isInteger(value)) return 'Needs a whole number.';
	if (field.type === 'array' && !Array.isArray(value)) return 'Needs a JSON list: [ … ].';
	if (field.type === 'object' && !isObject(value)) return 'Needs a JSON object: { … }.';
	return null;
}

/** What is wrong with the value at a path; where it is drawn `whole`, what is wrong with anything in it, with its path. */
export function errorAt(errors: Readonly<Record<string, string>>, path: string, whole: boolean): string | null {
	const own = errors[path];
	if (own !== undefined || !whole) return own === undefined ? null : sentence(own);
	const inner = Object.entries(errors).find(([at]) => at.startsWith(`${path}.`) || at.startsWith(`${path}[`));
	return inner ? `${inner[0]} ${inner[1]}.` : null;
}

function sentence(message: string): string {
	return `${message[0]?.toUpperCase() ?? ''}${message.slice(1)}.`;
}

export function labelOf(field: Field): string {
	return field.label ?? field.name;
}

/** Whether the form shows a field: `when` asks another field for a value, as the engine does. */
export function isShown(field: Field, values: JsonObject): boolean {
	if (!isObject(field.when)) return true;
	const { field: other, equals, not_equals: unwanted, in: among, exists } = field.when;
	if (typeof other !== 'string') return true;
	const value = JSON.stringify(values[other] ?? null);
	if (equals !== undefined) return value === JSON.stringify(equals);
	if (unwanted !== undefined) return value !== JSON.stringify(unwanted);
	if (Array.isArray(among)) return among.some((each) => JSON.stringify(each) === value);
	return (value !== 'null') === (exists ?? true);
}

/** What is known of the options of a field's pick list. */
export interface PickList {
	options: PickOption[];
	/** Why there are none yet, or none at all. */
	note: string | null;
}

/** The field as the form draws it: with the options of its pick list, and the value it has among them. */
export function withList(field: Field, list: PickList | undefined, value: JsonValue | undefined): Field {
	if (!list || field.type === 'object') return field;
	if (list.options.length === 0) return { ...field, hint: list.note ?? field.hint };
	if (field.type === 'array') return { ...field, options: list.options, hint: list.note ?? field.hint };
	const chosen = JSON.stringify(value);
	const known = value == null || list.options.some((option) => JSON.stringify(option.value) === chosen);
	const options = known ? list.options : [...list.options, { value, label: shownValue(value) }];
	return { ...field, options, hint: list.note ?? field.hint };
}

/** `2026-11-24T21:52` as the control gives it, to RFC 3339 in UTC and back. */
export function toDateTime(local: string): string | undefined {
	const time = new Date(local);
	return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

export function toLocal(value: JsonValue | undefined): string {
	if (typeof value !== 'string') return '';
	const time = new Date(value);
	if (Number.isNaN(time.getTime())) return '';
	const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
	return local.toISOString().slice(0, 19);
}
