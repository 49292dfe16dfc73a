// Groups, rules, apps, the log and event hooks by Okta's own SDK.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { all, person, refusal, startOrg, tokenClient, until } from './sandbox.mjs';

let org, client;

before(async () => {
	org = await startOrg('--seed', 'empty');
	client = tokenClient(org);
});
after(() => org.stop());

const createUser = (name, more) => client.userApi.createUser({ body: { profile: person(name, more) } });
const createGroup = (name) => client.groupApi.createGroup({ group: { profile: { name } } });

test('groups have members, and rules put people into them', async () => {
	const groups = client.groupApi;
	const group = await createGroup('Cooks');
	assert.equal(await refusal(createGroup('Cooks')), '400 E0000001');
	const [ann, bob] = [await createUser('Ann'), await createUser('Bob', { department: 'Kitchen' })];
	await groups.assignUserToGroup({ groupId: group.id, userId: ann.id });
	const renamed = { profile: { name: 'Chefs', description: 'They cook' } };
	await groups.replaceGroup({ groupId: group.id, group: renamed });
	const found = await all(groups.listGroups({ search: 'profile.name sw "chef"', expand: 'stats' }));
	assert.equal(found[0]._embedded.stats.usersCount, 1);
	const rule = await groups.createGroupRule({
		groupRule: {
			type: 'group_rule',
			name: 'Kitchen',
			conditions: { expression: { value: 'user.department=="Kitchen"', type: 'urn:okta:expression:1.0' } },
			actions: { assignUserToGroups: { groupIds: [group.id] } }
		}
	});
	assert.equal(rule.status, 'INACTIVE');
	await groups.activateGroupRule({ ruleId: rule.id });
	const members = async () =>
		(await all(groups.listGroupUsers({ groupId: group.id, limit: 1 }))).map((user) => user.id);
	await until('the rule puts Bob into the group', async () => (await members()).includes(bob.id));
	assert.equal((await all(client.userApi.listUserGroups({ userId: bob.id }))).length, 2);
	await groups.deactivateGroupRule({ ruleId: rule.id });
	await groups.deleteGroupRule({ ruleId: rule.id });
	await groups.unassignUserFromGroup({ groupId: group.id, userId: ann.id });
	assert.deepEqual(await members(), [bob.id]);
	await groups.deleteGroup({ groupId: group.id });
	assert.equal(await refusal(groups.getGroup({ groupId: group.id })), '404 E0000007');
});

const APPS = [
	{ name: 'bookmark', signOnMode: 'BOOKMARK', settings: { app: { url: 'https://example.com' } } },
	{
		name: 'template_basic_auth',
		signOnMode: 'BASIC_AUTH',
		settings: { app: { url: 'https://example.com', authURL: 'https://example.com/auth' } }
	},
	{
		name: 'template_swa',
		signOnMode: 'BROWSER_PLUGIN',
		settings: { app: { url: 'https://example.com', usernameField: 'u', passwordField: 'p', buttonField: 'b' } }
	},
	{
		name: 'template_swa3field',
		signOnMode: 'BROWSER_PLUGIN',
		settings: { app: { targetURL: 'https://example.com', userNameSelector: 'u', passwordSelector: 'p' } }
	},
	{
		name: 'template_sps',
		signOnMode: 'SECURE_PASSWORD_STORE',
		settings: { app: { url: 'https://example.com', usernameField: 'u', passwordField: 'p' } }
	},
	{ signOnMode: 'AUTO_LOGIN', settings: { signOn: { loginUrl: 'https://example.com/login' } } },
	{ signOnMode: 'SAML_2_0', settings: { signOn: { ssoAcsUrl: 'https://example.com/acs', audience: 'urn:example' } } },
	{
		name: 'oidc_client',
		signOnMode: 'OPENID_CONNECT',
		settings: { oauthClient: { application_type: 'web', redirect_uris: ['https://example.com/cb'] } }
	}
];

