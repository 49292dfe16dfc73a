// Connections in the real window: a profile is made, tested and used; a live org is not written to without a yes.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Key, joinery, withStudio } from './driver.mjs';
import { fill, gone, okta, result } from './okta.mjs';

test('a profile says what is wrong with it, then whom it reached, and guards its org', async () => {
	await withStudio(async (studio) => {
		await studio.click('button', 'Start with the sandbox org');
		await studio.see('250 users');
		await studio.see('get_user.rhai');
		const { host, token } = okta(studio);

		// The sandbox org stands first in the list and tests itself.
		await studio.click('treeitem', 'Connection');
		await studio.see('An Okta org of your own on this machine');
		await studio.click('button', 'Test connection');
		await result(studio, true);
		await studio.picture('connection-sandbox');
		// Styles of another view's lists once reached into this one.
		await studio.until('the list has the ground of its dialog', 'return getComputedStyle(document.querySelector("[role=dialog] [role=listbox]")).backgroundColor === "rgba(0, 0, 0, 0)"');
		await studio.accessible('the sandbox profile', '[role=dialog]');
		await studio.click('button', 'Add profile');

		// An address typed for a domain is offered as the domain it holds.
		await fill(studio, 'Profile name', 'acme');
		await fill(studio, 'Okta domain', `https://${host}/admin`);
		await fill(studio, 'API key', '00wrong');
		await studio.click('button', 'Test connection');
		await studio.see('The domain is wanted without https:// before it.');
		await studio.click('button', `Use ${host}`);
		await studio.see('Okta refused this token.');
		await studio.see('plain http on this machine');
		await studio.picture('connection-failing');
		await studio.accessible('a test that failed', '[role=dialog]');

		await fill(studio, 'API key', token);
		await studio.see('Changed since the test');
		await studio.click('button', 'Test connection');
		await result(studio, true);
		await studio.see('Tested just now');
		await studio.see('admin@acme.example');
		await choose(studio, 'Environment', 'Production');
		await studio.picture('connection-tested');
		await studio.accessible('a test that went well', '[role=dialog]');
		await studio.press(Key.Control, Key.Enter);
		await gone(studio, 'Connection for okta');
		await studio.find('button', 'acme');
		await studio.see('production');

		// Reading goes on as before; writing asks, until it is told not to.
		await send(studio, 'GET', '/api/v1/users/me');
		await studio.see('200 OK');
		await send(studio, 'DELETE', '/api/v1/users/nobody');
		await studio.see(`This sends DELETE to a live org, ${host}.`);
		await studio.picture('write-guard');
		await studio.accessible('the question before a write', '[role=dialog]');
		await studio.press(Key.Escape);
		await gone(studio, 'Write to a live org');
		await studio.press(Key.Control, Key.Enter);
		await studio.click('checkbox', 'Do not ask again');
		await studio.click('button', 'Send DELETE');
		await studio.see('404 Not Found');
		// Without a question this time: another answer comes at once.
		await send(studio, 'DELETE', '/api/v1/users/nobody_else');
		await studio.see('Resource not found: nobody_else');
		await studio.picture('live');

		// A token that is refused shows as such, in words, wherever the connection does.
		await editToken(studio, '00revoked');
		await send(studio, 'GET', '/api/v1/users/me');
		await studio.see('401');
		await studio.until('the top bar says so', `return document.querySelector('[data-region="Top bar"]').innerText.includes('failing')`);
		await studio.picture('failing');
		assert.match(joinery(studio, ['connection', 'list']), /acme .* failing: The service refused these credentials/);

		// The picker, and the dialog once more in the dark, by keyboard alone.
		await studio.run(`document.documentElement.dataset.theme = 'dark'`);
		await studio.press(Key.Control, Key.Shift, 'o');
		await studio.see('New connection');
		await studio.picture('picker-dark');
		await studio.accessible('the picker in the dark', '[role=menu]');
		await studio.accessible('the top bar in the dark', '[data-region="Top bar"]');
		await studio.accessible('the status bar in the dark', '[data-region="Status bar"]');
		await studio.press(Key.End);
		await studio.press(Key.ArrowUp);
		await studio.press(Key.Enter);
		await studio.find('button', 'Replace');
		await studio.picture('connection-dark');
		await studio.accessible('a profile in the dark', '[role=dialog]');
		await studio.press(Key.Escape);
		await gone(studio, 'Connection for okta');
	});
});

