/** `{{variables}}`: where they stand in texts, and where their values come from. */
import type { Scope } from '../backend/types/Scope';
import type { VariableView } from '../backend/types/VariableView';

export const SOURCES: Record<Scope, string> = {
	workspace: 'from the workspace',
	connector: 'from the connector',
	folder: 'from the folder',
	environment: 'from the environment',
	connection: 'from the connection',
	request: 'from this request',
	run: 'from this session'
};

export interface VariableUse {
	/** The name, or a whole call such as `now("date")`. */
	name: string;
	from: number;
	to: number;
}

const VARIABLE = /\{\{\s*([A-Za-z_]\w*\((?:"[^"]*"|'[^']*'|[^{}"'])*\)|[^{}\s()]+)\s*\}\}/g;

/** Variables, and calls of template functions, in order. */
export function variablesIn(text: string): VariableUse[] {
	return Array.from(text.matchAll(VARIABLE), (found) => ({
		name: found[1]!,
		from: found.index,
		to: found.index + found[0].length
	}));
}

/** Whether it is a call of a template function. */
export function isCall(name: string): boolean {
	return name.endsWith(')');
}

/** Whether something around the request gives the value. */
export function isInherited(variable: VariableView | undefined): boolean {
	return variable?.scope != null && variable.scope !== 'request' && variable.scope !== 'run';
}

/** Whether it is a secret that is in memory only. */
export function isHeld(variable: VariableView | undefined): boolean {
	return variable?.scope === 'run' && variable.secret;
}

/** Whether nothing gives it a value. A question has none until it is asked. */
export function isMissing(variable: VariableView | undefined, name: string): boolean {
	if (name.startsWith('prompt(')) return false;
	return isCall(name) ? variable?.reason != null : !variable?.scope;
}

/** What a hover over a text says of each variable in it, and whether one has no value; null where there is none. */
export function describeUses(
	text: string,
	variables: readonly VariableView[] | null
): { tip: string; missing: boolean } | null {
	const uses = variablesIn(text);
	if (variables === null || uses.length === 0) return null;
	const known = new Map(variables.map((each) => [each.name, each]));
	const lines = [...new Set(uses.map((use) => use.name))].map((name) => {
		const { value, source } = describeVariable(known.get(name), name);
		return isMissing(known.get(name), name) ? `${value}.` : `${name}: ${value}, ${source}`;
	});
	return { tip: lines.join('\n'), missing: uses.some((use) => isMissing(known.get(use.name), use.name)) };
}

/** What a hover says: its value, and where that comes from. */
export function describeVariable(variable: VariableView | undefined, name: string): { value: string; source: string } {
	if (name.startsWith('prompt(')) return { value: name, source: 'Asked when the request is sent.' };
	if (isCall(name)) {
		if (variable?.reason) return { value: name, source: `${variable.reason}.` };
		return { value: variable?.value ?? name, source: 'Made anew when the request is sent.' };
	}
	if (!variable?.scope) return { value: `${name} has no value`, source: 'Nothing around the request gives it one.' };
	return { value: variable.secret ? '••••••••' : (variable.value ?? ''), source: SOURCES[variable.scope] };
}
