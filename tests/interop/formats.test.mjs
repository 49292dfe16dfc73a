// HAR, OpenAPI and Bruno, by the code of those who made them.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import SwaggerParser from '@apidevtools/swagger-parser';
import bruno from '@usebruno/lang';
import validator from 'har-validator/lib/promise.js';
import { connector, files, joinery, okta, scratch, startOrg } from './joinery.mjs';

const read = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));

test('HAR of requests and of a send is valid', async (t) => {
	const home = scratch(t);
	joinery(home, 'export', okta, '--format', 'har', '-o', 'out.har', '--var', 'domain=acme.okta.com');
	await validator.har(read(home, 'out.har'));
	assert.ok(read(home, 'out.har').log.entries.length > 5);
	const org = await startOrg();
	t.after(org.stop);
	writeFileSync(join(home, 'token'), org.token);
	joinery(home, 'send', join(okta, 'requests/users/get_user.toml'), '--base-url', org.url, '--auth', 'api_token',
		'--set', `domain=${new URL(org.url).host}`, '--secret', 'token=file:token', '--har', 'sent.har');
	await validator.har(read(home, 'sent.har'));
	const [entry] = read(home, 'sent.har').log.entries;
	assert.equal(entry.response.status, 200);
	assert.ok(!JSON.stringify(entry).includes(org.token));
});

test('a description is valid OpenAPI 3.1', async (t) => {
	const home = scratch(t);
	const folder = connector(join(home, 'acme'), {
		'requests/users/add.toml': 'method = "POST"\nurl = "/users/{{id}}"\n\n[body]\nkind = "json"\ntext = \'{"n": {{n}}, "name": "{{id}}"}\'\n\n[variables]\nid = "ada"\nn = "1"\n',
		'requests/users/get.toml': 'url = "/users/{{user}}"\n\n[[query]]\nname = "expand"\nvalue = "true"\n\n[[assert]]\nsubject = "$"\nschema = "user"\n\n[[assert]]\nsubject = "status"\nequals = 200\n',
		'requests/users/get.examples/found.json': '{"response": {"status": 200, "reason": "OK", "headers": [], "body": {"id": "ada"}}}',
		'requests/users/upload.toml': 'method = "PUT"\nurl = "/users/{{user}}/photo"\nauth = "none"\n\n[body]\nkind = "multipart"\n\n[[body.parts]]\nname = "f"\nfile = "me.png"\n',
		'schemas/user.json': '{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": {"id": {"type": "string"}}}'
	});
	for (const source of [okta, folder]) {
		joinery(home, 'export', source, '--format', 'openapi', '-o', 'out.json');
		const valid = await SwaggerParser.validate(join(home, 'out.json'));
		assert.equal(valid.openapi, '3.1.0');
	}
	const { paths } = read(home, 'out.json');
	assert.deepEqual(Object.keys(paths), ['/users/{id}', '/users/{user}/photo']);
	assert.deepEqual(Object.keys(paths['/users/{id}']).sort(), ['get', 'post']);
	// What is described comes back as requests.
	const again = connector(join(home, 'again'), {});
	joinery(home, 'import', 'out.json', '--into', again);
	const made = Object.keys(files(join(again, 'requests')));
	assert.equal(made.filter((path) => !path.endsWith('folder.toml')).length, 3);
});

test("a collection that Bruno's own code wrote is imported", (t) => {
	const home = scratch(t);
	const theirs = join(home, 'theirs');
	mkdirSync(join(theirs, 'users'), { recursive: true });
	mkdirSync(join(theirs, 'environments'));
	const request = {
		meta: { name: 'Add a user', type: 'http', seq: 1 },
		http: { method: 'post', url: '{{host}}/users/:id?limit=2', body: 'json', auth: 'basic' },
		params: [
			{ name: 'limit', value: '2', enabled: true, type: 'query' },
			{ name: 'id', value: 'ada', enabled: true, type: 'path' }
		],
		headers: [
			{ name: 'X:Odd', value: 'a: b', enabled: true },
			{ name: 'Authorization', value: 'Bearer opensesame', enabled: false }
		],
		auth: { basic: { username: 'ada', password: 'opensesame' } },
		body: { json: '{\n  "quote": "it\'s {{x}}",\n  "nested": {\n    "a": []\n  }\n}' },
		vars: { req: [{ name: 'x', value: 'one\ntwo', enabled: true }], res: [{ name: 'made', value: 'res.body.id', enabled: true }] },
		assertions: [
			{ name: 'res.status', value: 'eq 201', enabled: true },
			{ name: 'res.body.name', value: 'startsWith Ada', enabled: true }
		],
		docs: 'Adds\none.'
	};
	const text = bruno.jsonToBruV2(request);
	// The fixture is one that Bruno reads back.
	assert.equal(bruno.bruToJsonV2(text).body.json, request.body.json);
	writeFileSync(join(theirs, 'bruno.json'), '{"version": "1", "name": "Theirs", "type": "collection"}');
	writeFileSync(join(theirs, 'users', 'add.bru'), text);
	writeFileSync(join(theirs, 'users', 'folder.bru'), bruno.jsonToCollectionBru({ meta: { name: 'People' } }));
	writeFileSync(
		join(theirs, 'collection.bru'),
		bruno.jsonToCollectionBru({ auth: { mode: 'bearer', bearer: { token: '{{token}}' } }, headers: [{ name: 'Accept', value: '*/*', enabled: true }] })
	);
	writeFileSync(
		join(theirs, 'environments', 'dev.bru'),
		bruno.envJsonToBruV2({ variables: [{ name: 'host', value: 'https://dev.example', enabled: true, secret: false }, { name: 'token', value: '', enabled: true, secret: true }] })
	);
	const into = connector(join(home, 'into'), {});
	const report = JSON.parse(joinery(home, 'import', theirs, '--into', into, '--json').stdout);
	assert.equal(report.format, 'bruno');
	const made = files(into);
	assert.ok(!JSON.stringify([made, report]).includes('opensesame'));
	const add = made['requests/people/add_a_user.toml'];
	for (const part of [
		'url = "{{host}}/users/{{id}}"',
		'id = "ada"',
		'name = "X:Odd"\nvalue = "a: b"',
		'kind = "basic"\nusername = "ada"\npassword = "{{password}}"',
		request.body.json,
		'x = """\none\ntwo"""',
		'name = "made"\nsubject = "$.id"',
		'equals = 201',
		'matches = "^Ada"',
		"Adds\none."
	]) {
		assert.ok(add.includes(part), `${part} is missing in:\n${add}`);
	}
	assert.match(made['requests/folder.toml'], /kind = "bearer"/);
	assert.match(made['environments/dev.toml'], /https:\/\/dev\.example/);
});