test('apps of every kind are created, changed, assigned and deleted', async () => {
	const apps = client.applicationApi;
	const [cleo, group] = [await createUser('Cleo'), await createGroup('Waiters')];
	for (const [place, body] of APPS.entries()) {
		const application = { label: `App ${place}`, ...body };
		const app = await apps.createApplication({ application });
		assert.equal(app.signOnMode, body.signOnMode);
		const appId = app.id;
		const renamed = await apps.replaceApplication({ appId, application: { ...application, label: `Tool ${place}` } });
		assert.equal(renamed.label, `Tool ${place}`);
		const user = await apps.assignUserToApplication({
			appId,
			appUser: { id: cleo.id, scope: 'USER', credentials: { userName: 'cleo' } }
		});
		assert.equal(user.credentials.userName, 'cleo');
		await apps.assignGroupToApplication({ appId, groupId: group.id, applicationGroupAssignment: { priority: 1 } });
		assert.equal((await all(apps.listApplicationUsers({ appId }))).length, 1);
		assert.equal((await all(apps.listApplicationGroupAssignments({ appId }))).length, 1);
		assert.equal((await all(client.userApi.listAppLinks({ userId: cleo.id }))).length, 1);
		await apps.unassignApplicationFromGroup({ appId, groupId: group.id });
		await apps.unassignUserFromApplication({ appId, userId: cleo.id });
		assert.equal(await refusal(apps.deleteApplication({ appId })), '403 E0000056');
		await apps.deactivateApplication({ appId });
		assert.equal((await apps.getApplication({ appId })).status, 'INACTIVE');
		await apps.activateApplication({ appId });
		await apps.deactivateApplication({ appId });
		await apps.deleteApplication({ appId });
		assert.equal(await refusal(apps.getApplication({ appId })), '404 E0000007');
	}
});

test('apps are listed page by page, and sign with keys', async () => {
	const apps = client.applicationApi;
	for (let place = 0; place < 5; place += 1) {
		await apps.createApplication({ application: { label: `Page ${place}`, ...APPS[0] } });
	}
	assert.equal((await all(apps.listApplications({ limit: 2, filter: 'name eq "bookmark"' }))).length, 5);
	const saml = await apps.createApplication({ application: { label: 'Signed', ...APPS[6] } });
	const made = await apps.generateApplicationKey({ appId: saml.id, validityYears: 2 });
	const keys = await all(apps.listApplicationKeys({ appId: saml.id }));
	assert.equal(keys.length, 2);
	assert.ok(keys.some((key) => key.kid === made.kid && key.x5c.length === 1));
	const custom = { properties: { size: { title: 'Size', type: 'string' } } };
	const appId = saml.id;
	const body = { definitions: { custom } };
	await client.schemaApi.updateApplicationUserProfile({ appInstanceId: appId, body });
	const own = await client.schemaApi.getApplicationUserSchema({ appInstanceId: appId });
	assert.equal(own.definitions.custom.properties.size.title, 'Size');
});

test('the log tells who did what, and hooks tell it to others', async () => {
	const received = [];
	const server = createServer((request, response) => {
		let body = '';
		request.on('data', (part) => (body += part));
		request.on('end', () => {
			const challenge = request.headers['x-okta-verification-challenge'];
			if (challenge) return response.end(JSON.stringify({ verification: challenge }));
			received.push({ secret: request.headers.authorization, ...JSON.parse(body) });
			response.statusCode = 204;
			response.end();
		});
	});
	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	try {
		const hooks = client.eventHookApi;
		const config = {
			uri: `http://127.0.0.1:${server.address().port}/hook`,
			authScheme: { type: 'HEADER', key: 'Authorization', value: 'for the hook' }
		};
		const hook = await hooks.createEventHook({
			eventHook: {
				name: 'Tell me',
				events: { type: 'EVENT_TYPE', items: ['user.lifecycle.create'] },
				channel: { type: 'HTTP', version: '1.0.0', config }
			}
		});
		assert.equal(hook.verificationStatus, 'UNVERIFIED');
		const eventHookId = hook.id;
		assert.equal((await hooks.verifyEventHook({ eventHookId })).verificationStatus, 'VERIFIED');
		const around = (seconds) => new Date(Date.now() + seconds * 1000).toISOString();
		const since = around(-1);
		const dan = await createUser('Dan');
		const delivery = await until('the hook is called', () => received[0]);
		assert.equal(delivery.secret, 'for the hook');
		assert.equal(delivery.data.events[0].target[0].id, dan.id);
		const filter = `target.id eq "${dan.id}" and eventType eq "user.lifecycle.create"`;
		const events = await all(client.systemLogApi.listLogEvents({ since, until: around(1), filter, limit: 1 }));
		assert.equal(events.length, 1);
		assert.equal(events[0].outcome.result, 'SUCCESS');
		const wrong = client.systemLogApi.listLogEvents({ filter: 'eventType eqq "x"' }).then((list) => list.next());
		assert.equal(await refusal(wrong), '400 E0000053');
		assert.equal(await refusal(hooks.deleteEventHook({ eventHookId })), '400 E0000001');
		await hooks.deactivateEventHook({ eventHookId });
		await hooks.deleteEventHook({ eventHookId });
		assert.deepEqual(await all(hooks.listEventHooks()), []);
	} finally {
		server.close();
	}
});
