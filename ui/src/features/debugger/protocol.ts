/** The Debug Adapter Protocol as far as the window speaks it; lines and columns count from 1. */

export interface Source {
	name?: string;
	path?: string;
}

export interface StackFrame {
	id: number;
	name: string;
	source?: Source;
	line: number;
	column: number;
}

export interface Variable {
	name: string;
	value: string;
	/** What kind of value it is, in words. */
	type?: string;
	/** Greater than 0 where it has parts. */
	variablesReference: number;
	/** How many parts, where they are many. */
	indexedVariables?: number;
	namedVariables?: number;
	/** The expression that leads to it. */
	evaluateName?: string;
}

/** What `evaluate` gives. */
export interface Evaluated {
	result: string;
	type?: string;
	variablesReference: number;
	indexedVariables?: number;
	namedVariables?: number;
}

/** The event that a script stands still. */
export interface Stopped {
	reason: string;
	text?: string;
	hitBreakpointIds?: number[];
}

/** The event that something was written. */
export interface Output {
	category?: string;
	output: string;
	source?: Source;
	line?: number;
}

/** What the adapter says of a breakpoint. */
export interface Told {
	id?: number;
	verified: boolean;
	line?: number;
	message?: string;
}

/** Why a script stopped for an error. */
export interface ExceptionInfo {
	exceptionId: string;
	description?: string;
	details?: { message?: string };
}

/** One message of the adapter. */
export interface Message {
	type: 'response' | 'event' | 'request';
	event?: string;
	request_seq?: number;
	success?: boolean;
	message?: string;
	body?: unknown;
}
