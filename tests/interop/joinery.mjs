// The command line, a sandbox org of its own, and connectors in scratch folders.

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const binary = process.env.JOINERY_CLI ?? join(root, 'target', 'debug', 'joinery');
export const okta = join(root, 'samples', 'okta');

/** A folder that is gone when the test ends. */
export function scratch(test) {
	const folder = mkdtempSync(join(tmpdir(), 'joinery-interop-'));
	test.after(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

/** Runs `joinery` and gives what it printed; an exit code but 0 fails the test. */
export function joinery(home, ...args) {
	const env = { ...process.env, JOINERY_HOME: join(home, '.home'), JOINERY_SECRETS: 'file', NO_COLOR: '1' };
	const done = spawnSync(binary, args, { cwd: home, env, encoding: 'utf8' });
	if (done.status !== 0) throw new Error(`joinery ${args.join(' ')} ended with ${done.status}:\n${done.stdout}${done.stderr}`);
	return { stdout: done.stdout, stderr: done.stderr };
}

/** A connector with these files, by path. */
export function connector(folder, files) {
	const manifest = 'format = 1\nid = "acme"\ntitle = "Acme"\nversion = "1.0.0"\n\n[http]\nbase_url = "https://{{domain}}"\n\n[[fields]]\nname = "domain"\nlabel = "Domain"\nhint = "acme.example"\n';
	for (const [path, text] of Object.entries({ 'connector.toml': manifest, ...files })) {
		mkdirSync(dirname(join(folder, path)), { recursive: true });
		writeFileSync(join(folder, path), text);
	}
	return folder;
}

/** Every file below `folder`, by path. */
export function files(folder) {
	const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
	const paths = entries.map((entry) => join(entry.parentPath ?? entry.path, entry.name)).sort();
	return Object.fromEntries(paths.map((path) => [relative(folder, path), readFileSync(path, 'utf8')]));
}

/** Starts `joinery sandbox` and gives its address, its API token and how to stop it. */
export async function startOrg() {
	const child = spawn(binary, ['sandbox', '--json', '--rate-limit', 'off'], { stdio: ['ignore', 'pipe', 'inherit'] });
	const ended = new Promise((done) => child.once('exit', done));
	for await (const line of createInterface({ input: child.stdout })) {
		const { url, token } = JSON.parse(line);
		return { url, token, stop: async () => (child.kill(), await ended) };
	}
	throw new Error(`${binary} ended before it said where the org is`);
}
