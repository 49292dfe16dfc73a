/** Offers script functions and the words of the file. */
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { EditorState, type Extension } from '@codemirror/state';
import type { FunctionDoc } from '../../backend/types/FunctionDoc';

const KEYWORDS =
	'let const if else switch for in while loop do until break continue return throw try catch fn import as export true false this is_shared'.split(
		' '
	);
const WORD = /[A-Za-z_][A-Za-z0-9_]*/g;
const WORDS_FROM_AT_MOST = 200_000;

function described(doc: FunctionDoc): Completion {
	return {
		label: doc.name,
		detail: doc.signature.startsWith(doc.name) ? doc.signature.slice(doc.name.length) : doc.signature,
		type: 'function',
		boost: 2,
		info: () => {
			const box = document.createElement('div');
			const text = document.createElement('div');
			text.textContent = doc.description;
			box.append(text);
			if (doc.example !== '') {
				const example = document.createElement('pre');
				example.className = 'completion-example';
				example.textContent = doc.example;
				box.append(example);
			}
			return box;
		}
	};
}

/** Whether a line's text ends inside a `//` comment; one inside a text is none. */
export function inComment(text: string): boolean {
	let quote = '';
	for (let at = 0; at < text.length; at++) {
		const char = text[at];
		if (quote !== '') {
			if (char === '\\') at++;
			else if (char === quote) quote = '';
		} else if (char === '"' || char === '`') quote = char;
		else if (char === '/' && text[at + 1] === '/') return true;
	}
	return false;
}

/** `functions` may come later than the editor: they are asked for at each completion. */
export function scriptCompletions(functions: () => readonly FunctionDoc[]): Extension {
	let known: readonly FunctionDoc[] = [];
	let offered: Completion[] = [];
	function source(context: CompletionContext): CompletionResult | null {
		const word = context.matchBefore(/[A-Za-z_][A-Za-z0-9_]*(?:(?:\.|::)[A-Za-z0-9_]*)*/);
		if (!word && !context.explicit) return null;
		const line = context.state.doc.lineAt(context.pos);
		if (!context.explicit && inComment(line.text.slice(0, context.pos - line.from))) return null;
		if (known !== functions()) {
			known = functions();
			offered = known.map(described);
		}
		const typed = word?.text ?? '';
		const names = new Set(offered.map((each) => each.label));
		const cut = Math.max(typed.lastIndexOf('.'), typed.lastIndexOf(':')) + 1;
		// After a dot: a namespace such as `http.` offers whole names, anything else the words of the file.
		const qualified = cut > 0 && offered.some((each) => each.label.startsWith(typed.slice(0, cut)));
		const from = (word?.from ?? context.pos) + (qualified ? 0 : cut);
		const words = new Set<string>();
		for (const [found] of context.state.doc.sliceString(0, WORDS_FROM_AT_MOST).matchAll(WORD)) {
			if (found.length > 2 && !names.has(found)) words.add(found);
		}
		words.delete(typed.slice(cut));
		const plain: Completion[] = [...words].map((label) => ({ label, type: 'text', boost: -1 }));
		const keywords: Completion[] = cut > 0 ? [] : KEYWORDS.map((label) => ({ label, type: 'keyword' }));
		const keywordNames = new Set(KEYWORDS);
		return {
			from,
			options: [...offered, ...keywords, ...plain.filter((each) => !keywordNames.has(each.label))],
			validFor: /^[\w.:]*$/
		};
	}
	return EditorState.languageData.of(() => [{ autocomplete: source }]);
}
