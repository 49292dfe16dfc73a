/** Every breakpoint of a workspace: where, on what condition, and what the debugger made of it. Kept across restarts. */
/* eslint-disable svelte/prefer-svelte-reactivity -- what is drawn is drawn from the state; these only keep count */
import type { Backend } from '../../backend';
import type { FileRef } from '../../backend/types/FileRef';
import type { Told } from './protocol';

/** What is kept of a breakpoint. */
interface Kept {
	/** The file it stands in; null for one at a function. */
	file: FileRef | null;
	/** From 1. */
	line: number;
	/** The function's name, for one at a function. */
	name: string;
	enabled: boolean;
	/** An expression: stops only where it is true. */
	condition: string;
	/** Such as `5` or `%10`. */
	hits: string;
	/** Writes this instead of stopping. */
	log: string;
}

export interface Breakpoint extends Kept {
	id: number;
	/** Why the debugger can do nothing with it; null where it can, or was not asked. */
	unbound: string | null;
	/** How often it has stopped this run. */
	stops: number;
}

/** What can be said of a breakpoint beside where it is. */
export type Terms = Pick<Kept, 'condition' | 'hits' | 'log'>;

const REMEMBER_AFTER_MS = 150;
const PLAIN: Terms = { condition: '', hits: '', log: '' };

/** How a breakpoint looks. */
export type Look = 'solid' | 'ring' | 'log' | 'disabled' | 'unbound';

export function lookOf(point: Breakpoint): Look {
	if (!point.enabled) return 'disabled';
	if (point.unbound !== null) return 'unbound';
	if (point.log !== '') return 'log';
	return point.condition !== '' || point.hits !== '' ? 'ring' : 'solid';
}

/** `when pages > 3`, `from the 5th time`: on what terms it stops, in words; empty where it always does. */
export function termsOf({ condition, hits, log }: Terms): string {
	const words = [];
	if (condition !== '') words.push(`when ${condition}`);
	if (hits !== '') words.push(`hits ${hits}`);
	if (log !== '') words.push(`logs “${log}”`);
	return words.join(', ');
}

export class Breakpoints {
	list = $state.raw<Breakpoint[]>([]);
	/** Stop at errors that nothing catches. */
	uncaught = $state(true);
	/** Stop at answers of 4xx and 5xx. */
	http = $state(false);

	/** Hears of every change: of a file's, of those at functions (null), or of what errors stop. */
	onchange: ((what: FileRef | 'functions' | 'errors') => void) | undefined;

