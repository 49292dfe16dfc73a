import type { Code } from './types/Code';
import type { Error as BackendFailure } from './types/Error';

/** What every call of the backend rejects with: what happened, where, and what to do. */
export class BackendError extends Error {
	readonly code: Code;
	readonly hint: string | null;
	readonly file: string | null;
	readonly line: number | null;
	readonly column: number | null;

	constructor(failure: Partial<BackendFailure> & { message: string }) {
		super(failure.message);
		this.name = 'BackendError';
		this.code = failure.code ?? 'internal';
		this.hint = failure.hint ?? null;
		this.file = failure.file ?? null;
		this.line = failure.line ?? null;
		this.column = failure.column ?? null;
	}

	/** Gives anything that was thrown the one shape. */
	static from(thrown: unknown): BackendError {
		if (thrown instanceof BackendError) return thrown;
		if (typeof thrown === 'string') return new BackendError({ message: thrown });
		if (thrown !== null && typeof thrown === 'object' && 'message' in thrown) {
			return new BackendError({ ...(thrown as Partial<BackendFailure>), message: String(thrown.message) });
		}
		return new BackendError({ message: 'Something failed without saying why.' });
	}
}
