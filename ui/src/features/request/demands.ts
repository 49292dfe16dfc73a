/** What assertions can demand, in words, and their values as texts of a table. */
import type { Assertion } from '../../backend/types/Assertion';
import type { JsonValue } from '../../backend/types/serde_json/JsonValue';

/** The demands in the order they are offered. */
export const DEMANDS = [
	['equals', 'equals'],
	['not_equals', 'does not equal'],
	['contains', 'contains'],
	['not_contains', 'does not contain'],
	['matches', 'matches'],
	['one_of', 'is one of'],
	['length', 'has the length'],
	['type', 'has the type'],
	['schema', 'fits the schema'],
	['absent', 'is absent'],
	['at_most', 'is at most'],
	['at_least', 'is at least']
] as const;

export type DemandKey = (typeof DEMANDS)[number][0];

/** Subjects that are offered; a header, a cookie or a JSONPath is typed. */
export const SUBJECTS: readonly { value: string; note: string }[] = [
	{ value: 'status', note: 'the status code' },
	{ value: 'time_ms', note: 'milliseconds until the answer was there' },
	{ value: 'size', note: 'bytes of the body' },
	{ value: 'body', note: 'the body as text' },
	{ value: 'header:', note: 'a header, such as header:content-type' },
	{ value: 'cookie:', note: 'a cookie by its name' },
	{ value: '$.', note: 'a JSONPath, such as $.profile.login' }
];

export function demandOf(assertion: Assertion): { key: DemandKey; value: JsonValue } {
	const key = DEMANDS.map(([each]) => each).find((each) => each in assertion) ?? 'equals';
	return { key, value: (assertion as unknown as Record<string, JsonValue>)[key] ?? null };
}

/** A value as it is typed: plain text where that cannot be taken for anything else. */
export function valueText(key: DemandKey, value: JsonValue): string {
	if (key === 'matches' || key === 'type') return String(value);
	if (typeof value === 'string' && parsed(value) === value) return value;
	return value === null && key !== 'equals' && key !== 'not_equals' ? '' : JSON.stringify(value);
}

/** The value of a text. What is no JSON is taken as text. */
function parsed(text: string): JsonValue {
	try {
		return JSON.parse(text) as JsonValue;
	} catch {
		return text;
	}
}

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

/** The assertion that a row of texts says, and what is wrong with it. */
export function assertionOf(
	subject: string,
	key: DemandKey,
	text: string
): { assertion: Assertion; wrong: string | null } {
	const value = parsed(text);
	const number = typeof value === 'number' ? value : 0;
	const made = (demand: object, wrong: string | null = null) => ({
		assertion: { subject, ...demand } as Assertion,
		wrong
	});
	switch (key) {
		case 'matches':
			return made({ matches: text }, text === '' ? 'Needs a regular expression.' : null);
		case 'type':
			return made({ type: text }, TYPES.includes(text) ? null : `Needs one of ${TYPES.join(', ')}.`);
		case 'one_of': {
			const list = Array.isArray(value) ? value : text.split(',').map((each) => parsed(each.trim()));
			return made({ one_of: list }, text === '' ? 'Needs values, with commas between them.' : null);
		}
		case 'length':
			return made({ length: number }, Number.isInteger(value) && number >= 0 ? null : 'Needs a whole number.');
		case 'at_most':
		case 'at_least':
			return made({ [key]: number }, typeof value === 'number' ? null : 'Needs a number.');
		case 'absent':
			return made({ absent: value !== false }, null);
		case 'schema': {
			const fits = text !== '' && (typeof value === 'string' || (typeof value === 'object' && value !== null));
			return made({ schema: value }, fits ? null : 'Needs the name of a schema, or a schema.');
		}
		default:
			return made({ [key]: text === '' ? '' : value });
	}
}
