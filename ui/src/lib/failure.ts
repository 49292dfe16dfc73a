/** A failure of the engine, as far as the window's own code looks at it. */
export interface Failure {
	code: string | null;
	message: string;
	/** Its place in what was asked, where it has one. */
	column: number | null;
}

/** What was thrown, whatever it was. */
export function failureOf(thrown: unknown): Failure {
	const { code, message, column } = (thrown ?? {}) as Partial<Record<keyof Failure, unknown>>;
	return {
		code: typeof code === 'string' ? code : null,
		message: typeof message === 'string' ? message : 'Something failed without saying why.',
		column: typeof column === 'number' ? column : null
	};
}
