// Okta's own SDK as a service app: signed assertions, with and without proof of possession.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { all, keyClient, person, refusal, startOrg, tokenClient } from './sandbox.mjs';

let org;

before(async () => {
	org = await startOrg('--seed', 'empty');
});
after(() => org.stop());

for (const dpop of [false, true]) {
	test(`a private key opens what its scopes allow, ${dpop ? 'with' : 'without'} proof of possession`, async () => {
		const client = await keyClient(org, { scopes: ['okta.users.manage', 'okta.groups.read'], dpop });
		const user = await client.userApi.createUser({ body: { profile: person(`Kay${dpop}`) } });
		const name = `Lou${dpop}`;
		await client.userApi.updateUser({ userId: user.id, user: { profile: { firstName: name } } });
		const found = await all(client.userApi.listUsers({ search: `profile.firstName eq "${name}"` }));
		assert.deepEqual(
			found.map((other) => other.id),
			[user.id]
		);
		assert.equal((await all(client.userApi.listUsers({ limit: 1 }))).length >= 2, true);
		assert.equal((await all(client.groupApi.listGroups())).length, 1);
		const group = { profile: { name: 'Not mine' } };
		assert.equal(await refusal(client.groupApi.createGroup({ group })), '403 E0000006');
		await client.userApi.deactivateUser({ userId: user.id });
		await client.userApi.deleteUser({ userId: user.id });
		assert.equal(await refusal(client.userApi.getUser({ userId: user.id })), '404 E0000007');
	});
}

test('without an admin role a service app sees nobody', async () => {
	const client = await keyClient(org, { scopes: ['okta.users.read'], dpop: true, role: null });
	assert.deepEqual(await all(client.userApi.listUsers()), []);
	const { id: userId } = await tokenClient(org).userApi.getUser({ userId: 'me' });
	assert.equal(await refusal(client.userApi.getUser({ userId })), '403 E0000006');
});

test('a wrong API token is refused', async () => {
	const stranger = tokenClient(org, { token: 'not-the-token' });
	assert.equal(await refusal(stranger.userApi.getUser({ userId: 'me' })), '401 E0000011');
});
