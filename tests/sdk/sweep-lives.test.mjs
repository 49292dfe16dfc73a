// What is made, changed, switched and deleted: every method of the SDK for them, called at least once.

import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { begin, life } from './sweep.mjs';

const { client, sweep, checkThatAllAreSwept } = await begin();

test('hooks, zones, origins and other things that come and go', async () => {
	const config = { uri: 'http://127.0.0.1:9/hook' };
	const hook = {
		name: 'Hook',
		events: { type: 'EVENT_TYPE', items: ['user.lifecycle.create'] },
		channel: { type: 'HTTP', version: '1.0.0', config }
	};
	await sweep(
		'eventHookApi',
		life({
			make: ['createEventHook', { eventHook: hook }],
			get: ['getEventHook', (it) => ({ eventHookId: it.made.id })],
			list: ['listEventHooks'],
			change: [
				['replaceEventHook', (it) => ({ eventHookId: it.made.id, eventHook: { ...hook, name: 'Other' } })],
				['verifyEventHook', (it) => ({ eventHookId: it.made.id }), '400 E0000001']
			],
			deactivate: 'deactivateEventHook',
			activate: 'activateEventHook',
			remove: 'deleteEventHook'
		})
	);
	const inline = {
		name: 'Tokens',
		type: 'com.okta.oauth2.tokens.transform',
		version: '1.0.0',
		channel: { type: 'HTTP', version: '1.0.0', config: { ...config, method: 'POST' } }
	};
	await sweep(
		'inlineHookApi',
		life({
			make: ['createInlineHook', { inlineHook: inline }],
			get: ['getInlineHook', (it) => ({ inlineHookId: it.made.id })],
			list: ['listInlineHooks'],
			change: [
				['replaceInlineHook', (it) => ({ inlineHookId: it.made.id, inlineHook: { ...inline, name: 'Other' } })],
				['updateInlineHook', (it) => ({ inlineHookId: it.made.id, inlineHook: inline })],
				['executeInlineHook', (it) => ({ inlineHookId: it.made.id, payloadData: {} }), '400 E0000001']
			],
			deactivate: 'deactivateInlineHook',
			activate: 'activateInlineHook',
			remove: 'deleteInlineHook'
		})
	);
	await sweep('hookKeyApi', [
		['createHookKey', { keyRequest: { name: 'Key' } }, 'key'],
		['listHookKeys', {}, (found) => found.length === 1],
		['getHookKey', (it) => ({ hookKeyId: it.key.id })],
		['getPublicKey', (it) => ({ keyId: it.key.keyId })],
		['replaceHookKey', (it) => ({ hookKeyId: it.key.id, keyRequest: { name: 'Other' } })],
		['deleteHookKey', (it) => ({ hookKeyId: it.key.id })]
	]);
	const zone = { type: 'IP', name: 'Office', gateways: [{ type: 'CIDR', value: '203.0.113.0/24' }], proxies: [] };
	await sweep(
		'networkZoneApi',
		life({
			make: ['createNetworkZone', { zone }],
			get: ['getNetworkZone', (it) => ({ zoneId: it.made.id })],
			list: ['listNetworkZones'],
			change: [['replaceNetworkZone', (it) => ({ zoneId: it.made.id, zone: { ...zone, name: 'Home' } })]],
			deactivate: 'deactivateNetworkZone',
			activate: 'activateNetworkZone',
			remove: 'deleteNetworkZone'
		})
	);
	const trustedOrigin = { name: 'Page', origin: 'https://example.com', scopes: [{ type: 'CORS' }] };
	await sweep(
		'trustedOriginApi',
		life({
			make: ['createTrustedOrigin', { trustedOrigin }],
			get: ['getTrustedOrigin', (it) => ({ trustedOriginId: it.made.id })],
			list: ['listTrustedOrigins'],
			change: [
				[
					'replaceTrustedOrigin',
					(it) => ({ trustedOriginId: it.made.id, trustedOrigin: { ...trustedOrigin, name: 'Site' } })
				]
			],
			deactivate: 'deactivateTrustedOrigin',
			activate: 'activateTrustedOrigin',
			remove: 'deleteTrustedOrigin'
		})
	);
	const rule = { name: 'Far', type: 'VELOCITY', settings: { velocityKph: 805 } };
	await sweep(
		'behaviorApi',
		life({
			make: ['createBehaviorDetectionRule', { rule }],
			get: ['getBehaviorDetectionRule', (it) => ({ behaviorId: it.made.id })],
			list: ['listBehaviorDetectionRules'],
			change: [
				['replaceBehaviorDetectionRule', (it) => ({ behaviorId: it.made.id, rule: { ...rule, name: 'Farther' } })]
			],
			deactivate: 'deactivateBehaviorDetectionRule',
			activate: 'activateBehaviorDetectionRule',
			remove: 'deleteBehaviorDetectionRule'
		})
	);
	const stream = {
		name: 'To AWS',
		type: 'aws_eventbridge',
		settings: { accountId: '123456789012', eventSourceName: 'okta', region: 'us-east-2' }
	};
	await sweep(
		'logStreamApi',
		life({
			make: ['createLogStream', { instance: stream }],
			get: ['getLogStream', (it) => ({ logStreamId: it.made.id })],
			list: ['listLogStreams'],
			change: [['replaceLogStream', (it) => ({ logStreamId: it.made.id, instance: { ...stream, name: 'To us' } })]],
			deactivate: 'deactivateLogStream',
			activate: 'activateLogStream',
			remove: 'deleteLogStream'
		})
	);
	const template = { name: 'Custom', type: 'SMS_VERIFY_CODE', template: 'Your code: ${code}', translations: {} };
	await sweep(
		'templateApi',
		life({
			make: ['createSmsTemplate', { smsTemplate: template }],
			get: ['getSmsTemplate', (it) => ({ templateId: it.made.id })],
			list: ['listSmsTemplates'],
			change: [
				['replaceSmsTemplate', (it) => ({ templateId: it.made.id, smsTemplate: template })],
				[
					'updateSmsTemplate',
					(it) => ({ templateId: it.made.id, smsTemplate: { translations: { de: 'Code: ${code}' } } })
				]
			],
			remove: 'deleteSmsTemplate'
		})
	);
	const assurance = { name: 'Windows', platform: 'WINDOWS', osVersion: { minimum: '10.0.19041.0' } };
	await sweep(
		'deviceAssuranceApi',
		life({
			make: ['createDeviceAssurancePolicy', { deviceAssurance: assurance }],
			get: ['getDeviceAssurancePolicy', (it) => ({ deviceAssuranceId: it.made.id })],
			list: ['listDeviceAssurancePolicies'],
			change: [
				[
					'replaceDeviceAssurancePolicy',
					(it) => ({ deviceAssuranceId: it.made.id, deviceAssurance: { ...assurance, name: 'PC' } })
				]
			],
			remove: 'deleteDeviceAssurancePolicy'
		})
	);
	const provider = { name: 'Push', providerType: 'FCM', configuration: { serviceAccountJson: account() } };
	await sweep(
		'pushProviderApi',
		life({
			make: ['createPushProvider', { pushProvider: provider }],
			get: ['getPushProvider', (it) => ({ pushProviderId: it.made.id })],
			list: ['listPushProviders'],
			change: [
				['replacePushProvider', (it) => ({ pushProviderId: it.made.id, pushProvider: { ...provider, name: 'FCM' } })]
			],
			remove: 'deletePushProvider'
		})
	);
	await sweep(
		'realmApi',
		life({
			make: ['createRealm', { body: { profile: { name: 'Partners', realmType: 'PARTNER' } } }],
			get: ['getRealm', (it) => ({ realmId: it.made.id })],
			list: ['listRealms'],
			change: [
				[
					'replaceRealm',
					(it) => ({ realmId: it.made.id, body: { profile: { name: 'Friends', realmType: 'PARTNER' } } })
				]
			],
			remove: 'deleteRealm'
		})
	);
	const it = { realm: await client.realmApi.createRealm({ body: { profile: { name: 'Assigned' } } }) };
	const assignment = {
		name: 'By role',
		priority: 1,
		conditions: { expression: { value: 'user.profile.title == "X"' } },
		actions: { assignUserToRealm: { realmId: it.realm.id } }
	};
	await sweep(
		'realmAssignmentApi',
		[
			['createRealmAssignment', { body: assignment }, 'made'],
			['executeRealmAssignment', (it) => ({ body: { assignmentId: it.made.id } }), (it) => it.status === 'COMPLETED'],
			['listRealmAssignmentOperations', {}, (found) => found.length === 1],
			...life({
				make: ['createRealmAssignment', { body: { ...assignment, name: 'Other' } }],
				get: ['getRealmAssignment', (it) => ({ assignmentId: it.made.id })],
				list: ['listRealmAssignments'],
				change: [
					['replaceRealmAssignment', (it) => ({ assignmentId: it.made.id, body: { ...assignment, name: 'Another' } })]
				],
				deactivate: 'deactivateRealmAssignment',
				activate: 'activateRealmAssignment',
				remove: 'deleteRealmAssignment'
			})
		],
		it
	);
});

/** What Google gives a service account; its key is no more than a key. */
function account() {
	const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
	return {
		type: 'service_account',
		project_id: 'sweep',
		private_key_id: 'first',
		private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
		client_email: 'push@sweep.example.com',
		client_id: '1',
		auth_uri: 'https://accounts.google.com/o/oauth2/auth',
		token_uri: 'https://oauth2.googleapis.com/token',
		auth_provider_x509_cert_url: 'https://www.googleapis.com/oauth2/v1/certs',
		client_x509_cert_url: 'https://www.googleapis.com/robot/v1/metadata/x509/push',
		file_name: 'push.json'
	};
}

test('no method of these APIs is left out without a reason', () => {
	checkThatAllAreSwept({});
});
