// The real curl sends what our commands say.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import test from 'node:test';
import { connector, joinery, scratch } from './joinery.mjs';

/** A server that keeps what it is sent. */
async function listener(t) {
	const seen = [];
	const server = createServer(async (request, response) => {
		const chunks = [];
		for await (const chunk of request) chunks.push(chunk);
		seen.push({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks) });
		response.end('{}');
	});
	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	t.after(() => server.close());
	return { seen, url: `http://127.0.0.1:${server.address().port}` };
}

function shell(home, script, env) {
	const child = spawn('sh', ['-c', script], { cwd: home, env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
	return new Promise((done) => child.once('exit', done));
}

const text = `it's "so" \\ $HOME \`id\` é😀\nnext`;
const toml = JSON.stringify(text);

test('bodies of every kind arrive as they were written', async (t) => {
	const home = scratch(t);
	const server = await listener(t);
	mkdirSync(join(home, 'fixtures'));
	writeFileSync(join(home, 'fixtures', 'me "1".png'), Buffer.from([0, 255, 1]));
	const folder = connector(join(home, 'acme'), {
		'requests/folder.toml': '[auth]\nkind = "bearer"\ntoken = "{{token}}"\n',
		'requests/json.toml': `method = "POST"\nurl = "/json"\n\n[body]\nkind = "json"\ntext = '''{"a": {{v}}}'''\n\n[variables]\nv = ${toml}\n`,
		'requests/raw.toml': `method = "PUT"\nurl = "/raw/{{v}}"\n\n[[query]]\nname = "q"\nvalue = "{{v}}"\n\n[body]\nkind = "raw"\ncontent_type = "text/plain"\ntext = ${toml}\n\n[variables]\nv = "a/b c&d"\n`,
		'requests/form.toml': `method = "POST"\nurl = "/form"\n\n[body]\nkind = "form"\n\n[[body.fields]]\nname = "a b"\nvalue = ${toml}\n`,
		'requests/parts.toml': `method = "POST"\nurl = "/parts"\n\n[body]\nkind = "multipart"\n\n[[body.parts]]\nname = "t"\nvalue = "@a;b,'c'"\n\n[[body.parts]]\nname = "f"\nfile = 'me "1".png'\n`,
		'requests/file.toml': `method = "PUT"\nurl = "/file"\n\n[body]\nkind = "file"\npath = 'me "1".png'\n`
	});
	joinery(home, 'export', folder, '--format', 'curl', '-o', 'out.sh', '--var', `base_url=${server.url}`);
	const code = await shell(home, 'sh out.sh json raw form parts file', { TOKEN: 'opensesame' });
	assert.equal(code, 0);
	const [json, raw, form, parts, file] = server.seen;
	assert.deepEqual(JSON.parse(json.body), { a: text });
	assert.equal(json.headers.authorization, 'Bearer opensesame');
	assert.equal(json.headers['content-type'], 'application/json');
	assert.equal(raw.body.toString(), text);
	assert.equal(raw.url, '/raw/a%2Fb%20c%26d?q=a%2Fb%20c%26d');
	assert.equal(new URLSearchParams(form.body.toString()).get('a b'), text);
	assert.match(parts.body.toString('latin1'), /name="t"\r\n\r\n@a;b,'c'\r\n/);
	assert.ok(parts.body.includes(Buffer.from([0, 255, 1])));
	assert.match(parts.headers['content-type'], /^multipart\/form-data; boundary=/);
	assert.deepEqual([...file.body], [0, 255, 1]);
});

test('a file without a name lists its requests, and refuses another', async (t) => {
	const home = scratch(t);
	const folder = connector(join(home, 'acme'), { 'requests/get.toml': 'url = "https://acme.example"\n' });
	joinery(home, 'export', folder, '--format', 'curl', '-o', 'out.sh');
	assert.equal(await shell(home, 'test "$(sh out.sh)" = get'), 0);
	assert.equal(await shell(home, 'sh out.sh delete'), 2);
});
