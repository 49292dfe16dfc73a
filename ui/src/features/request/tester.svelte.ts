/** The request tester: open requests, what was sent, what came back. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { CallReport } from '../../backend/types/CallReport';
import type { FileRef } from '../../backend/types/FileRef';
import type { MadeAction } from '../../backend/types/MadeAction';
import type { RequestInContext } from '../../backend/types/RequestInContext';
import type { Sent } from '../../backend/types/Sent';
import { emptyRequest } from '../../lib/empty-request';
import { listFiles } from '../../lib/file-kinds';
import { size } from '../../lib/format';
import { METHODS } from '../../lib/methods';
import { Answer } from '../../lib/body/answer.svelte';
import type { Session } from '../../lib/session.svelte';
import { nameFor, requestOfCall } from './new-request';
import { RequestTab } from './request-tab.svelte';

/** What a clipboard takes without a stop. */
const COPY_AT_MOST = 10_000_000;
const VARIABLES_AFTER_MS = 120;

let nextSend = 1;

export class Tester {
	tabs = $state.raw<RequestTab[]>([]);
	active = $state.raw<RequestTab | null>(null);
	/** Counts wishes to edit the URL; the pane listens. */
	urlFocus = $state(0);
	/** Shows the text of a request's file that is none. */
	onunreadable: ((file: FileRef, line: number) => void) | undefined;
	/** Shows an action that was made. */
	onmakeaction: ((made: MadeAction) => unknown) | undefined;
	/** Hears that an action is being made, until it is shown. */
	onmaking: ((work: Promise<unknown>) => void) | undefined;

	readonly backend: Backend;
	readonly session: Session;
	#variableTimer: ReturnType<typeof setTimeout> | undefined;

	constructor(backend: Backend, session: Session) {
		this.backend = backend;
		this.session = session;
	}

	async open(file: FileRef): Promise<void> {
		const known = this.tabs.find((tab) => tab.file?.connector === file.connector && tab.file.path === file.path);
		if (known) {
			this.active = known;
			return;
		}
		try {
			const { request } = await this.backend.openRequest(file);
			this.#show(new RequestTab(file.connector, file, request));
		} catch (thrown) {
			const failure = BackendError.from(thrown);
			this.session.fail(failure);
			// What cannot be read as a request can be read, and put right, as text.
			this.onunreadable?.(file, failure.line ?? 1);
		}
	}

	newRequest(): void {
		this.#show(new RequestTab(this.session.connector, null, emptyRequest()));
		this.urlFocus++;
	}

	/** Shows a call of a run as a request that can be changed and sent. */
	openCall(call: CallReport): void {
		const request = requestOfCall(call, this.session.active?.base_url ?? null);
		this.#show(new RequestTab(this.session.connector, null, request));
	}

	select(id: string): void {
		this.active = this.tabs.find((tab) => tab.id === id) ?? this.active;
	}

