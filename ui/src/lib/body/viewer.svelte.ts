/** A body on the screen: the view that was chosen, its lines, its table. */
import type { Backend } from '../../backend';
import type { BodySummary } from '../../backend/types/BodySummary';
import type { BodyView } from '../../backend/types/BodyView';
import { LineWindows } from '../line-windows.svelte';
import type { Searched } from './finder.svelte';
import { BodyTable } from './table.svelte';
import { countOf, isLines, viewFor, type View } from './views';

const FIRST_LINES = 60;
const FIRST_POLL_MS = 8;
const INDEX_POLL_MS = 150;

export class BodyViewer implements Searched {
	body = $state.raw() as BodySummary;
	view = $state<View>('raw');
	lines = $state.raw<LineWindows | null>(null);
	/** What `lines` are of: not yet what is wanted while a large body is still read. */
	lineView = $state<BodyView>('raw');
	table = $state.raw<BodyTable | null>(null);
	readonly backend: Backend;
	#wanted: View | null;
	#closed = false;

	/** `wanted`: the view last chosen, where the body has it. */
	constructor(backend: Backend, body: BodySummary, wanted: View | null) {
		this.backend = backend;
		this.body = body;
		this.#wanted = wanted;
		this.view = viewFor(body, wanted);
		if (isLines(this.view)) this.#use(this.view);
	}

	get id(): string {
		return this.body.id;
	}

	/** Asks for the first lines, so that the body appears whole, and reads on in the background. */
	async begin(): Promise<void> {
		await this.lines?.want(0, FIRST_LINES);
		this.show(this.view);
		if (!this.body.complete) void this.#follow();
	}

	show(view: View): void {
		this.view = view;
		this.#wanted = view;
		if (view === 'table') this.table ??= new BodyTable(this.backend, this.id);
		else if (isLines(view) && (view !== this.lineView || !this.lines)) this.#use(view);
	}

	renew(): void {
		this.lines?.forget();
	}

	/** The screen turns to another body; this one stays open. */
	leave(): void {
		this.#closed = true;
		this.table?.stop();
	}

	close(): void {
		this.leave();
		void this.backend.closeBody(this.id).catch(() => undefined);
	}

	#use(view: BodyView): void {
		const shown = countOf(this.body, view) > 0 ? view : 'raw';
		const { id } = this.body;
		this.lineView = shown;
		this.lines = new LineWindows(countOf(this.body, shown), (from, count) =>
			this.backend.bodyLines(id, shown, from, count)
		);
	}

	/** A large body is read on while its first lines show. */
	async #follow(): Promise<void> {
		// Often at first, so that the first lines come at once; then as often as a count may change.
		for (let pause = FIRST_POLL_MS; ; pause = Math.min(2 * pause, INDEX_POLL_MS)) {
			await new Promise((done) => setTimeout(done, pause));
			const body = this.#closed ? null : await this.backend.bodySummary(this.id).catch(() => null);
			if (!body || this.#closed) return;
			if (!body.complete) continue;
			this.body = body;
			// A body that turned out to be no JSON has no tree; one that has it now shows what was wanted.
			this.view = viewFor(body, this.#wanted);
			if (isLines(this.view) && this.view !== this.lineView) this.#use(this.view);
			else this.lines?.grow(countOf(body, this.lineView));
			// Lines of the first part did not know where what they open ends.
			this.lines?.forget();
			return;
		}
	}
}
