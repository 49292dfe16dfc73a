/** What becomes of a value of an answer: a variable of the requests that follow, or a check of the next answers. */
import type { JsonValue } from '../../backend/types/serde_json/JsonValue';
import type { RequestTab } from './request-tab.svelte';
import type { Tester } from './tester.svelte';

/** Whose values are not shown: what servers call what signs in. */
const SECRET = /(token|secret|password|passcode|api_?key|assertion)$/i;

export function keepValue(
	tester: Tester,
	tab: RequestTab,
	as: 'capture' | 'assert',
	path: string,
	value: string | null
): void {
	const before = tab.draft;
	const told = as === 'capture' ? capture(tab, path) : check(tab, path, value);
	tab.section = 'assert';
	tester.session.toast(told, { action: { label: 'Undo', run: () => tab.edit(before) } });
}

/** Captures the value at `path` from the next answer on. */
function capture(tab: RequestTab, path: string): string {
	const taken = tab.draft.capture.find((each) => each.subject === path);
	if (taken) return `{{${taken.name}}} has this value already.`;
	const names = tab.draft.capture.map((each) => each.name);
	const name = freeName(nameOf(path), names);
	const secret = SECRET.test(name) ? { secret: true } : {};
	tab.edit({ capture: [...tab.draft.capture, { name, subject: path, ...secret }] });
	return `{{${name}}} has this value in other requests once this one is sent again.`;
}

/** Checks that the value at `path` stays what it is; one that is too long, that it is there. */
function check(tab: RequestTab, path: string, value: string | null): string {
	const known = value === null ? undefined : exact(value);
	const demand = known === undefined ? { absent: false } : { equals: known };
	tab.edit({ assert: [...tab.draft.assert, { subject: path, ...demand }] });
	return known === undefined ? `Checks that ${path} is there.` : `Checks that ${path} is ${value}.`;
}

/** The value, where reading and writing it loses nothing. */
function exact(text: string): JsonValue | undefined {
	try {
		const value = JSON.parse(text) as JsonValue;
		const scalar = value === null || typeof value !== 'object';
		const kept = typeof value !== 'number' || JSON.stringify(value) === text.trim();
		return scalar && kept ? value : undefined;
	} catch {
		return undefined;
	}
}

/** What a variable of that value is called: `$.users[0].lastLogin` is `last_login`. */
export function nameOf(path: string): string {
	const keys = path.match(/[A-Za-z_][\w-]*/g) ?? [];
	const words = (keys.at(-1) ?? 'value').replace(/([a-z0-9])([A-Z])/g, '$1_$2');
	return words.replaceAll(/\W+/g, '_').toLowerCase();
}

function freeName(name: string, taken: readonly string[]): string {
	let free = name;
	for (let number = 2; taken.includes(free); number++) free = `${name}_${number}`;
	return free;
}
