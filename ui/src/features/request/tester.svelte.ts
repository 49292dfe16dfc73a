/** The request tester: open requests, what was sent, what came back. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { CallReport } from '../../backend/types/CallReport';
import type { FileRef } from '../../backend/types/FileRef';
import type { MadeAction } from '../../backend/types/MadeAction';
import type { Prompt } from '../../backend/types/Prompt';
import type { SavedRequest } from '../../backend/types/SavedRequest';
import type { SecretPlace } from '../../backend/types/SecretPlace';
import type { RequestInContext } from '../../backend/types/RequestInContext';
import type { SendRequest } from '../../backend/types/SendRequest';
import type { Sent } from '../../backend/types/Sent';
import type { TemplateFunction } from '../../backend/types/TemplateFunction';
import { emptyRequest } from '../../lib/empty-request';
import { listFiles } from '../../lib/file-kinds';
import { size } from '../../lib/format';
import { METHODS } from '../../lib/methods';
import { Answer } from '../../lib/body/answer.svelte';
import type { Names } from '../../lib/editor/variable-completion';
import type { Session } from '../../lib/session.svelte';
import { Description } from './description';
import { nameFor, requestOfCall } from './new-request';
import { Openings, type Opening } from './openings';
import { RequestTab } from './request-tab.svelte';
import { SecretAsks } from './secret-asks.svelte';

/** What a clipboard takes without a stop. */
const COPY_AT_MOST = 10_000_000;
const VARIABLES_AFTER_MS = 120;

const CLOSED_AT_MOST = 20;
const CASE_HINT = 'Record it with: joinery test --record --connection NAME';

/** Where a value can be set from the tester: a secret with the connection, or in memory until the studio closes. */
export type SetScope = 'request' | 'folder' | 'environment' | 'workspace' | SecretPlace;

let nextSend = 1;

function sameFile(one: FileRef | null, other: FileRef | null): boolean {
	return one?.connector === other?.connector && one?.path === other?.path;
}

