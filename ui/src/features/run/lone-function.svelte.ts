/** One function of a script that is called by itself: its arguments, and what came of it. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { FileRef } from '../../backend/types/FileRef';
import type { RunReport } from '../../backend/types/RunReport';
import type { JsonValue } from '../../backend/types/serde_json/JsonValue';
import type { ScriptFunction } from '../../lib/script-functions';
import type { Session } from '../../lib/session.svelte';

/** Letters of a result that are shown. */
const SHOWN_AT_MOST = 200_000;
/** The engine fills these in. */
const FILLED_IN = ['connection', 'config'];

let nextCall = 0;
/** What each function was given last, as long as the window is open. */
const lastGiven: Record<string, string> = {};

export class LoneFunction {
	/** The arguments as JSON, by the names of the parameters. */
	given = $state('');
	running = $state<string | null>(null);
	report = $state.raw<RunReport | null>(null);
	/** The value it gave, laid out. */
	output = $state.raw<string | null>(null);
	error = $state.raw<BackendError | null>(null);

	readonly file: FileRef;
	readonly name: string;
	readonly parameters: readonly string[];
	readonly #backend: Backend;
	readonly #session: Session;

	constructor(backend: Backend, session: Session, file: FileRef, { name, parameters }: ScriptFunction) {
		this.#backend = backend;
		this.#session = session;
		this.file = file;
		this.name = name;
		this.parameters = parameters;
		this.given = lastGiven[this.#key] ?? this.#blank();
	}

	get #key(): string {
		return `${this.file.connector}/${this.file.path}::${this.name}(${this.parameters.join()})`;
	}

	/** Whether there is anything to be given. */
	get takes(): boolean {
		return this.parameters.some((each) => !FILLED_IN.includes(each));
	}

	async run(): Promise<void> {
		if (this.running) return;
		const input = this.#read();
		if (input === undefined) return;
		lastGiven[this.#key] = this.given;
		this.running = `function-${Date.now()}-${nextCall++}`;
		this.error = null;
		try {
			const report = await this.#backend.runAction({
				id: this.running,
				file: this.file,
				input,
				config: null,
				connection: this.#session.connection,
				resume: null,
				save: null,
				function: this.name
			});
			const value = report.output?.value;
			const text = value ? await this.#backend.bodyText(value.id, SHOWN_AT_MOST) : null;
			if (value) void this.#backend.closeBody(value.id).catch(() => undefined);
			this.output = text === null ? null : laidOut(text);
			this.report = report;
			this.#session.ended(`${this.name} ${report.ok ? 'succeeded' : 'failed'}`, report.time_ms);
		} catch (thrown) {
			const failure = BackendError.from(thrown);
			this.error = failure.code === 'cancelled' ? null : failure;
		} finally {
			this.running = null;
		}
	}

	async cancel(): Promise<void> {
		if (this.running) await this.#backend.cancel(this.running);
	}

	#blank(): string {
		const wanted = this.parameters.filter((each) => !FILLED_IN.includes(each));
		return JSON.stringify(Object.fromEntries(wanted.map((each) => [each, null])), null, 2);
	}

	#read(): JsonValue | undefined {
		if (!this.takes) return {};
		try {
			return JSON.parse(this.given) as JsonValue;
		} catch (thrown) {
			this.error = new BackendError({ message: `This is not JSON: ${(thrown as Error).message}` });
			return undefined;
		}
	}
}

/** JSON with a line for each member; what was cut off stays as it is. */
function laidOut(text: string): string {
	try {
		return JSON.stringify(JSON.parse(text), null, 2);
	} catch {
		return text;
	}
}
