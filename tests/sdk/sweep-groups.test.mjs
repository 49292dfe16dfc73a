// Groups and types, with their schemas: every method of the SDK for them, called at least once.

import { test } from 'node:test';
import { begin, life, social } from './sweep.mjs';

const { make, client, sweep, checkThatAllAreSwept } = await begin();

test('types, schemas and mappings', async () => {
	const type = (it) => ({ typeId: it.made.id });
	await sweep(
		'userTypeApi',
		life({
			make: [
				'createUserType',
				{ userType: { name: 'contractor', displayName: 'Contractor', description: 'Paid by the hour' } }
			],
			get: ['getUserType', type],
			list: ['listUserTypes'],
			change: [
				['updateUserType', (it) => ({ ...type(it), userType: { displayName: 'Freelancer' } })],
				[
					'replaceUserType',
					(it) => ({ ...type(it), userType: { name: 'contractor', displayName: 'Temp', description: '' } })
				]
			],
			remove: 'deleteUserType'
		})
	);
	const web = await make.app('With a schema');
	const custom = { definitions: { custom: { properties: { size: { title: 'Size', type: 'string' } } } } };
	await sweep('schemaApi', [
		['getUserSchema', { schemaId: 'default' }, (it) => it.definitions.base.properties.login],
		['updateUserProfile', { schemaId: 'default', userSchema: custom }, (it) => it.definitions.custom.properties.size],
		['getGroupSchema', {}, (it) => it.definitions.base.properties.name],
		['updateGroupSchema', { GroupSchema: custom }, (it) => it.definitions.custom.properties.size],
		['getApplicationUserSchema', { appInstanceId: web.id }],
		['updateApplicationUserProfile', { appInstanceId: web.id, body: custom }],
		['listLogStreamSchemas', {}, (found) => found.length === 2],
		['getLogStreamSchema', { logStreamType: 'aws_eventbridge' }]
	]);
	await sweep('uiSchemaApi', [
		['createUISchema', { uischemabody: { uiSchema: form } }, 'made'],
		['listUISchemas', {}, (found) => found.length === 1],
		['getUISchema', (it) => ({ id: it.made.id })],
		['replaceUISchemas', (it) => ({ id: it.made.id, updateUISchemaBody: { uiSchema: form } })],
		['deleteUISchemas', (it) => ({ id: it.made.id })]
	]);
	await client.identityProviderApi.createIdentityProvider({ identityProvider: social('Mapped') });
	await sweep('profileMappingApi', [
		['listProfileMappings', {}, 'mappings'],
		['getProfileMapping', (it) => ({ mappingId: it.mappings[0].id })],
		[
			'updateProfileMapping',
			(it) => ({
				mappingId: it.mappings[0].id,
				profileMapping: { properties: { nickName: { expression: 'source.displayName', pushStatus: 'PUSH' } } }
			})
		]
	]);
});

const form = { buttonLabel: 'Submit', label: 'Sign in', type: 'Group', elements: [] };

test('groups, their rules and owners', async () => {
	const it = { ann: await make.user('Groupie') };
	const one = (it) => ({ groupId: it.made.id });
	const rule = (it) => ({ ruleId: it.rule.id });
	const written = (it) => ({
		type: 'group_rule',
		name: 'By title',
		conditions: { expression: { value: 'user.title=="X"', type: 'urn:okta:expression:1.0' } },
		actions: { assignUserToGroups: { groupIds: [it.made.id] } }
	});
	await sweep(
		'groupApi',
		[
			['createGroup', { group: { profile: { name: 'Swept' } } }, 'made'],
			['getGroup', one],
			['replaceGroup', (it) => ({ ...one(it), group: { profile: { name: 'Brushed' } } })],
			['listGroups', { filter: 'type eq "OKTA_GROUP"' }, (found) => found[0].profile.name === 'Brushed'],
			['assignUserToGroup', (it) => ({ ...one(it), userId: it.ann.id })],
			['listGroupUsers', one, (found) => found.length === 1],
			['unassignUserFromGroup', (it) => ({ ...one(it), userId: it.ann.id })],
			['listAssignedApplicationsForGroup', one],
			['assignGroupOwner', (it) => ({ ...one(it), GroupOwner: { id: it.ann.id, type: 'USER' } }), (it) => it.resolved],
			['listGroupOwners', one, (found) => found.length === 1],
			['deleteGroupOwner', (it) => ({ ...one(it), ownerId: it.ann.id })],
			['createGroupRule', (it) => ({ groupRule: written(it) }), 'rule'],
			['getGroupRule', rule],
			['listGroupRules', {}, (found) => found.length === 1],
			['replaceGroupRule', (it) => ({ ...rule(it), groupRule: { ...written(it), name: 'By rank' } })],
			['activateGroupRule', rule],
			['deactivateGroupRule', rule],
			['deleteGroupRule', rule],
			['deleteGroup', one],
			['getGroup', one, '404 E0000007']
		],
		it
	);
});

test('no method of these APIs is left out without a reason', () => {
	checkThatAllAreSwept({
		'uiSchemaApi.getAppUISchema': 'of apps in the catalogue',
		'uiSchemaApi.getAppUISchemaLinks': 'of apps in the catalogue'
	});
});
