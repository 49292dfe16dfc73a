/** The cases of a connector being run. */
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import type { TestReport } from '../../backend/types/TestReport';
import { count } from '../../lib/format';

export class TestRun {
	report = $state.raw<TestReport | null>(null);
	error = $state.raw<BackendError | null>(null);
	running = $state(false);

	#backend: Backend;
	readonly connector: string;

	constructor(backend: Backend, connector: string) {
		this.#backend = backend;
		this.connector = connector;
	}

	async run(): Promise<void> {
		if (this.running) return;
		this.running = true;
		this.error = null;
		try {
			this.report = await this.#backend.runTests(this.connector);
		} catch (thrown) {
			this.error = BackendError.from(thrown);
		} finally {
			this.running = false;
		}
	}
}

/** How the cases went, in words. */
export function headline(report: TestReport): string {
	if (report.cases.length === 0) return 'There are no cases yet';
	const failed = report.failed > 0 ? `${report.failed} failed, ` : '';
	const skipped = report.skipped > 0 ? `, ${report.skipped} not run` : '';
	return `${failed}${report.passed} of ${count(report.cases.length, 'case')} passed${skipped}`;
}
