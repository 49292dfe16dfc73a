/** One open request with its last answer. */
import type { BackendError } from '../../backend/error';
import type { Event } from '../../backend/types/Event';
import type { FileRef } from '../../backend/types/FileRef';
import type { Hint } from '../../backend/types/Hint';
import type { LiteralSecret } from '../../backend/types/LiteralSecret';
import type { Operation } from '../../backend/types/Operation';
import type { SavedRequest } from '../../backend/types/SavedRequest';
import type { Sent } from '../../backend/types/Sent';
import type { VariableView } from '../../backend/types/VariableView';
import type { Answer } from '../../lib/body/answer.svelte';
import { shortPath } from '../../lib/measures';
import { joinUrl, splitUrl } from '../../lib/request-url';

export const SECTIONS = ['params', 'headers', 'auth', 'body', 'assert', 'docs', 'settings'] as const;
export type RequestSection = (typeof SECTIONS)[number];

let nextTab = 1;

/** What a request without a name is called: its path, such as `/users/{user}/groups`. */
function titleOf(url: string): string {
	const path = url.replace(/^\{\{[^{}]*\}\}/, '');
	return path === '' || path === '/' ? 'New request' : shortPath(path).replaceAll('{{', '{').replaceAll('}}', '}');
}

/** What is told of a send under way. */
export type SendEvent = Extract<Event, { kind: 'send_progress' | 'send_waits' | 'send_receives' }>;

export class RequestTab {
	readonly id = `request-${nextTab++}`;
	readonly connector: string;
	file = $state.raw<FileRef | null>(null);
	draft: SavedRequest;
	/** Where it goes when it is saved for the first time. */
	folder = 'requests';
	/** The URL bar's text: what is typed, also while it is not a whole URL. */
	urlText = $state('');
	variables = $state.raw<VariableView[] | null>(null);
	section = $state<RequestSection>('params');

	/** What it calls, as the API description beside the requests has it. */
	operation = $state.raw<Operation | null>(null);
	/** What is worth knowing before it is sent. */
	warnings = $state.raw<Hint[]>([]);
	/** Credentials that stand written out in it. */
	literals = $state.raw<LiteralSecret[]>([]);
	/** Those that a save has told of already. */
	told = '';
	/** Titles of hints that are not to be shown any more. */
	dismissed = $state.raw<string[]>([]);

	sent = $state.raw<Sent | null>(null);
	error = $state.raw<BackendError | null>(null);
	/** The id of the send under way. */
	sending = $state<string | null>(null);
	/** How far it is with the pages that it follows. */
	progress = $state.raw<{ pages: number; entries: number; size: number } | null>(null);
	/** How much of an answer's body is there, while it comes in. */
	coming = $state.raw<{ status: number; size: number } | null>(null);
	/** When it goes on, in seconds since 1970, where it waits for a rate limit to end. */
	waits = $state<number | null>(null);
	/** How the answer is looked at, once there was one. */
	answer = $state.raw<Answer | null>(null);
	making = $state(false);

	#saved = $state('');
	dirty = $derived.by(() => JSON.stringify(this.draft) !== this.#saved);
	title = $derived.by(() => this.draft.name || titleOf(this.draft.url));

	constructor(connector: string, file: FileRef | null, request: SavedRequest) {
		this.connector = connector;
		this.file = file;
		this.draft = $state.raw(request);
		this.urlText = joinUrl(request.url, request.query);
		this.markSaved(request);
	}

	/** Hears how its send goes. */
	hear(event: SendEvent): void {
		if (event.kind === 'send_waits') this.waits = event.until;
		else if (event.kind === 'send_receives') this.coming = { status: event.status, size: event.size };
		else this.progress = { pages: event.pages, entries: event.entries, size: event.size };
	}

	markSaved(request: SavedRequest): void {
		this.#saved = JSON.stringify(request);
	}

	/** Its file has another name now, which is no change to be saved. */
	renamed(name: string): void {
		const saved = JSON.parse(this.#saved) as SavedRequest;
		this.markSaved({ ...saved, name });
		this.draft = { ...this.draft, name };
	}

	edit(change: Partial<SavedRequest>): void {
		this.draft = { ...this.draft, ...change };
		if (change.query || change.url !== undefined) this.urlText = joinUrl(this.draft.url, this.draft.query);
	}

	typeUrl(text: string): void {
		this.urlText = text;
		this.draft = { ...this.draft, ...splitUrl(text, this.draft.query) };
	}
}
