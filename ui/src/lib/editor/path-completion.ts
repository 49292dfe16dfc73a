/** Completion of a URL from the operations of an API description. */
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { EditorState, type Extension } from '@codemirror/state';
import type { OperationName } from '../../backend/types/OperationName';

/** A path being written: below the base URL, or without a host. Not between braces, not in the query. */
const PATH = /^(\{\{base_url\}\})?\/[^?#]*$/;

/** `operations` is asked each time a list opens; `take` hears which operation was chosen. */
export function pathCompletion(
	operations: () => Promise<readonly OperationName[]>,
	take: (operation: OperationName) => void
): Extension {
	const autocomplete = async (context: CompletionContext): Promise<CompletionResult | null> => {
		const text = context.state.sliceDoc(0, context.pos);
		const asked = context.explicit && text === '';
		if (!asked && (!PATH.test(text) || /\{\{[^}]*$/.test(text))) return null;
		const known = await operations().catch(() => []);
		if (known.length === 0 || context.aborted) return null;
		const below = text.startsWith('/');
		return {
			from: 0,
			to: context.state.doc.length,
			options: known.map((operation) => option(operation, below, take)),
			validFor: (typed) => PATH.test(typed)
		};
	};
	return EditorState.languageData.of(() => [{ autocomplete }]);
}

function option(operation: OperationName, below: boolean, take: (operation: OperationName) => void): Completion {
	return {
		label: below ? operation.url.replace(/^\{\{base_url\}\}/, '') : operation.url,
		displayLabel: operation.url.replace(/^\{\{base_url\}\}/, '').replace(/\{\{(\w+)\}\}/g, '{$1}'),
		detail: `${operation.method}  ${operation.name}`,
		// GET is asked for most; the same path may stand there several times.
		boost: operation.method === 'GET' ? 1 : 0,
		apply: () => take(operation)
	};
}
