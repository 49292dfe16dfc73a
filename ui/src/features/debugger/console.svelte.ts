/** The debug console: what is typed there, what it gives, and what the debugger writes. */
import type { FileRef } from '../../backend/types/FileRef';
import { BackendError } from '../../backend/error';
import type { Evaluate } from './watches.svelte';

export interface ConsoleEntry {
	id: number;
	kind: 'asked' | 'answer' | 'bad' | 'written';
	text: string;
	place: { file: FileRef; line: number } | null;
}

const ENTRIES_AT_MOST = 500;

export class DebugConsole {
	entries = $state.raw<ConsoleEntry[]>([]);
	/** What was asked, latest last. */
	asked = $state.raw<string[]>([]);

	readonly #evaluate: Evaluate;
	#next = 1;

	constructor(evaluate: Evaluate) {
		this.#evaluate = evaluate;
	}

	/** Another run begins. */
	begin(): void {
		this.entries = [];
	}

	heard(text: string, isBad: boolean, place: ConsoleEntry['place']): void {
		this.#add(isBad ? 'bad' : 'written', text, place);
	}

	async evaluate(expression: string): Promise<void> {
		this.asked = [...this.asked.filter((each) => each !== expression), expression];
		this.#add('asked', expression);
		try {
			this.#add('answer', (await this.#evaluate(expression)).result);
		} catch (thrown) {
			this.#add('bad', BackendError.from(thrown).message);
		}
	}

	#add(kind: ConsoleEntry['kind'], text: string, place: ConsoleEntry['place'] = null): void {
		this.entries = [...this.entries, { id: this.#next++, kind, text, place }].slice(-ENTRIES_AT_MOST);
	}
}
