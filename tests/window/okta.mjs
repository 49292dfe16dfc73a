// What the tests of connections share: the sample that speaks plain HTTP, and the parts of the dialog.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/**
 * Lets the sample speak plain HTTP, as the sandbox org does, and changes its manifest further; the org's address, its token,
 * and a call of it.
 */
export function okta(studio, change = (manifest) => manifest) {
	const folder = join(studio.home, 'documents', 'Joinery', 'acme-connectors', 'okta');
	const manifest = join(folder, 'connector.toml');
	writeFileSync(manifest, change(readFileSync(manifest, 'utf8').replace('https://{{domain}}', 'http://{{domain}}')));
	const { url, token } = JSON.parse(readFileSync(join(studio.home, 'store', 'sandbox.json'), 'utf8'));
	const call = async (method, path, body) => {
		const headers = { authorization: `SSWS ${token}`, 'content-type': 'application/json' };
		const response = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
		const text = await response.text();
		assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
		return text === '' ? null : JSON.parse(text);
	};
	return { url, host: url.replace('http://', ''), token, call, folder };
}

/** Waits for what a test of a connection says. */
export function result(studio, good) {
	return studio.until(
		`in sight, the test says ${good ? 'yes' : 'no'}`,
		`const found = document.querySelector('.result${good ? ':not(.bad)' : '.bad'}:not(.stale)');
		 const box = found?.getBoundingClientRect();
		 return box !== undefined && found.contains(document.elementFromPoint(box.left + 12, box.bottom - 8))`
	);
}

/** Waits until no dialog holds that text. */
export function gone(studio, title) {
	return studio.until(
		`“${title}” is closed`,
		`return ![...document.querySelectorAll('[role=dialog]')].some((each) => each.innerText.includes(arguments[0]))`,
		title
	);
}

/** Puts a value into a field, in place of what was there. */
export async function fill(studio, name, value) {
	const field = await studio.find('textbox', name);
	await studio.run('arguments[0].focus(); arguments[0].select()', field);
	await studio.type(value);
}

/** A port that nobody listens on. */
export function freePort() {
	return new Promise((found) => {
		const server = createServer().listen(0, '127.0.0.1', () => {
			const { port } = server.address();
			server.close(() => found(port));
		});
	});
}
