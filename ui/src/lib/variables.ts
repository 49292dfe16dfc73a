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
	name: string;
	from: number;
	to: number;
}

const VARIABLE = /\{\{\s*([^{}\s]+)\s*\}\}/g;

export function variablesIn(text: string): VariableUse[] {
	return Array.from(text.matchAll(VARIABLE), (found) => ({
		name: found[1]!,
		from: found.index,
		to: found.index + found[0].length
	}));
}

/** Whether something around the request gives the value. */
export function isInherited(variable: VariableView | undefined): boolean {
	return variable?.scope != null && variable.scope !== 'request' && variable.scope !== 'run';
}
