/** What is being said about a breakpoint, in a dialog or in the menu of its line. */
import type { FileRef } from '../../backend/types/FileRef';
import type { Breakpoint, Breakpoints, Terms } from './breakpoints.svelte';

/** The breakpoint in the dialog. */
export interface Editing extends Terms {
	/** Null for one at a function. */
	file: FileRef | null;
	line: number;
	name: string;
	/** Which of its terms is asked for first. */
	first: keyof Terms | 'name';
}

/** A right click beside a line. */
export interface LineMenu {
	file: FileRef;
	line: number;
	x: number;
	y: number;
}

export class BreakpointForm {
	editing = $state.raw<Editing | null>(null);
	menu = $state.raw<LineMenu | null>(null);

	readonly breakpoints: Breakpoints;
	/** The one at a function that another name takes the place of. */
	#before: number | null = null;

	constructor(breakpoints: Breakpoints) {
		this.breakpoints = breakpoints;
	}

	/** Asks on what terms to stop at a line, whether there is a breakpoint or not. */
	at(file: FileRef, line: number, first: keyof Terms = 'condition'): void {
		const there = this.breakpoints.at(file, line);
		const { condition = '', hits = '', log = '' } = there ?? {};
		this.#before = null;
		this.editing = { file, line, name: '', condition, hits, log, first };
	}

	edit(point: Breakpoint): void {
		const { file, line, name, condition, hits, log } = point;
		this.#before = file ? null : point.id;
		this.editing = { file, line, name, condition, hits, log, first: 'condition' };
	}

	newFunction(): void {
		this.#before = null;
		this.editing = { file: null, line: 0, name: '', condition: '', hits: '', log: '', first: 'name' };
	}

	save(name: string, terms: Terms): void {
		const { editing } = this;
		this.editing = null;
		if (!editing) return;
		if (editing.file) this.breakpoints.set(editing.file, editing.line, terms);
		else {
			if (this.#before !== null && name !== editing.name) this.breakpoints.remove(this.#before);
			this.breakpoints.addFunction(name, terms);
		}
	}
}