test('a service app signs in with a key pair made here, and a person in the browser', async () => {
	await withStudio(async (studio) => {
		await studio.click('button', 'Start with the sandbox org');
		await studio.see('250 users');
		await studio.see('get_user.rhai');
		const org = okta(studio);

		await studio.press(Key.Control, Key.Shift, 'n');
		await fill(studio, 'Profile name', 'nightly');
		await fill(studio, 'Okta domain', org.host);
		await studio.click('radio', 'OAuth 2.0 service app');
		await studio.click('button', 'Generate pair');
		await studio.find('button', 'Copy public JWK');
		const kid = await studio.run(`return document.querySelector('#connection-key_id').value`);
		await studio.run(`navigator.clipboard.writeText = async (text) => { window.copied = text; }`);
		await studio.click('button', 'Copy public JWK');
		const jwk = JSON.parse(await studio.until('the key is copied', 'return window.copied'));
		assert.equal(jwk.kid, kid);
		assert.equal(jwk.d, undefined, 'the private half stays here');

		// The app in the org, with that key, one scope and a role.
		const client = await org.call('POST', '/oauth2/v1/clients', {
			client_name: 'Nightly sync',
			application_type: 'service',
			grant_types: ['client_credentials'],
			response_types: ['token'],
			token_endpoint_auth_method: 'private_key_jwt',
			dpop_bound_access_tokens: true,
			jwks: { keys: [jwk] }
		});
		await org.call('POST', `/api/v1/apps/${client.client_id}/grants`, { scopeId: 'okta.users.read', issuer: org.url });
		await org.call('POST', `/oauth2/v1/clients/${client.client_id}/roles`, { type: 'USER_ADMIN' });
		await fill(studio, 'Client ID', client.client_id);
		const scopes = await studio.find('textbox', 'Scopes');
		await studio.focus(scopes);
		await studio.type('okta.groups.read ');
		await studio.find('button', 'Remove okta.groups.read');
		await studio.click('button', 'Test connection');
		await result(studio, false);
		await studio.see('did not grant the scopes');
		await studio.picture('service-app-refused');
		await studio.click('button', 'Remove okta.groups.read');
		await studio.focus(scopes);
		await studio.type('okta.users.read ');
		await studio.click('button', 'Test connection');
		await result(studio, true);
		await studio.see('private_key_jwt, DPoP');
		await studio.see('1 granted, 0 missing');
		await studio.picture('service-app');
		await studio.accessible('a service app', '[role=dialog]');
		await studio.press(Key.Control, Key.Enter);
		await gone(studio, 'Connection for okta');
		await studio.find('button', 'nightly');

		// A person: the page is waited for, and the wait can be given up.
		await studio.press(Key.Control, Key.Shift, 'n');
		await fill(studio, 'Profile name', 'person');
		await fill(studio, 'Okta domain', org.host);
		await studio.click('radio', 'Sign in with Okta');
		await studio.see('Nobody is signed in');
		await fill(studio, 'Client ID', client.client_id);
		await studio.click('button', 'Sign in');
		await studio.see('Waiting for you to sign in, in the browser');
		await studio.find('button', 'Copy its address');
		await studio.picture('sign-in-waiting');
		await studio.accessible('the wait for a person', '[role=dialog]');
		await studio.click('button', 'Cancel sign-in');
		await studio.see('Nobody is signed in');
		const names = await studio.run(`return [...document.querySelectorAll('[role=dialog] [role=option] .name')].map((each) => each.textContent)`);
		assert.deepEqual(names, ['Sandbox org', 'nightly', 'person'], 'the profile that was saved takes the place of the new one');
	});
});

/** Chooses from a list that pops up. */
async function choose(studio, label, option) {
	await studio.focus(await studio.find('button', label));
	await studio.press(Key.Enter);
	await studio.find('option', option);
	await studio.type(option.slice(0, 3));
	await studio.press(Key.Enter);
	await studio.until('the list is closed', `return document.querySelector('.select-popup') === null`);
}

/** A new request, sent. */
async function send(studio, method, path) {
	await studio.press(Key.Control, 't');
	await studio.until('the URL field has the focus', 'return document.activeElement?.getAttribute("aria-label") === "URL"');
	await studio.type(`{{base_url}}${path}`);
	const steps = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].indexOf(method);
	for (let step = 0; step < steps; step++) await studio.press(Key.Alt, Key.ArrowDown);
	await studio.press(Key.Control, Key.Enter);
}

/** Puts another token into the profile in use. */
async function editToken(studio, token) {
	await studio.click('treeitem', 'Connection');
	await studio.click('button', 'Replace');
	await fill(studio, 'API key', token);
	await studio.press(Key.Control, Key.Enter);
	await gone(studio, 'Connection for okta');
}
