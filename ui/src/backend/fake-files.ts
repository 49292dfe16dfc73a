/** Templates of single files, for tests and the page without an engine. */
import type { FileTemplate } from './types/FileTemplate';

export const FILE_TEMPLATES: FileTemplate[] = [
	{
		id: 'get',
		label: 'Get one',
		kind: 'action',
		name: 'get_user',
		path: { label: 'Path', hint: 'What stands in braces is asked for: /api/v1/users/{user}', default: null },
		answer: { label: 'Schema', hint: 'The name of what it returns, such as user', default: 'that of the path' }
	},
	{
		id: 'create',
		label: 'Create',
		kind: 'action',
		name: 'create_group',
		path: { label: 'Path', hint: 'Sent by POST', default: null },
		answer: { label: 'Fields', hint: 'With commas: profile.name, profile.description?', default: null }
	},
	{
		id: 'log',
		label: 'Trigger by log',
		kind: 'trigger',
		name: 'group_created',
		path: { label: 'Path of the log', hint: 'It is read from the oldest entry on', default: '/api/v1/logs' },
		answer: { label: 'Filter', hint: 'Which entries', default: 'every entry' }
	}
];