/** The folder a request lies in, or will lie in. */
export function folderOf(tab: RequestTab): string {
	return tab.file?.path.split('/').slice(0, -1).join('/') ?? tab.folder;
}

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
	/** Asks what a request's `{{prompt()}}`s want to know; null where the person would not say. */
	onprompts: ((prompts: Prompt[]) => Promise<Record<string, string> | null>) | undefined;

	/** Asks for the value of a variable of the request in hand. */
	onset: ((variable: string) => void) | undefined;

	readonly description: Description;
	readonly secrets: SecretAsks;
	readonly #openings: Openings;
	/** Tabs that were closed, the last one last. */
	#closed: RequestTab[] = [];
	/** Counts what was asked to be shown: what was asked for last stays in front, however late the others come. */
	#asked = 0;
	#functions: Promise<TemplateFunction[]> | undefined;
	#variableTimer: ReturnType<typeof setTimeout> | undefined;

	constructor(backend: Backend, session: Session) {
		this.backend = backend;
		this.session = session;
		this.#openings = new Openings(async (file) => (await backend.openRequest(file)).request);
		this.description = new Description(backend);
		this.secrets = new SecretAsks(backend, session, (tab) => this.#show(tab));
		backend.listen((event) => {
			if (event.kind === 'send_progress' || event.kind === 'send_waits' || event.kind === 'send_receives')
				this.tabs.find((each) => each.sending === event.id)?.hear(event);
		});
	}

	async open(file: FileRef): Promise<void> {
		const asked = ++this.#asked;
		const opening: Opening = { file };
		try {
			const tab = await this.#load(opening);
			if (asked === this.#asked) this.#show(tab);
		} catch (thrown) {
			const failure = BackendError.from(thrown);
			this.session.fail(failure);
			// What cannot be read as a request can be read, and put right, as text.
			if (asked === this.#asked) this.onunreadable?.(opening.file, failure.line ?? 1);
		}
	}

	/** Opens a request in a tab; what is in front stays there. */
	async add(file: FileRef): Promise<RequestTab | null> {
		try {
			return await this.#load({ file });
		} catch (thrown) {
			this.session.fail(thrown);
			return null;
		}
	}

	/** Brings a tab forward where none is in front; what somebody asked for and is not here yet still comes. */
	fill(tab: RequestTab | null): void {
		this.active ??= tab;
	}

	newRequest(connector = this.session.connector, folder = 'requests'): void {
		const tab = new RequestTab(connector, null, emptyRequest());
		tab.folder = folder;
		this.#show(tab);
		this.urlFocus++;
	}

	/** Shows a request that an answer offers; nothing of it is sent yet. */
	openOffered(from: RequestTab, request: SavedRequest): void {
		const tab = new RequestTab(from.connector, null, request);
		tab.folder = folderOf(from);
		this.#show(tab);
	}

	/** Shows a call of a run as a request that can be changed and sent. */
	openCall(call: CallReport): void {
		const request = requestOfCall(call, this.session.active?.base_url ?? null);
		this.#show(new RequestTab(this.session.connector, null, request));
	}

	select(id: string): void {
		const tab = this.tabs.find((each) => each.id === id);
		if (tab) this.#show(tab);
	}

	close(id: string): void {
		const at = this.tabs.findIndex((tab) => tab.id === id);
		const tab = this.tabs[at];
		if (!tab) return;
		if (tab.sending) void this.backend.cancel(tab.sending).catch(() => undefined);
		if (!tab.dirty) tab.answer?.close();
		this.tabs = this.tabs.filter((each) => each !== tab);
		this.#closed = [...this.#closed, tab].slice(-CLOSED_AT_MOST);
		if (this.active === tab) this.active = this.tabs[Math.min(at, this.tabs.length - 1)] ?? null;
		if (tab.dirty) {
			this.session.toast(`Closed “${tab.title}” without saving it.`, {
				action: { label: 'Open again', run: () => this.#show(tab) }
			});
		}
	}

	/** Opens the tab that was closed last, as it was. */
	reopen(): void {
		const tab = this.#closed.pop();
		if (!tab) return;
		const open = tab.file && this.tabs.find((each) => sameFile(each.file, tab.file));
		this.#show(open ?? tab);
	}

	/** A request, or a folder of them, gets another path by `work`; what is open of it, or is being opened, stays open. */
	async follow(from: FileRef, work: Promise<FileRef>, name?: string): Promise<void> {
		await this.#openings.follow(work.then((to) => this.moved(from, to, name)));
	}

	/** A request, or a folder of them, has another path now. */
	moved(from: FileRef, to: FileRef, name?: string): void {
		for (const tab of [...this.tabs, ...this.#closed, ...this.#openings.all]) {
			const { file } = tab;
			if (!file || file.connector !== from.connector) continue;
			if (file.path === from.path) {
				tab.file = to;
				if (name === undefined) continue;
				if (tab instanceof RequestTab) tab.renamed(name);
				else tab.name = name;
			} else if (file.path.startsWith(`${from.path}/`)) {
				tab.file = { ...file, path: to.path + file.path.slice(from.path.length) };
			}
		}
	}

	/** What lay in a folder that is gone is closed. */
	gone(folder: FileRef): void {
		for (const tab of this.tabs) {
			if (tab.file?.connector === folder.connector && tab.file.path.startsWith(`${folder.path}/`)) this.close(tab.id);
		}
	}

	closeActive(): void {
		if (this.active) this.close(this.active.id);
	}

	/** Closes every tab: another workspace is open. */
	clear(): void {
		this.tabs = [];
		this.active = null;
		this.#closed = [];
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

	/** `pages`: how many pages to follow this once; 0 for all of them. */
	async send(pages: number | null = null): Promise<void> {
		const tab = this.active;
		if (!tab || tab.sending) return;
		const answers = await this.#answers(tab);
		if (answers === null || tab.sending) return;
		const id = `send-${Date.now()}-${nextSend++}`;
		tab.sending = id;
		try {
			const { draft } = tab;
			const request = pages === null ? draft : { ...draft, settings: { ...draft.settings, pages } };
			const sent = await this.backend.sendRequest({ ...this.sendOf(tab), id, request, answers });
			await this.#take(tab, sent);
		} catch (thrown) {
			const failure = BackendError.from(thrown);
			tab.error = failure.code === 'cancelled' ? null : failure;
		} finally {
			tab.sending = null;
			tab.progress = null;
			tab.waits = null;
			tab.coming = null;
		}
	}

	/** The request of a tab as it would be sent now; its id and answers are whoever's who sends it. */
	sendOf(tab: RequestTab): SendRequest {
		return {
			id: '',
			connector: tab.connector,
			path: tab.file?.path ?? null,
			request: tab.draft,
			connection: this.session.connection,
			variables: {},
			environment: this.session.environments.chosen,
			answers: {}
		};
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
			const file =
				tab.file ??
				(await this.backend.createFile(tab.connector, 'request', this.#fileName(folderOf(tab), draft.name)));
			await this.backend.saveRequest(file, draft);
			tab.file = file;
			tab.markSaved(draft);
			if (isNew) {
				this.session.toast(`Saved as ${file.path}`, { tone: 'ok' });
				await this.session.refresh();
			}
			await this.secrets.warn(tab);
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
			const step = { request: tab.draft, number: tab.sent?.number ?? null };
			await this.actionMade(await this.backend.makeAction(tab.connector, [step]));
		} catch (thrown) {
			this.session.fail(thrown);
		} finally {
			tab.making = false;
		}
	}

	/** Shows a new action, and tells what came with it and what did not. */
	async actionMade(made: MadeAction): Promise<void> {
		await Promise.all([this.onmakeaction?.(made), this.session.refresh()]);
		if (made.test) this.session.toast(`The checks are a case in ${made.test.path}`, { tone: 'ok', hint: CASE_HINT });
		if (made.left.length > 0) this.session.toast(`Left out of the action: ${made.left.join(', ')}`);
	}

	/** The request as it stands in a tab, and what it is seen with. */
	inContext(tab: RequestTab): RequestInContext {
		const { connection } = this.session;
		return {
			connector: tab.connector,
			path: tab.file?.path ?? null,
			request: tab.draft,
			connection,
			environment: this.session.environments.chosen
		};
	}

	/** What can stand between braces in the request. */
	async names(tab: RequestTab): Promise<Names> {
		this.#functions ??= this.backend.templateFunctions();
		const [variables, functions] = await Promise.all([
			this.backend.knownVariables(this.inContext(tab)),
			this.#functions
		]);
		return { variables, functions };
	}

	/** The answers to the questions of the request and its folders; null where the person would not give them. */
	async #answers(tab: RequestTab): Promise<Record<string, string> | null> {
		if (!this.onprompts) return {};
		const prompts = await this.backend.requestPrompts(this.inContext(tab)).catch(() => []);
		return prompts.length === 0 ? {} : this.onprompts(prompts);
	}

	/** Gives a variable a value: in the request, its folder, the environment in use, the workspace, or as a secret. */
	async setVariable(tab: RequestTab, name: string, value: string, scope: SetScope): Promise<void> {
		if (scope === 'session' || scope === 'connection') {
			// Nothing typed: the secret that is held already.
			await this.backend.setSecret({
				shown: this.inContext(tab),
				name,
				value: value === '' ? null : value,
				place: scope
			});
		} else if (scope === 'request') tab.edit({ variables: { ...tab.draft.variables, [name]: value } });
		else if (scope === 'folder') {
			const folder = { connector: tab.connector, path: folderOf(tab) };
			const says = await this.backend.requestFolder(folder);
			await this.backend.saveRequestFolder(folder, { ...says, variables: { ...says.variables, [name]: value } });
		} else await this.session.environments.set(scope, name, value);
		this.askVariables(tab);
	}

	/** Fills the request with what a curl command sends; what was there can be had back. */
	async takeCurl(tab: RequestTab, text: string): Promise<void> {
		try {
			const { request, not_carried, held } = await this.backend.importCurl(this.inContext(tab), text);
			const before = tab.draft;
			tab.edit({ ...request, name: before.name, description: before.description });
			const told = ['Taken from the curl command.'];
			if (held.length > 0) told.push(`Held until Joinery closes, and in no file: ${held.join(', ')}.`);
			const left = not_carried.map((each) => `${each.what} (${each.why})`).join(', ');
			if (left !== '') told.push(`Left out: ${left}.`);
			this.session.toast(told.join(' '), { action: { label: 'Undo', run: () => tab.edit(before) } });
		} catch (thrown) {
			this.session.fail(thrown);
		}
	}

	/** Secrets are left out unless they are asked for. */
	async copyAsCurl(secrets = false): Promise<void> {
		const tab = this.active;
		if (!tab) return;
		try {
			const text = await this.backend.requestAsCurl(this.inContext(tab), secrets);
			await navigator.clipboard.writeText(text);
			this.session.toast(secrets ? 'Copied as curl with its secrets.' : 'Copied as curl. Secrets are left out.');
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
				await this.secrets.look(tab);
				const found = await this.backend.requestVariables(this.inContext(tab));
				if (tab.draft === draft) tab.variables = found;
				await Promise.all([this.#askHints(tab), this.description.look(tab)]);
			} catch {
				// Chips stay neutral; sending says what is wrong.
			}
		};
		if (tab.variables === null) void ask();
		else this.#variableTimer = setTimeout(() => void ask(), VARIABLES_AFTER_MS);
	}

	/** Only a PUT can take away what nobody meant it to. */
	async #askHints(tab: RequestTab): Promise<void> {
		const { draft } = tab;
		const hints = draft.method === 'PUT' ? await this.backend.requestHints(this.inContext(tab)) : [];
		if (tab.draft === draft) tab.warnings = hints;
	}

	/** A name for a new file: of what names may have, and not taken. */
	#fileName(folder: string, name: string): string {
		const plain =
			name
				.toLowerCase()
				.replace(/[^a-z0-9]+/g, '_')
				.replace(/^_+|_+$/g, '')
				.slice(0, 56) || 'request';
		const taken = listFiles(this.session.workspace?.connectors ?? []).map((each) => each.path);
		let free = plain;
		for (let number = 2; taken.includes(`${folder}/${free}.toml`); number++) free = `${plain}_${number}`;
		return `${folder}/${free}`.replace(/^requests\//, '');
	}

	/** The open tab of a request, opened where there is none. */
	async #load(opening: Opening): Promise<RequestTab> {
		const open = () => this.tabs.find((tab) => sameFile(tab.file, opening.file));
		const known = open();
		if (known) return known;
		const request = await this.#openings.read(opening);
		const tab = open() ?? new RequestTab(opening.file.connector, opening.file, request);
		if (opening.name !== undefined) tab.renamed(opening.name);
		if (!this.tabs.includes(tab)) this.tabs = [...this.tabs, tab];
		return tab;
	}

	#show(tab: RequestTab): void {
		this.#asked++;
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
		void this.#askHints(tab).catch(() => undefined);
		this.session.rateLimit = sent.response.rate_limit ?? this.session.rateLimit;
	}
}
