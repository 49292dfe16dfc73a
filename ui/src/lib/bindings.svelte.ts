/** The keys of commands: those they come with, and those a person gave them, remembered for all workspaces. */
import type { Backend } from '../backend';
import { sameChord } from './chords';
import { available, type Command } from './commands';
import { keysText, matches } from './keys';

const KEY = 'keys';

/** Chords that hints in the window still name although their command has others now. */
let moved = $state.raw<Record<string, string | null>>({});

/** As a person reads the chord that the command with this one as its own has now; nothing where it has none. */
export function hintText(keys: string): string | undefined {
	const now = keys in moved ? moved[keys] : keys;
	return now === null || now === undefined ? undefined : keysText(now);
}

export class Bindings {
	/** Chords by command; null for a command that is to have none. */
	own = $state.raw<Record<string, string | null>>({});
	#backend: Backend;

	constructor(backend: Backend) {
		this.#backend = backend;
	}

	async load(): Promise<void> {
		const kept = await this.#backend.recall(KEY);
		if (kept !== null && typeof kept === 'object') this.own = kept as Record<string, string | null>;
	}

	/** The commands with the keys they have now. What another part listened for comes here once its keys are others. */
	apply(commands: readonly Command[]): Command[] {
		return commands.map((each) => {
			if (!(each.id in this.own)) return each;
			const keys = this.own[each.id] ?? undefined;
			return { ...each, keys, handledElsewhere: keys === undefined && each.handledElsewhere };
		});
	}

	/** Whether `event` is a chord that another part still listens for, although its command has it no more. */
	isFreed(event: KeyboardEvent, commands: readonly Command[]): boolean {
		return commands.some(
			(each) =>
				each.handledElsewhere &&
				each.id in this.own &&
				each.keys !== undefined &&
				matches(event, each.keys) &&
				available(each)
		);
	}

	/** The other commands that have that chord now. */
	others(id: string, keys: string, commands: readonly Command[]): Command[] {
		return this.apply(commands).filter((each) => each.id !== id && each.keys && sameChord(each.keys, keys));
	}

	/** Gives a command a chord, or none; whoever had it goes without. */
	set(id: string, keys: string | null, commands: readonly Command[]): void {
		const own = { ...this.own };
		if (keys !== null) for (const each of this.others(id, keys, commands)) own[each.id] = null;
		own[id] = keys;
		this.#keep(own, commands);
	}

	/** Gives a command the chord it comes with; whoever has that now goes without. */
	reset(id: string, commands: readonly Command[]): void {
		const own = { ...this.own };
		delete own[id];
		const keys = commands.find((each) => each.id === id)?.keys;
		const given = Object.entries(own).filter(([, other]) => other !== null && keys && sameChord(other, keys));
		for (const [other] of given) own[other] = null;
		this.#keep(own, commands);
	}

	resetAll(commands: readonly Command[]): void {
		this.#keep({}, commands);
	}

	/** Lets hints name the keys that commands have now. */
	showIn(commands: readonly Command[]): void {
		const kept = commands.filter((each) => !(each.id in this.own)).flatMap((each) => each.keys ?? []);
		const gone = commands.filter((each) => each.id in this.own && each.keys && !kept.includes(each.keys));
		moved = Object.fromEntries(gone.map((each) => [each.keys, this.own[each.id] ?? null]));
	}

	#keep(own: Record<string, string | null>, commands: readonly Command[]): void {
		const usual = Object.fromEntries(commands.map((each) => [each.id, each.keys ?? null]));
		// What is as it comes is not worth remembering: a later version may know better keys.
		this.own = Object.fromEntries(Object.entries(own).filter(([id, keys]) => usual[id] !== keys));
		this.showIn(commands);
		void this.#backend.remember(KEY, this.own).catch(() => undefined);
	}
}
