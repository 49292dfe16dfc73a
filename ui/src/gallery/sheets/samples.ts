/** What the specimens show: a user, its lines, variables, a workspace. */
import type { Field } from '../../backend/types/Field';
import type { VariableView } from '../../backend/types/VariableView';
import { LineWindows, type Line } from '../../lib/line-windows.svelte';

export const VARIABLES: VariableView[] = [
	{ name: 'base_url', scope: 'connection', value: 'https://acme.okta.com', secret: false, reason: null },
	{ name: 'user', scope: 'request', value: '••••••••', secret: true, reason: null },
	{ name: 'group', scope: null, value: null, secret: false, reason: null }
];

export function field(name: string, more: Partial<Field>): Field {
	return {
		name,
		label: null,
		hint: null,
		type: 'string',
		format: null,
		required: false,
		default: null,
		options: [],
		pick_list: null,
		depends_on: [],
		of: null,
		properties: [],
		control: null,
		secret: false,
		when: null,
		sticky: false,
		convert: null,
		nullable: false,
		...more
	};
}

/** Classes of the spans, as the engine numbers them. */
const [STRING, PROPERTY] = [3, 7];

function line(text: string, depth: number, more: Partial<Line> = {}): Line {
	const colon = text.indexOf(':');
	const spans = colon < 0 ? [] : [0, colon, PROPERTY, colon + 2, text.length, STRING];
	return { text, depth, fold_end: null, spans, cut: false, ...more };
}

function windows(lines: Line[]): LineWindows {
	return new LineWindows(lines.length, async (from) => ({ from, lines: lines.slice(from) }));
}

export function body(): LineWindows {
	return windows([
		line('{', 0, { fold_end: 6 }),
		line('id: "00ub0oNGTSWTBKOLGLNR"', 1),
		line('status: "ACTIVE"', 1, { hits: [9, 15] }),
		line('profile: {', 1, { fold_end: 5, spans: [0, 7, PROPERTY] }),
		line('login: "ada.lovelace@acme.example"', 2),
		line('}', 1),
		line('}', 0)
	]);
}

export function difference(): LineWindows {
	return windows([
		line('id: "00ub0oNGTSWTBKOLGLNR"', 0, { mark: 'same' }),
		line('department: "Sales"', 0, { mark: 'removed' }),
		line('department: "Engineering"', 0, { mark: 'added' }),
		line('lastLogin: "2026-11-23T21:52:40.000Z"', 0, { mark: 'changed' })
	]);
}
