import { expect, test } from 'vitest';
import { fake } from '../../backend/fake';
import { cookiesOf } from './cookies';
import { wireLog } from './wire-log';

test('the log tells what went out and what came back', async () => {
	const backend = fake({ open: true });
	const { request } = await backend.openRequest({ connector: 'okta', path: 'requests/users/get_user.toml' });
	const sent = await backend.sendRequest({
		id: '1',
		connector: 'okta',
		path: null,
		request,
		connection: null,
		variables: {},
		environment: null,
		answers: {}
	});
	const lines = wireLog(sent.request, sent.response).map(({ mark, text }) => `${mark} ${text}`);
	expect(lines).toContain('> accept: application/json');
	expect(lines).toContain('< HTTP/1.1 200 OK');
	expect(lines.at(-1)).toBe('* 11 ms in all');
});

test('cookies are read from the headers that set them', () => {
	const cookies = cookiesOf([
		{ name: 'Set-Cookie', value: 'sid=a=b; Path=/; HttpOnly' },
		{ name: 'x', value: 'y' }
	]);
	expect(cookies).toEqual([{ name: 'sid', value: 'a=b', attributes: ['Path=/', 'HttpOnly'] }]);
});
