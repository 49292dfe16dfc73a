// Planted secrets: connections of several kinds are made, tested, signed in and used in the real window, and none of their
// secrets is in the text or the attributes of any view, in a file beside the keychain's, or in a package.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import test from 'node:test';
import { inflateRawSync } from 'node:zlib';

import { Key, joinery, withStudio } from './driver.mjs';
import { fill, gone, okta } from './okta.mjs';

const PEM = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });

/** What is planted, by what it is. Of the key one line in the middle: long enough to be no chance. */
const PLANTED = {
	'API token': '00PlantedApiToken-Qw7Zr2',
	'bearer token': 'PlantedBearerToken-x81Lm',
	password: 'Planted.Pa55word of Ada',
	'client secret': 'PlantedClientSecret-77Gh',
	'private key': PEM.split('\n')[7],
	'custom header': 'PlantedSharedKey-Hd30Ve',
	'proxy password': 'PlantedProxyPass-Tk54Bn',
	'access token': 'PlantedAccessToken-0wLk9',
	'refresh token': 'PlantedRefreshToken-5Rt6'
};

/** Ways to sign in besides those of the sample; `shared_key` is the connector's own, for a header of its own. */
const MORE = `
[[fields]]
name = "shared_key"
label = "Shared key"
secret = true
required = false

[[auth]]
id = "bearer"
label = "Bearer"
kind = "bearer"

[[auth]]
id = "basic"
label = "Basic"
kind = "basic"

[[auth]]
id = "digest"
label = "Digest"
kind = "digest"

[[auth]]
id = "secret_app"
label = "Client secret"
kind = "oauth2_client_credentials"
token_url = "{{base_url}}/token"
client_auth = "client_secret_post"

[[auth]]
id = "password"
label = "Grant by password"
kind = "oauth2_password"
token_url = "{{base_url}}/token"

[[auth]]
id = "own"
label = "Own script"
kind = "custom"
`;

/** A way to sign in of the connector's own, which prints what it should not. */
const SCRIPT = `
fn acquire(connection) {
    let got = http.post("/token", #{ key: connection.shared_key });
    print(\`got \${got.access_token} for \${connection.shared_key}\`);
    #{ token: got.access_token, again: got.refresh_token }
}

fn apply(connection, request, token) {
    log.info(\`signing with \${token.token}\`);
    request.header("Authorization", token.token)
}
`;

const REQUEST = `name = "Planted"
method = "GET"
url = "{{base_url}}/things"

[[headers]]
name = "X-Shared-Key"
value = "{{shared_key}}"
`;

const ACTION = `//! Planted
//! Uses a secret in a header of its own, and prints what it can.

fn execute(connection, input) {
    print(\`key \${connection.shared_key}\`);
    log.warn(\`signing for \${connection}\`);
    http.request("GET", "/things").header("X-Shared-Key", connection.shared_key).send().body
}
`;

/** Kind by kind: the card to choose, and what to fill in. */
const PROFILES = [
	['by-token', 'API token', { 'API key': PLANTED['API token'] }],
	['by-bearer', 'Bearer', { Token: PLANTED['bearer token'] }],
	['by-basic', 'Basic', { 'User name': 'ada', Password: PLANTED.password }],
	['by-digest', 'Digest', { 'User name': 'ada', Password: PLANTED.password }],
	['by-secret', 'Client secret', { 'Client ID': 'app', 'Client secret': PLANTED['client secret'] }],
	[
		'by-password',
		'Grant by password',
		{
			'User name': 'ada',
			Password: PLANTED.password,
			'Client ID': 'app',
			'Client secret': PLANTED['client secret']
		}
	],
	['by-key', 'OAuth 2.0 service app', { 'Client ID': 'app', 'Private key': PEM }],
	['by-script', 'Own script', {}]
];

test('no planted secret is shown, written or packed', { timeout: 280_000 }, async () => {
	const service = await startService();
	try {
		await withStudio(async (studio) => {
			await studio.click('button', 'Start with the sandbox org');
			await studio.see('250 users');
			await studio.see('get_user.rhai');
			const { folder } = okta(studio, (manifest) => manifest + MORE);
			appendFileSync(join(folder, 'connection.rhai'), SCRIPT);
			writeFileSync(join(folder, 'requests', 'planted.toml'), REQUEST);
			writeFileSync(join(folder, 'actions', 'planted.rhai'), ACTION);
			await studio.click('treeitem', 'planted');

			for (const [name, card, values] of PROFILES) {
				await make(studio, service, name, card, values);
				await use(studio, name);
			}
			await tab(studio, 'Run panel', 'Console', 0);
			await studio.see('signing with');
			await walk(studio);
			const { packages } = await exported(studio, folder);

			assert.ok(service.signed > PROFILES.length, `${service.signed} requests were signed`);
			assert.deepEqual(written(studio.home), [], 'in a file');
			for (const [file, bytes] of packages) assert.deepEqual(found(bytes), [], `in ${file} of the package`);
			assert.deepEqual(found(joinery(studio, ['connection', 'list', '--json'])), [], 'in the list of connections');
		});
	} finally {
		service.close();
	}
});