	readonly #backend: Backend;
	#key: string | null = null;
	#next = 1;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(backend: Backend) {
		this.#backend = backend;
	}

	/** Takes those of a workspace. */
	async load(workspace: string): Promise<void> {
		this.#key = `breakpoints:${workspace}`;
		const kept = (await this.#backend.recall(this.#key)) as {
			list?: Kept[];
			uncaught?: boolean;
			http?: boolean;
		} | null;
		this.list = (kept?.list ?? []).map((each) => ({ ...each, id: this.#next++, unbound: null, stops: 0 }));
		this.uncaught = kept?.uncaught ?? true;
		this.http = kept?.http ?? false;
	}

	of(file: FileRef): Breakpoint[] {
		return this.list.filter((each) => same(each.file, file));
	}

	at(file: FileRef, line: number): Breakpoint | undefined {
		return this.list.find((each) => each.line === line && same(each.file, file));
	}

	get functions(): Breakpoint[] {
		return this.list.filter((each) => each.file === null);
	}

	/** Sets one at a line, or takes away the one that is there. */
	toggle(file: FileRef, line: number): void {
		const there = this.at(file, line);
		if (there) this.remove(there.id);
		else this.set(file, line, PLAIN);
	}

	/** Gives the one at a line these terms; sets it where there is none. */
	set(file: FileRef, line: number, terms: Terms): void {
		const there = this.at(file, line);
		if (there) this.change(there.id, { ...terms, enabled: true });
		else this.#add({ file, line, name: '', enabled: true, ...terms });
	}

	addFunction(name: string, terms: Terms = PLAIN): void {
		const there = this.functions.find((each) => each.name === name);
		if (there) this.change(there.id, { ...terms, enabled: true });
		else this.#add({ file: null, line: 0, name, enabled: true, ...terms });
	}

	change(id: number, change: Partial<Terms> & { enabled?: boolean }): void {
		const point = this.list.find((each) => each.id === id);
		if (!point) return;
		this.#replace({ ...point, ...change, unbound: null });
		this.#changed(point);
	}

	remove(id: number): void {
		const point = this.list.find((each) => each.id === id);
		if (!point) return;
		this.list = this.list.filter((each) => each.id !== id);
		this.#changed(point);
	}

	removeAll(): void {
		const before = this.list;
		this.list = [];
		const files = new Map(before.flatMap(({ file }) => (file ? [[`${file.connector}\n${file.path}`, file]] : [])));
		for (const file of files.values()) this.onchange?.(file);
		if (before.some((each) => each.file === null)) this.onchange?.('functions');
		this.#keep();
	}

	setErrors(change: { uncaught?: boolean; http?: boolean }): void {
		Object.assign(this, change);
		this.onchange?.('errors');
		this.#keep();
	}

	/** The text was edited: lines are others now. Two that meet become one. */
	moved(file: FileRef, lines: ReadonlyMap<number, number>): void {
		const taken = new Set<number>();
		this.list = this.list.flatMap((each) => {
			if (!same(each.file, file)) return [each];
			const line = lines.get(each.id) ?? each.line;
			if (taken.has(line)) return [];
			taken.add(line);
			return line === each.line ? [each] : [{ ...each, line }];
		});
		this.#keep();
	}

	/** A file has another name. */
	renamed(from: FileRef, to: FileRef): void {
		this.list = this.list.map((each) => (same(each.file, from) ? { ...each, file: to } : each));
		this.#keep();
	}

	/** What the adapter says of `asked`, in their order. One at no statement goes to the next, unless one is there. */
	told(asked: readonly Breakpoint[], answers: readonly Told[]): Map<number, number> {
		const known = new Map<number, number>();
		asked.forEach((point, index) => {
			const answer = answers[index];
			const now = this.list.find((each) => each.id === point.id);
			if (!answer || !now) return;
			if (answer.id !== undefined) known.set(answer.id, point.id);
			const line = answer.verified && now.file && answer.line ? answer.line : now.line;
			const free = now.file === null || line === now.line || this.at(now.file, line) === undefined;
			const unbound = answer.verified ? null : (answer.message ?? 'The debugger cannot stop here.');
			this.#replace({ ...now, line: free ? line : now.line, unbound });
		});
		this.#keep();
		return known;
	}

	/** A run begins: nothing has stopped it yet. */
	rewind(): void {
		this.list = this.list.map((each) => ({ ...each, stops: 0 }));
	}

	stoppedAt(ids: readonly number[]): void {
		this.list = this.list.map((each) => (ids.includes(each.id) ? { ...each, stops: each.stops + 1 } : each));
	}

	#add(kept: Kept): void {
		const point = { ...kept, id: this.#next++, unbound: null, stops: 0 };
		this.list = [...this.list, point].sort(byPlace);
		this.#changed(point);
	}

	#replace(point: Breakpoint): void {
		this.list = this.list.map((each) => (each.id === point.id ? point : each));
	}

	#changed(point: Breakpoint): void {
		this.onchange?.(point.file ?? 'functions');
		this.#keep();
	}

	/** Writes once typing has come to rest. */
	#keep(): void {
		clearTimeout(this.#timer);
		const key = this.#key;
		if (key === null) return;
		const list = this.list.map(({ file, line, name, enabled, condition, hits, log }): Kept => ({
			file,
			line,
			name,
			enabled,
			condition,
			hits,
			log
		}));
		const kept = { list, uncaught: this.uncaught, http: this.http };
		this.#timer = setTimeout(() => void this.#backend.remember(key, kept).catch(() => undefined), REMEMBER_AFTER_MS);
	}
}

export function same(one: FileRef | null, other: FileRef | null): boolean {
	return one !== null && other !== null && one.connector === other.connector && one.path === other.path;
}

function byPlace(one: Breakpoint, other: Breakpoint): number {
	const place = ({ file, name }: Breakpoint) => (file ? `0${file.connector}/${file.path}` : `1${name}`);
	return place(one).localeCompare(place(other)) || one.line - other.line;
}
