// Signing in by browser to its end, in the real window: page, redirect to the studio, token, test, and out again.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'node:test';

import { Key, joinery, withStudio } from './driver.mjs';
import { fill, freePort, gone, okta, result } from './okta.mjs';

const browser = fileURLToPath(new URL('browser.mjs', import.meta.url));

test('a person signs in by browser, is tested as that person, and signs out', async () => {
	await withStudio(
		async (studio) => {
			await studio.click('button', 'Start with the sandbox org');
			await studio.see('250 users');
			await studio.see('get_user.rhai');
			const port = await freePort();
			const org = okta(studio, (manifest) => manifest.replace('redirect_port = 8765', `redirect_port = ${port}`));
			const client = await org.call('POST', '/oauth2/v1/clients', {
				client_name: 'Joinery',
				application_type: 'native',
				token_endpoint_auth_method: 'none',
				grant_types: ['authorization_code', 'refresh_token'],
				response_types: ['code'],
				redirect_uris: [`http://127.0.0.1:${port}/callback`]
			});
			await org.call('POST', `/api/v1/apps/${client.client_id}/grants`, { scopeId: 'okta.users.read', issuer: org.url });

			await studio.press(Key.Control, Key.Shift, 'n');
			await fill(studio, 'Profile name', 'ada');
			await fill(studio, 'Okta domain', org.host);
			await studio.click('radio', 'Sign in with Okta');
			await fill(studio, 'Client ID', client.client_id);
			await studio.focus(await studio.find('textbox', 'Scopes'));
			await studio.type('openid offline_access okta.users.read ');
			await studio.click('button', 'Sign in');
			await studio.see('Bearer token, ends in');
			await studio.see('then renews itself');
			await studio.click('button', 'Test connection');
			await result(studio, true);
			await studio.see('as ada.lovelace@acme.example');
			await studio.see('okta.users.read');
			await studio.picture('signed-in');
			await studio.accessible('a person who is signed in', '[role=dialog]');

			// How the server is reached, and that tokens go with proofs.
			await studio.run('document.querySelector("[role=dialog] details:has(#connection-proxy) summary").click()');
			await studio.find('textbox', 'Client certificate');
			await studio.run('document.querySelector("#connection-proxy").scrollIntoView({ block: "center" })');
			await studio.picture('connection-network');
			await studio.accessible('the network settings', '[role=dialog]');
			assert.equal(await clipped(studio), '', 'nothing is wider than the dialog');

			await studio.run('arguments[0].scrollIntoView({ block: "center" })', await studio.find('button', 'Sign out'));
			await studio.click('button', 'Sign out');
			await studio.see('revoked its tokens');
			await studio.see('Nobody is signed in');
			await studio.picture('signed-out');
			await studio.press(Key.Escape);
			await gone(studio, 'Connection for okta');
			const manifest = join(studio.home, 'documents', 'Joinery', 'acme-connectors', 'okta');
			assert.throws(() => joinery(studio, ['connection', 'token', 'ada', manifest]), 'the token is gone for every front');
		},
		{ browser }
	);
});

/** What reaches beyond the dialog. */
function clipped(studio) {
	return studio.run(`
		const dialog = document.querySelector('[role=dialog]').getBoundingClientRect();
		const wide = [...document.querySelectorAll('[role=dialog] *')].find((each) => each.getBoundingClientRect().right > dialog.right + 1);
		return wide ? wide.outerHTML.slice(0, 200) : '';
	`);
}