/** Makes a profile, tests it and saves it; looks at the page at each step. */
async function make(studio, service, name, card, values) {
	await studio.press(Key.Control, Key.Shift, 'n');
	await fill(studio, 'Profile name', name);
	await fill(studio, 'Okta domain', service.host);
	await fill(studio, 'Shared key', PLANTED['custom header']);
	await studio.click('radio', card);
	// A field of one line takes a key without its line breaks, as a paste does.
	for (const [label, value] of Object.entries(values)) await put(studio, label, value);
	await studio.run('document.querySelector("[role=dialog] details:has(#connection-proxy)").open = true');
	await put(studio, 'Proxy user name', 'ada');
	await put(studio, 'Proxy password', PLANTED['proxy password']);
	const page = await look(studio, `${name}, filled in`);
	assert.ok(page.includes(service.host) && page.includes(name), 'what was typed and is no secret is found');
	await studio.click('button', 'Test connection');
	await studio.until('the test ended', 'return document.querySelector("[role=dialog] .result:not(.stale), [role=dialog] .banner") !== null');
	await studio.run('document.querySelectorAll("[role=dialog] details").forEach((each) => (each.open = true))');
	await look(studio, `${name}, tested`);
	await studio.press(Key.Control, Key.Enter);
	await gone(studio, 'Connection for okta');
	await studio.find('button', name);
	// Saved, it comes back without its secrets: not even a field for passwords holds them.
	await studio.click('treeitem', 'Connection');
	await studio.find('button', 'Replace');
	await look(studio, `${name}, opened again`, { passwords: true });
	await studio.press(Key.Escape);
	await gone(studio, 'Connection for okta');
}

/** Sends the request and runs the action through the profile, and looks at every part of what they bring. */
async function use(studio, name) {
	const sends = await studio.run('return (window.sends = (window.sends ?? 0) + 1)');
	await studio.click('treeitem', 'Planted');
	await studio.until('the request is open', `return document.querySelector('[data-region="Request tester"] [role=tab][aria-selected=true]')?.innerText.includes('Planted')`);
	await studio.press(Key.Control, Key.Enter);
	await studio.until(`answer ${sends}`, 'return /\\b(200 OK|4\\d\\d )/.test(document.querySelector(\'[data-region="Request tester"]\').innerText) || document.querySelector(\'[data-region="Request tester"] .banner\') !== null');
	for (const part of ['Params', 'Headers', 'Auth']) {
		await tab(studio, 'Request tester', part, 0);
		await look(studio, `${name}, request ${part}`);
	}
	for (const part of ['Headers', 'Cookies', 'Timing', 'Request', 'Wire log', 'History', 'Body']) {
		await tab(studio, 'Request tester', part, -1);
		await look(studio, `${name}, response ${part}`);
	}
	await studio.run('navigator.clipboard.writeText = async (text) => { window.copied = text; }');
	await command(studio, 'copy as curl');
	const curl = await studio.until('the command is copied', 'return window.copied');
	assert.deepEqual(found(curl), [], `${name}, copied as curl`);

	await studio.click('treeitem', 'planted');
	await studio.press(Key.Control, 'r');
	await studio.until('the run ended', 'return /Succeeded|Failed/.test(document.querySelector(\'[data-region="Run panel"]\').innerText)');
	for (const part of ['Output', 'Console', 'Network', 'Input']) {
		await tab(studio, 'Run panel', part, 0);
		await look(studio, `${name}, run ${part}`);
		if (part !== 'Network') continue;
		const calls = await studio.run('return document.querySelectorAll("tr[data-call]").length');
		for (let call = 0; call < calls; call++) {
			await studio.run('document.querySelectorAll("tr[data-call]")[arguments[0]].click()', call);
			await look(studio, `${name}, call ${call + 1}`);
		}
	}
	await studio.picture(`planted-${name}`);
}

/** The views that belong to no profile. */
async function walk(studio) {
	await command(studio, 'sandbox: open');
	for (const part of ['Org', 'Activity', 'Log', 'Controls', 'Faults', 'Snapshots']) {
		await studio.click('tab', part);
		await look(studio, `the sandbox panel, ${part}`);
	}
	await studio.click('button', 'Close the sandbox panel');
	for (const keys of [['k'], [Key.Shift, 'p'], [Key.Shift, 'o'], [Key.Shift, '?']]) {
		await studio.press(Key.Control, ...keys);
		await studio.until('it is open', 'return document.querySelector("[role=dialog], [role=menu], [role=listbox]") !== null');
		await look(studio, `opened by ${keys.at(-1)}`);
		await studio.press(Key.Escape);
		await studio.until('it is closed', 'return document.querySelector("[role=dialog], [role=menu]") === null');
	}
	await studio.click('treeitem', 'connector.toml');
	await look(studio, 'the manifest');
}

