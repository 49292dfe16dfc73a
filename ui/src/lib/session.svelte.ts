/**
 * What all parts of the window share: the open workspace, the connection, what was last seen of the org.
 * Knows no feature; features get it in their constructors.
 */
import type { Backend } from '../backend';
import type { ConnectionView } from '../backend/types/ConnectionView';
import type { ConnectorTree } from '../backend/types/ConnectorTree';
import type { Problem } from '../backend/types/Problem';
import type { RateLimit } from '../backend/types/RateLimit';
import type { SandboxView } from '../backend/types/SandboxView';
import type { Workspace } from '../backend/types/Workspace';
import { Environments } from './environments.svelte';
import { Versions } from './versions.svelte';

export type ToastTone = 'ok' | 'bad' | 'neutral';

/** A short message at the bottom right. Failures stay until dismissed. */
export interface Toast {
	id: number;
	tone: ToastTone;
	text: string;
	hint: string | null;
	action: { label: string; run: () => void } | null;
}

/** Where the caret is; lines and columns count from 1. */
export interface Cursor {
	line: number;
	column: number;
}

const TOAST_MS = 5000;
const TOASTS_AT_MOST = 3;

/** The open workspace and what the whole window knows about it. */
/** What takes this long is not waited for with one's eyes on it. */
const LONG_MS = 10_000;

export class Session {
	workspace = $state.raw<Workspace | null>(null);
	/** The folder of the active connector; empty when there is none. */
	connector = $state('');
	/** The name of the connection in use. */
	connection = $state<string | null>(null);
	connections = $state.raw<ConnectionView[]>([]);
	sandbox = $state.raw<SandboxView | null>(null);
	/** As the last answer told it. */
	rateLimit = $state.raw<RateLimit | null>(null);
	/** Milliseconds from the last save to its result. */
	lastResultMs = $state<number | null>(null);
	/** Problems of the active connector, as last checked. */
	problems = $state.raw<Problem[]>([]);
	cursor = $state.raw<Cursor | null>(null);
	language = $state<string | null>(null);
	/** What screen readers are told, politely. */
	announcement = $state('');
	toasts = $state.raw<Toast[]>([]);

	/** The active connector's tree. */
	tree = $derived<ConnectorTree | null>(
		this.workspace?.connectors.find((each) => each.folder === this.connector) ?? null
	);
	/** The connection in use, whole. */
	active = $derived<ConnectionView | null>(this.connections.find((each) => each.name === this.connection) ?? null);
	errors = $derived(this.problems.filter((each) => each.severity === 'error').length);
	warnings = $derived(this.problems.filter((each) => each.severity === 'warning').length);

	readonly environments: Environments;
	readonly versions: Versions;

	#backend: Backend;
	#nextToast = 1;

	constructor(backend: Backend) {
		this.#backend = backend;
		this.environments = new Environments(backend);
		this.versions = new Versions(backend);
	}

	/** Makes `workspace` the open one and loads what belongs to it. */
	async open(workspace: Workspace): Promise<void> {
		this.rateLimit = null;
		this.lastResultMs = null;
		this.problems = [];
		this.cursor = null;
		this.language = null;
		this.#take(workspace);
		this.connection = workspace.connection;
		// How files stand in version control is not waited for.
		this.versions.clear();
		void this.versions.load();
		const environments = this.environments.open(workspace.path).catch((thrown: unknown) => this.fail(thrown));
		await Promise.all([this.loadConnections(), this.loadSandbox(), this.check(), environments]);
	}

	close(): void {
		this.workspace = null;
		this.connector = '';
		this.connection = null;
		this.connections = [];
		this.versions.clear();
	}

	/** Reads the workspace from disk again. */
	async refresh(): Promise<void> {
		if (!this.workspace) return;
		this.#take(await this.#backend.workspace());
		void this.versions.load();
		const environments = this.environments.load().catch((thrown: unknown) => this.fail(thrown));
		// The command line may have saved a connection meanwhile.
		const connections = this.loadConnections().catch((thrown: unknown) => this.fail(thrown));
		await Promise.all([this.check(), environments, connections]);
	}

	async chooseConnector(folder: string): Promise<void> {
		// A flow is no connector's file: the connector in use stays.
		if (folder === this.connector || !this.workspace?.connectors.some((each) => each.folder === folder)) return;
		this.connector = folder;
		await Promise.all([this.loadConnections(), this.check()]);
	}

	async chooseConnection(name: string): Promise<void> {
		await this.#backend.chooseConnection(name);
		this.connection = name;
		this.rateLimit = null;
	}

	async loadConnections(): Promise<void> {
		const { connector } = this;
		const connections = connector === '' ? [] : await this.#backend.connections(connector);
		// Another connector may have been chosen meanwhile.
		if (connector === this.connector) this.connections = connections;
	}

	async loadSandbox(): Promise<void> {
		this.sandbox = await this.#backend.sandboxStatus();
	}

	/** Checks the active connector; a connector that cannot be read shows its error in the tree instead. */
	async check(): Promise<void> {
		const folder = this.connector;
		if (folder === '' || this.tree?.error) {
			this.problems = [];
			return;
		}
		const problems = await this.#backend.checkConnector(folder);
		if (folder === this.connector) this.problems = problems;
	}

	/** Replaces what is known of one file: cheaper than checking the connector again. */
	setProblems(file: string, problems: Problem[]): void {
		this.problems = [...this.problems.filter((each) => each.file !== file), ...problems];
	}

	announce(text: string): void {
		this.announcement = text;
	}

	/** Something that was run is over, after `ms`. Who has gone elsewhere meanwhile is told by the system. */
	ended(text: string, ms: number): void {
		this.announce(text);
		if (ms < LONG_MS || document.hasFocus()) return;
		// Without a service for notifications there is nobody to tell.
		void this.#backend.notify(text).catch(() => undefined);
	}

	/** Tells something in passing; its id takes it away before its time. */
	toast(text: string, options: { tone?: ToastTone; hint?: string; action?: Toast['action'] } = {}): number {
		const toast: Toast = {
			id: this.#nextToast++,
			tone: options.tone ?? 'neutral',
			text,
			hint: options.hint ?? null,
			action: options.action ?? null
		};
		this.toasts = [...this.toasts, toast].slice(-TOASTS_AT_MOST);
		if (toast.tone !== 'bad') setTimeout(() => this.dismiss(toast.id), TOAST_MS);
		return toast.id;
	}

	/** Tells that something was copied, or that it was too long to be. */
	copied(done: boolean, told: string): void {
		this.toast(done ? told : 'Too long to copy from here. Copy the whole body instead.');
	}

	/** Tells a failure that has no better place in the window. */
	fail(thrown: unknown): void {
		const failure = (thrown ?? {}) as { message?: unknown; hint?: unknown };
		const text =
			typeof thrown === 'string' ? thrown : String(failure.message ?? 'Something failed without saying why.');
		this.toast(text, { tone: 'bad', hint: typeof failure.hint === 'string' ? failure.hint : undefined });
	}

	dismiss(id: number): void {
		this.toasts = this.toasts.filter((each) => each.id !== id);
	}

	#take(workspace: Workspace): void {
		this.workspace = workspace;
		const known = workspace.connectors.some((each) => each.folder === this.connector);
		if (!known)
			this.connector = (workspace.connectors.find((each) => !each.error) ?? workspace.connectors[0])?.folder ?? '';
	}
}
