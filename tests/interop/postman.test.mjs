// Postman's own code reads and runs our collections.

import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import test from 'node:test';
import newman from 'newman';
import sdk from 'postman-collection';
import { connector, files, joinery, okta, scratch, startOrg } from './joinery.mjs';

const run = (options) => new Promise((done, fail) => newman.run(options, (error, summary) => (error ? fail(error) : done(summary.run))));

function collectionOf(home, folder, ...args) {
	joinery(home, 'export', folder, '--format', 'postman', '-o', 'out.json', ...args);
	return JSON.parse(readFileSync(join(home, 'out.json'), 'utf8'));
}

test('newman runs the sample against the sandbox org, and every assertion holds', async (t) => {
	const home = scratch(t);
	const org = await startOrg();
	t.after(org.stop);
	const envVar = [
		{ key: 'base_url', value: org.url },
		{ key: 'token', value: org.token }
	];
	const collection = collectionOf(home, beginnings(join(home, 'okta')));
	const { stats, failures } = await run({ collection, envVar });
	assert.deepEqual(failures, []);
	const text = JSON.stringify(collection);
	const count = (part) => text.split(part).length - 1;
	assert.ok(stats.requests.total > 5);
	assert.equal(stats.requests.total, count('"request":'));
	assert.equal(stats.assertions.total, count('pm.test('));
});

/** The sample with the requests that any org answers in any order: others want what only a prepared org has. */
function beginnings(folder) {
	const kept = /^requests(\/folder\.toml|\/users(\/(folder|get_user|list_users|list_user_groups|list_user_apps)\.toml)?|\/groups(\/(folder|list_groups|find_group)\.toml)?|\/logs(\/(folder|recent_events)\.toml)?)?$/;
	const isKept = (path) => {
		const below = relative(okta, path);
		return !below.startsWith('requests') || kept.test(below);
	};
	cpSync(okta, folder, { recursive: true, filter: isKept });
	return folder;
}

test('newman fails an assertion that does not hold, and hands on what is captured', async (t) => {
	const home = scratch(t);
	const org = await startOrg();
	t.after(org.stop);
	const request = (path, ...rest) => [`url = "{{base_url}}/api/v1/users/${path}"`, ...rest].join('\n');
	const folder = connector(join(home, 'acme'), {
		'requests/folder.toml': '[auth]\nkind = "api_key"\nprefix = "SSWS "\ntoken = "{{token}}"\n\n[variables]\nlast = "Nobody"\n',
		'requests/a/folder.toml': '[variables]\nlast = "Lovelace"\n',
		'requests/a/first.toml': request(
			'ada.lovelace@acme.example',
			'[[capture]]\nname = "found"\nsubject = "$.id"',
			'[[assert]]\nsubject = "$.profile.lastName"\nmatches = "(?i)^love"',
			'[[assert]]\nsubject = "$.profile[\'firstName\']"\none_of = ["Ada", "Bo"]',
			'[[assert]]\nsubject = "header:content-type"\ncontains = "json"',
			'[[assert]]\nsubject = "$.nothing"\nabsent = true',
			'[[assert]]\nsubject = "$.profile"\ntype = "object"',
			'[[assert]]\nsubject = "$.status"\nlength = 6',
			'[[assert]]\nsubject = "time_ms"\nequals = 30000'
		),
		'requests/b/second.toml': request(
			'{{found}}',
			'[[query]]\nname = "note"\nvalue = "{{last}} 50% & more"',
			'[[assert]]\nsubject = "$.profile.firstName"\nequals = "Ada"',
			'[[assert]]\nsubject = "$.profile.lastName"\nequals = "Wrong"'
		)
	});
	const { failures, executions } = await run({
		collection: collectionOf(home, folder),
		envVar: [
			{ key: 'base_url', value: org.url },
			{ key: 'token', value: org.token }
		]
	});
	assert.deepEqual(
		failures.map((failure) => failure.error.test),
		['$.profile.lastName equals "Wrong"']
	);
	// What a folder says counts in it only.
	assert.equal(decodeURIComponent(executions[1].request.url.query.get('note')), 'Nobody 50% & more');
});

test('the SDK parses every part of a collection', (t) => {
	const home = scratch(t);
	const folder = connector(join(home, 'acme'), {
		'requests/form.toml': 'method = "POST"\nurl = "/form"\n\n[body]\nkind = "form"\n\n[[body.fields]]\nname = "a"\nvalue = "1"\n',
		'requests/parts.toml':
			'method = "POST"\nurl = "https://acme.example:8443/parts"\n\n[body]\nkind = "multipart"\n\n[[body.parts]]\nname = "f"\nfile = "me.png"\n',
		'requests/graph.toml': 'method = "POST"\nurl = "/graph"\n\n[body]\nkind = "graphql"\nquery = "{ me }"\nvariables = \'{"a": 1}\'\n',
		'requests/get.toml': 'url = "/users/{{id}}"\n\n[variables]\nid = "ada"\n',
		'requests/get.examples/found.json': '{"response": {"status": 200, "reason": "OK", "headers": [], "body": {"id": 1}}}'
	});
	const collection = new sdk.Collection(collectionOf(home, folder));
	const item = (name) => collection.items.find({ name });
	assert.equal(item('Form').request.body.urlencoded.get('a'), '1');
	assert.equal(item('Parts').request.url.getHost(), 'acme.example');
	assert.equal(item('Parts').request.body.formdata.idx(0).src, 'me.png');
	assert.equal(item('Graph').request.body.mode, 'graphql');
	assert.equal(item('Get').request.url.variables.get('id'), 'ada');
	assert.equal(item('Get').request.url.getPath(), '/users/ada');
	assert.equal(item('Get').responses.idx(0).json().id, 1);
	assert.equal(collection.variables.one('domain').value, '');
});

test('an environment is one of Postman, without its secrets', (t) => {
	const home = scratch(t);
	const folder = connector(join(home, 'acme'), {
		'environments/staging.toml': '[variables]\nbase_url = "https://staging.example"\napi_token = "opensesame"\n'
	});
	joinery(home, 'export', folder, '--format', 'postman', '--environment', 'staging');
	const text = readFileSync(join(home, 'staging.postman_environment.json'), 'utf8');
	assert.ok(!text.includes('opensesame'));
	const scope = new sdk.VariableScope(JSON.parse(text));
	assert.equal(scope.get('base_url'), 'https://staging.example');
});

test('what Postman writes comes back as it was', (t) => {
	const home = scratch(t);
	const collection = new sdk.Collection({
		info: { name: 'Acme' },
		item: [
			{
				name: 'Users',
				item: [{ name: 'Zoom', request: { method: 'GET', url: 'https://acme.example/users/:id?q=a b', header: [{ key: 'Accept', value: '*/*' }] } }]
			},
			{ name: 'Add', request: { method: 'POST', url: 'https://acme.example/users', body: { mode: 'raw', raw: '{"a": "ü"}', options: { raw: { language: 'json' } } } } }
		]
	}).toJSON();
	collection.info.schema = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';
	const first = connector(join(home, 'first'), { 'theirs.json': JSON.stringify(collection) });
	joinery(home, 'import', 'postman', join(first, 'theirs.json'), '--into', first);
	joinery(home, 'export', first, '--format', 'postman', '-o', 'ours.json');
	const second = connector(join(home, 'second'), {});
	joinery(home, 'import', 'ours.json', '--into', second);
	const requests = (folder) => files(join(folder, 'requests'));
	assert.ok(Object.keys(requests(first)).includes('users/zoom.toml'));
	assert.deepEqual(requests(second), requests(first));
});