	close(id: string): void {
		const at = this.tabs.findIndex((tab) => tab.id === id);
		const tab = this.tabs[at];
		if (!tab) return;
		if (tab.sending) void this.backend.cancel(tab.sending).catch(() => undefined);
		if (!tab.dirty) tab.answer?.close();
		this.tabs = this.tabs.filter((each) => each !== tab);
		if (this.active === tab) this.active = this.tabs[Math.min(at, this.tabs.length - 1)] ?? null;
		if (tab.dirty) {
			this.session.toast(`Closed “${tab.title}” without saving it.`, {
				action: { label: 'Open again', run: () => this.#show(tab) }
			});
		}
	}

	closeActive(): void {
		if (this.active) this.close(this.active.id);
	}

	/** Closes every tab: another workspace is open. */
	clear(): void {
		this.tabs = [];
		this.active = null;
	}

	focusUrl(): void {
		this.urlFocus++;
	}

	/** The method before or after the one in hand. */
	stepMethod(direction: 1 | -1): void {
		const tab = this.active;
		if (!tab) return;
		const at = METHODS.indexOf(tab.draft.method);
		const method = METHODS[(at + direction + METHODS.length) % METHODS.length];
		if (method) tab.edit({ method });
	}

	async send(): Promise<void> {
		const tab = this.active;
		if (!tab || tab.sending) return;
		const id = `send-${Date.now()}-${nextSend++}`;
		tab.sending = id;
		try {
			const sent = await this.backend.sendRequest({
				id,
				connector: tab.connector,
				path: tab.file?.path ?? null,
				request: tab.draft,
				connection: this.session.connection,
				variables: {},
				environment: null,
				answers: {}
			});
			await this.#take(tab, sent);
		} catch (thrown) {
			const failure = BackendError.from(thrown);
			tab.error = failure.code === 'cancelled' ? null : failure;
		} finally {
			tab.sending = null;
		}
	}

	async cancel(): Promise<void> {
		const id = this.active?.sending;
		if (id) await this.backend.cancel(id).catch((thrown: unknown) => this.session.fail(thrown));
	}

	async save(): Promise<void> {
		const tab = this.active;
		if (!tab) return;
		try {
			const isNew = tab.file === null;
			if (tab.draft.name === '') tab.edit({ name: nameFor(tab.draft) });
			const { draft } = tab;
			const file = tab.file ?? (await this.backend.createFile(tab.connector, 'request', this.#fileName(draft.name)));
			await this.backend.saveRequest(file, draft);
			tab.file = file;
			tab.markSaved(draft);
			if (isNew) {
				this.session.toast(`Saved as ${file.path}`, { tone: 'ok' });
				await this.session.refresh();
			}
		} catch (thrown) {
			this.session.fail(thrown);
		}
	}

	async makeAction(): Promise<void> {
		const tab = this.active;
		if (!tab || tab.making) return;
		const work = this.#makeAction(tab);
		this.onmaking?.(work);
		await work;
	}

	async #makeAction(tab: RequestTab): Promise<void> {
		tab.making = true;
		try {
			const made = await this.backend.makeAction(tab.connector, tab.draft, tab.sent?.number ?? null);
			await Promise.all([this.onmakeaction?.(made), this.session.refresh()]);
		} catch (thrown) {
			this.session.fail(thrown);
		} finally {
			tab.making = false;
		}
	}

	/** The request as it stands in a tab, and what it is seen with. */
	#inContext(tab: RequestTab): RequestInContext {
		const { connection } = this.session;
		return {
			connector: tab.connector,
			path: tab.file?.path ?? null,
			request: tab.draft,
			connection,
			environment: null
		};
	}

	async copyAsCurl(): Promise<void> {
		const tab = this.active;
		if (!tab) return;
		try {
			const text = await this.backend.requestAsCurl(this.#inContext(tab));
			await navigator.clipboard.writeText(text);
			this.session.toast('Copied as curl. Secrets are left out.');
		} catch (thrown) {
			this.session.fail(thrown);
		}
	}

	/** Copies the body that is looked at: what the filter gave, or the whole. */
	async copyBody(): Promise<void> {
		const body = this.active?.answer?.current?.body;
		if (!body) return;
		try {
			await navigator.clipboard.writeText(await this.backend.bodyText(body.id, COPY_AT_MOST));
			const cut = body.size > COPY_AT_MOST;
			this.session.toast(cut ? `Copied the first ${size(COPY_AT_MOST)} of ${size(body.size)}` : 'Body copied');
		} catch (thrown) {
			this.session.fail(thrown);
		}
	}

	/** Asks anew which variables have values: at once for the first time, then shortly after the last change. */
	askVariables(tab: RequestTab): void {
		clearTimeout(this.#variableTimer);
		const { draft } = tab;
		const ask = async () => {
			try {
				const found = await this.backend.requestVariables(this.#inContext(tab));
				if (tab.draft === draft) tab.variables = found;
			} catch {
				// Chips stay neutral; sending says what is wrong.
			}
		};
		if (tab.variables === null) void ask();
		else this.#variableTimer = setTimeout(() => void ask(), VARIABLES_AFTER_MS);
	}

	/** A name for a new file: of what names may have, and not taken. */
	#fileName(name: string): string {
		const plain =
			name
				.toLowerCase()
				.replace(/[^a-z0-9]+/g, '_')
				.replace(/^_+|_+$/g, '')
				.slice(0, 56) || 'request';
		const taken = listFiles(this.session.workspace?.connectors ?? []).map((each) => each.path);
		let free = plain;
		for (let number = 2; taken.includes(`requests/${free}.toml`); number++) free = `${plain}_${number}`;
		return free;
	}

	#show(tab: RequestTab): void {
		if (!this.tabs.includes(tab)) this.tabs = [...this.tabs, tab];
		this.active = tab;
	}

	async #take(tab: RequestTab, sent: Sent): Promise<void> {
		const key = tab.file ? `body view ${tab.connector}/${tab.file.path}` : null;
		const answer = tab.answer ?? new Answer(this.backend, key);
		// The first lines come with the answer, so that it appears whole.
		await answer.take(sent);
		tab.answer = answer;
		tab.sent = sent;
		tab.error = null;
		this.session.rateLimit = sent.response.rate_limit ?? this.session.rateLimit;
	}
}
