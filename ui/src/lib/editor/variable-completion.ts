/** Completion between `{{` and `}}`: variables with value and scope, template functions with what they give. */
import type { Completion, CompletionContext, CompletionResult, CompletionSource } from '@codemirror/autocomplete';
import { EditorState, type Extension } from '@codemirror/state';
import type { TemplateFunction } from '../../backend/types/TemplateFunction';
import type { VariableView } from '../../backend/types/VariableView';
import { describeVariable } from '../variables';

/** What can stand between the braces. */
export interface Names {
	variables: readonly VariableView[];
	functions: readonly TemplateFunction[];
}

const OPEN = /\{\{\s*[\w.-]*$/;
const WORD = /^[\w.-]*$/;

function source(names: () => Promise<Names>): CompletionSource {
	return async (context: CompletionContext): Promise<CompletionResult | null> => {
		const open = context.matchBefore(OPEN);
		if (!open) return null;
		const known = await names().catch(() => null);
		if (!known || context.aborted) return null;
		const from = open.from + open.text.length - (/[\w.-]*$/.exec(open.text)?.[0].length ?? 0);
		return { from, options: options(known), validFor: WORD };
	};
}

function options({ variables, functions }: Names): Completion[] {
	return [
		...variables.map((variable): Completion => {
			const { value, source } = describeVariable(variable, variable.name);
			return { label: variable.name, detail: short(value), info: source, boost: 1, apply: closed(variable.name, 0) };
		}),
		...functions.map((each): Completion => {
			const takes = !each.signature.endsWith('()');
			const apply = closed(`${each.name}()`, takes ? 1 : 0);
			return { label: `${each.name}()`, detail: each.signature, info: each.meaning, apply };
		})
	];
}

/** Puts the text in with its closing braces; `back` is how far before them the caret stays. */
function closed(text: string, back: number): Completion['apply'] {
	return (view, _completion, from, to) => {
		const after = view.state.sliceDoc(to, to + 2);
		const there = after === '}}' ? 2 : after.startsWith('}') ? 1 : 0;
		const insert = `${text}}}`;
		const anchor = from + (back > 0 ? text.length - back : insert.length);
		view.dispatch({
			changes: { from, to: to + there, insert },
			selection: { anchor },
			userEvent: 'input.complete'
		});
	};
}

function short(value: string): string {
	return value.length > 40 ? `${value.slice(0, 39)}…` : value;
}

/** `names` is asked each time a list opens. */
export function variableCompletion(names: () => Promise<Names>): Extension {
	const autocomplete = source(names);
	return EditorState.languageData.of(() => [{ autocomplete }]);
}