/** Exports through the dialog's command and through the command line; gives every file of the packages. */
async function exported(studio, folder) {
	await studio.press(Key.Control, Key.Shift, 'e');
	await studio.see('Secret scan');
	await look(studio, 'the export dialog');
	await studio.press(Key.Escape);
	const file = join(studio.home, 'planted.joinery');
	joinery(studio, ['export', folder, '--output', file]);
	return { packages: unzipped(readFileSync(file)) };
}

async function command(studio, words) {
	await studio.press(Key.Control, Key.Shift, 'p');
	await studio.find('combobox', 'Run a command');
	await studio.type(words);
	await studio.until('it is found', 'return document.querySelector("#palette-list [role=option]") !== null');
	await studio.press(Key.Enter);
}

/** Puts a value into a field at once, as a paste does. */
async function put(studio, label, value) {
	const field = await studio.find('textbox', label);
	await studio.run(
		`const [field, value] = arguments;
		field.focus();
		field.value = value;
		field.dispatchEvent(new Event('input', { bubbles: true }));`,
		field,
		value
	);
}

/** Shows a part of a region; of those with that name the first (0) or the last (-1). */
async function tab(studio, region, name, which) {
	await studio.until(
		`${name} of the ${region}`,
		`const [region, name, which] = arguments;
		const tabs = [...document.querySelectorAll('[data-region="' + region + '"] [role=tab]')];
		const tab = tabs.filter((each) => each.textContent.trim().startsWith(name)).at(which);
		tab?.click();
		return tab?.getAttribute('aria-selected') === 'true' || tab === undefined;`,
		region,
		name,
		which
	);
}

/**
 * Fails where the page holds a planted secret: in its text, in an attribute, in a field, or in what it remembers itself. A field
 * for passwords holds what was typed until the profile is saved, for it has to be sent; nobody sees it there. With `passwords`
 * it is looked into as well.
 */
async function look(studio, where, { passwords = false } = {}) {
	const page = await studio.run(PAGE, passwords);
	assert.ok(page.length > 500, `${where}: the page is read`);
	assert.deepEqual(found(page), [], where);
	return page;
}

const PAGE = `
	const [passwords] = arguments;
	const parts = [document.documentElement.textContent, document.title, JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
	for (const element of document.querySelectorAll('*')) {
		for (const { value } of element.attributes) parts.push(value);
		if ('value' in element && (passwords || element.type !== 'password')) parts.push(String(element.value));
	}
	return parts.join('\\n');
`;

/** Which planted secrets a text or some bytes hold, plain or encoded. */
function found(bytes) {
	const text = Buffer.isBuffer(bytes) ? bytes.toString('latin1') : String(bytes);
	const ways = (secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64').replace(/=+$/, '')];
	return Object.entries({ ...PLANTED, 'basic credentials': `ada:${PLANTED.password}` })
		.filter(([, secret]) => ways(secret).some((way) => text.includes(way)))
		.map(([name]) => name);
}

/** Every file below the store and the documents that holds a planted secret. */
function written(folder) {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath ?? entry.path, entry.name))
		.flatMap((path) => found(readFileSync(path)).map((secret) => `${secret} in ${path}`));
}

/** The files of a package, unpacked: name and bytes. */
function unzipped(zip) {
	const files = [];
	let at = zip.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
	while (at >= 0 && zip.readUInt32LE(at) === 0x02014b50) {
		const [method, size, nameLength] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28)];
		const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
		const local = zip.readUInt32LE(at + 42);
		const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
		const packed = zip.subarray(start, start + size);
		files.push([name, method === 8 ? inflateRawSync(packed) : packed]);
		at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
	}
	assert.ok(files.length > 5, 'the package is read');
	return files;
}

/** A service that gives tokens, asks for digests, and takes whatever is signed. */
async function startService() {
	const state = { signed: 0 };
	const server = createServer((request, response) => {
		const json = (status, body, headers = {}) => {
			response.writeHead(status, { 'content-type': 'application/json', ...headers });
			response.end(JSON.stringify(body));
		};
		const authorization = request.headers.authorization ?? '';
		if (authorization !== '') state.signed += 1;
		if (request.url.startsWith('/token') || request.url.startsWith('/oauth2/v1/token')) {
			return json(200, {
				token_type: 'Bearer',
				access_token: PLANTED['access token'],
				refresh_token: PLANTED['refresh token'],
				expires_in: 3600
			});
		}
		// An Okta org, as far as the test of a connection asks.
		if (request.url === '/.well-known/okta-organization') return json(200, { id: '00oPlanted', pipeline: 'idx' });
		if (authorization === '') {
			return json(401, { error: 'who is there' }, { 'www-authenticate': 'Digest realm="things", qop="auth", algorithm=SHA-256, nonce="abc"' });
		}
		return json(200, { things: [1, 2, 3] });
	});
	await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
	return Object.assign(state, { host: `127.0.0.1:${server.address().port}`, close: () => server.close() });
}
