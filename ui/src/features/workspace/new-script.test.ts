import { expect, test } from 'vitest';
import type { Backend } from '../../backend';
import { BackendError } from '../../backend/error';
import { fake } from '../../backend/fake';
import { EMPTY, NewScript } from './new-script.svelte';

async function begun(kind: 'action' | 'trigger', over: Partial<Backend> = {}) {
	const script = new NewScript({ ...fake({ open: true }), ...over }, 'okta', kind);
	await script.load();
	return script;
}

test('the templates of its kind are offered', async () => {
	expect((await begun('action')).templates.map((each) => each.id)).toEqual(['get', 'create']);
	expect((await begun('trigger')).templates.map((each) => each.id)).toEqual(['log']);
});

test('an empty file needs a name only', async () => {
	const script = await begun('action');
	expect(script.chosen).toBe(EMPTY);
	expect(await script.make()).toBeNull();
	expect(script.missing).toEqual(['name']);
	script.answers.name = 'get_thing';
	expect(await script.make()).toEqual({ connector: 'okta', path: 'actions/get_thing.rhai' });
	expect(script.missing).toEqual([]);
});

test('a template asks for what has no default, and sends its answers', async () => {
	const sent: unknown[] = [];
	const script = await begun('action', {
		createFromTemplate: async (connector, template, answers) => {
			sent.push([template, answers]);
			return { connector, path: `actions/${answers.name}.rhai` };
		}
	});
	script.chosen = 'create';
	script.answers.name = ' create_group ';
	expect(await script.make()).toBeNull();
	expect(script.missing).toEqual(['path', 'answer']);
	script.answers.path = '/api/v1/groups';
	script.answers.answer = 'profile.name';
	expect(await script.make()).toEqual({ connector: 'okta', path: 'actions/create_group.rhai' });
	expect(sent).toEqual([['create', { name: 'create_group', path: '/api/v1/groups', answer: 'profile.name' }]]);
	script.chosen = 'get';
	script.answers.answer = '';
	expect(await script.make()).not.toBeNull();
});

test('a refusal is told and can be mended', async () => {
	const script = await begun('action', {
		createFromTemplate: () => Promise.reject(new BackendError({ code: 'usage', message: '`groups` is no path' }))
	});
	script.chosen = 'get';
	script.answers = { name: 'get_group', path: 'groups', answer: '' };
	expect(await script.make()).toBeNull();
	expect(script.error?.message).toBe('`groups` is no path');
	expect(script.busy).toBe(false);
});
