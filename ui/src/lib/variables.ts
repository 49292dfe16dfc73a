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
	run: 'from this run'
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

/** Whether nothing gives it a value. A question has none until it is asked. */
export function isMissing(variable: VariableView | undefined, name: string): boolean {
	if (name.startsWith('prompt(')) return false;
	return isCall(name) ? variable?.reason != null : !variable?.scope;
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
