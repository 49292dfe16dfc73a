/** What a row says about an event of whatever service. */
import type { JsonValue } from '../../backend/types/serde_json/JsonValue';

const NAMES = [
	'displayName',
	'display_name',
	'title',
	'name',
	'subject',
	'login',
	'email',
	'alternateId',
	'text',
	'id'
];
const KINDS = ['eventType', 'event_type', 'type', 'event', 'action', 'kind'];

/** Whom or what it is about. */
export function targetOf(event: JsonValue): string {
	const target = part(event, 'target');
	const first = Array.isArray(target) ? target[0] : target;
	return named(first) ?? named(part(event, 'profile')) ?? named(event) ?? short(event);
}

/** Who caused it. */
export function actorOf(event: JsonValue): string {
	return named(part(event, 'actor')) ?? named(part(event, 'user')) ?? named(part(event, 'created_by')) ?? '';
}

/** What kind of event it is. */
export function kindOf(event: JsonValue): string {
	for (const name of KINDS) {
		const value = part(event, name);
		if (typeof value === 'string') return value;
	}
	return '';
}

/** The first kind of event and its target in the text of a delivery. */
export function aboutDelivery(body: string): { kind: string; target: string } {
	try {
		const parsed = JSON.parse(body) as JsonValue;
		const events = part(part(parsed, 'data'), 'events') ?? part(parsed, 'events');
		const list = Array.isArray(events) ? events : [parsed];
		const more = list.length > 1 ? ` and ${list.length - 1} more` : '';
		return { kind: kindOf(list[0] ?? null), target: `${targetOf(list[0] ?? null)}${more}` };
	} catch {
		return { kind: '', target: body.split('\n')[0]?.slice(0, 80) ?? '' };
	}
}

/** The first letters and the last of a long key. */
export function shortKey(key: string): string {
	return key.length <= 14 ? key : `${key.slice(0, 4)}…${key.slice(-4)}`;
}

/** As a clock shows it. */
export function timeOf(ms: number): string {
	return new Date(ms).toLocaleTimeString('en-GB');
}

function part(value: JsonValue | undefined, name: string): JsonValue | undefined {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? value[name] : undefined;
}

function named(value: JsonValue | undefined): string | null {
	for (const name of NAMES) {
		const found = part(value, name);
		if (typeof found === 'string' && found !== '') return found;
	}
	return null;
}

function short(value: JsonValue): string {
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
