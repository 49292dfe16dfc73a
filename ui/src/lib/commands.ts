/** One list of commands drives the palette, the keyboard and the list of shortcuts. */
import type { Component } from 'svelte';
import { matches } from './keys';

export interface Command {
	id: string;
	/** A verb and what it acts on: `Export connector`. */
	label: string;
	/** The label with what it would act on now, for the palette: `Make action from GET Get a user`. */
	about?: string;
	/** The heading it stands under in the list of shortcuts. */
	group: string;
	/** The chord, as `Ctrl Shift P`. */
	keys?: string;
	icon?: Component<{ size?: number | string }>;
	/** Whether another part of the window listens for the keys itself, as the editor does. */
	handledElsewhere?: boolean;
	/** Whether it can be used now; always, when left out. */
	when?: () => boolean;
	run: () => unknown;
}

export function available(command: Command): boolean {
	return command.when?.() ?? true;
}

/** The command whose chord `event` is, where it can be used now. */
export function commandFor(event: KeyboardEvent, commands: readonly Command[]): Command | undefined {
	return commands.find(
		(each) => each.keys !== undefined && !each.handledElsewhere && matches(event, each.keys) && available(each)
	);
}
