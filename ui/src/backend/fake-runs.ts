/** What the engine in memory answers about actions and runs. */
import type { Backend } from './index';
import type { FakeBodies } from './fake-bodies';
import { call, USER } from './fake-okta';
import { stem } from './fake-text';
import type { SavedFile } from './types/SavedFile';

type Runs = Pick<Backend, 'describeAction' | 'pickList' | 'forgetWaiting' | 'runAction'>;

/** `save` writes a file of the workspace. */
export function fakeRuns(bodies: FakeBodies, save: (path: string, text: string) => SavedFile): Runs {
	let runs = 13;
	return {
		describeAction: async (file, _text, _connection, answers) => ({
			config: [],
			answers,
			deprecated: null,
			name: stem(file.path),
			title: 'Get a user',
			description: 'Gets one user by ID, login or email.',
			fields: [
				field('user', { label: 'User', hint: 'ID, login or email', required: true }),
				field('include_groups', { label: 'Include groups', type: 'boolean', default: false })
			],
			last_input: { user: USER.profile.login, include_groups: true },
			waiting: [],
			error: null
		}),
		pickList: async () => [
			{ value: 'everyone', label: 'Everyone' },
			{ value: 'engineering', label: 'Engineering' }
		],
		forgetWaiting: async () => undefined,
		runAction: async (run) => {
			const number = ++runs;
			const output = {
				id: USER.id,
				name: 'Ada Lovelace',
				department: 'Engineering',
				groups: ['Everyone', 'Engineering', 'Okta administrators'],
				phone: null
			};
			const user = '/api/v1/users/00ub0oNGTSWTBKOLGLNR';
			return {
				number,
				action: stem(run.file.path),
				ok: true,
				output: {
					value: bodies.keep(`run-${number}`, output),
					diff_lines: bodies.diff().length,
					first_change: bodies.diff().findIndex((line) => line.mark !== 'same'),
					previous: number - 1,
					added: 1,
					removed: 0,
					changed: 1
				},
				error: null,
				calls: [
					call('/api/v1/users/ada.lovelace%40acme.example', 2, 11, 589, 14),
					call(`${user}/groups?limit=2`, 15, 10, 588, 10),
					call(`${user}/groups?after=00g1emaKYZ&limit=2`, 27, 9, 587, 10)
				],
				console: [
					{ level: 'info', text: 'found Ada Lovelace', file: 'actions/get_user.rhai', line: 15 },
					{ level: 'print', text: '3 groups in 2 pages', file: 'methods/paging.rhai', line: 12 }
				],
				warnings: [],
				input: run.input,
				time_ms: 38,
				compile_ms: 2,
				saved: run.save ? save(run.save.file.path, run.save.text) : null
			};
		}
	};
}

function field(name: string, more: object) {
	return {
		name,
		label: null,
		hint: null,
		type: 'string' as const,
		format: null,
		required: false,
		default: null,
		options: [],
		pick_list: null,
		depends_on: [],
		of: null,
		properties: [],
		control: null,
		secret: false,
		when: null,
		sticky: false,
		convert: null,
		nullable: false,
		...more
	};
}
