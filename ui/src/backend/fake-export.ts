/** What the engine in memory answers about tests and exports. */
import type { Backend } from './index';
import type { CaseReport } from './types/CaseReport';
import type { Problem } from './types/Problem';
import type { TestReport } from './types/TestReport';

/** One case of each outcome. */
export const FAKE_TESTS: TestReport = {
	passed: 1,
	failed: 1,
	skipped: 1,
	coverage: [],
	time_ms: 12,
	cases: [
		testCase('finds a user by login', {}),
		testCase('unknown user gives a clear error', {
			ok: false,
			message: 'error.code: expected "http_404", found "http_400"',
			failures: [
				{
					path: 'error.code',
					message: 'expected "http_404", found "http_400"',
					difference: ['- http_404', '+ http_400'],
					line: 8
				}
			]
		}),
		testCase('waits for a decision', { skipped: true, message: 'not decided yet' })
	]
};

function testCase(name: string, more: Partial<CaseReport>): CaseReport {
	return {
		action: 'get_user',
		name,
		ok: true,
		skipped: false,
		message: null,
		failures: [],
		notes: [],
		file: 'tests/get_user.toml',
		line: 2,
		time_ms: 4,
		...more
	};
}

/** `folder`: where packages go; `problems`: what the check of schemas finds. */
export function fakeExport(
	folder: string,
	problems: () => Problem[]
): Pick<Backend, 'exportPreview' | 'exportPackage' | 'inspectPackage'> {
	return {
		inspectPackage: async (path) => {
			const ok = !path.includes('damaged');
			const files = [
				{ path: 'actions/get_user.rhai', size: 911, sha256: '5e'.repeat(32) },
				{ path: 'connector.toml', size: 1212, sha256: 'a0'.repeat(32) }
			];
			const list = {
				format: 1,
				id: 'okta',
				version: '0.1.0',
				tool: '0.1.0',
				files,
				hosts: ['*.okta.com'],
				scopes: ['okta.users.read'],
				tests: { passed: 12, failed: 0, skipped: 1 }
			};
			return {
				ok,
				list: ok ? list : null,
				signer: null,
				problems: ok ? [] : ['actions/get_user.rhai is not what the list says: its hash differs']
			};
		},
		exportPreview: async () => ({
			id: 'okta',
			version: '0.1.0',
			file_name: 'okta-0.1.0.joinery',
			folder,
			contents: [
				{ kind: 'manifest', label: 'connector.toml', files: 1, size: 1212 },
				{ kind: 'connection', label: 'connection.rhai', files: 1, size: 2104 },
				{ kind: 'action', label: 'actions', files: 5, size: 9410 },
				{ kind: 'trigger', label: 'triggers', files: 1, size: 2020 },
				{ kind: 'method', label: 'methods', files: 2, size: 3180 },
				{ kind: 'schema', label: 'schemas', files: 3, size: 7702 },
				{ kind: 'request', label: 'requests', files: 6, size: 5904 },
				{ kind: 'document', label: 'documents', files: 2, size: 3901 }
			],
			files: 21,
			size: 35433,
			sha256: '9b1f6c27e0a45d1877c3f2ab5de809149b1f6c27e0a45d1877c3f2ab5de80914',
			checks: [
				{ name: 'Scripts', state: 'passed', detail: '9 scripts, no errors', problems: [] },
				{
					name: 'Schemas',
					state: 'warning',
					detail: 'get_user returns “phone”, not in “user”',
					problems: problems()
				},
				{ name: 'Requests', state: 'passed', detail: '6 requests can be read', problems: [] },
				{ name: 'Secret scan', state: 'passed', detail: '21 files, nothing found', problems: [] }
			],
			time_ms: 94
		}),
		exportPackage: async (_connector, folder, fileName) => ({
			path: `${folder}/${fileName}`,
			size: 12_480,
			sha256: '9b1f6c27e0a45d1877c3f2ab5de809149b1f6c27e0a45d1877c3f2ab5de80914'
		})
	};
}
