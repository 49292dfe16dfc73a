// The org itself and what it has: every method of the SDK for them, called at least once.

import { test } from 'node:test';
import { all } from './sandbox.mjs';
import { begin } from './sweep.mjs';

const { org, client, sweep, checkThatAllAreSwept } = await begin();

test('the org, its settings and what it allows', async () => {
	const me = await client.userApi.getUser({ userId: 'me' });
	const account = { orgAerialConsent: { accountId: '0200bs0617vvhv2v675mch1cukp' } };
	await sweep('orgSettingApi', [
		['getOrgSettings', {}, (it) => it.subdomain],
		['updateOrgSettings', { OrgSetting: { city: 'Berlin' } }],
		['replaceOrgSettings', { OrgSetting: { companyName: 'Acme' } }],
		['getWellknownOrgMetadata', {}, (it) => it.pipeline === 'idx'],
		['getOrgContactTypes', {}, (found) => found.length === 2],
		['getOrgContactUser', { contactType: 'BILLING' }, (it) => it.userId === me.id],
		['replaceOrgContactUser', { contactType: 'BILLING', orgContactUser: { userId: me.id } }],
		['getOrgPreferences'],
		['updateOrgHideOktaUIFooter'],
		['updateOrgShowOktaUIFooter'],
		['getOktaCommunicationSettings'],
		['optOutUsersFromOktaCommunicationEmails'],
		['optInUsersToOktaCommunicationEmails'],
		['getOrgOktaSupportSettings', {}, (it) => it.support === 'DISABLED'],
		['grantOktaSupport'],
		['extendOktaSupport'],
		['revokeOktaSupport'],
		['listOktaSupportCases'],
		['updateOktaSupportCase', { caseNumber: '1', oktaSupportCase: {} }, '404 E0000007'],
		['getAerialConsent', {}, '404 E0000007'],
		['grantAerialConsent', account, (it) => it.accountId === account.orgAerialConsent.accountId],
		['grantAerialConsent', account, '400 E0000001'],
		['getAerialConsent'],
		['revokeAerialConsent', account],
		['getClientPrivilegesSetting'],
		['assignClientPrivilegesSetting', { clientPrivilegesSetting: { clientPrivilegesSetting: true } }],
		['getThirdPartyAdminSetting'],
		['updateThirdPartyAdminSetting', { thirdPartyAdminSetting: { thirdPartyAdmin: false } }],
		['getAutoAssignAdminAppSetting'],
		['updateAutoAssignAdminAppSetting', { autoAssignAdminAppSetting: { autoAssignAdminAppSetting: true } }],
		['uploadOrgLogo', { file: { data: Buffer.from('GIF89a image'), name: 'logo.gif' } }]
	]);
	await sweep('rateLimitSettingsApi', [
		['getRateLimitSettingsAdminNotifications'],
		['replaceRateLimitSettingsAdminNotifications', { RateLimitAdminNotifications: { notificationsEnabled: false } }],
		['getRateLimitSettingsPerClient'],
		['replaceRateLimitSettingsPerClient', { perClientRateLimitSettings: { defaultMode: 'PREVIEW' } }],
		['getRateLimitSettingsWarningThreshold'],
		['replaceRateLimitSettingsWarningThreshold', { rateLimitWarningThreshold: { warningThreshold: 66 } }]
	]);
	await sweep('threatInsightApi', [
		['getCurrentConfiguration'],
		['updateConfiguration', { threatInsightConfiguration: { action: 'audit', excludeZones: [] } }]
	]);
	await sweep('attackProtectionApi', [
		['getUserLockoutSettings'],
		[
			'replaceUserLockoutSettings',
			{ lockoutSettings: { preventBruteForceLockoutFromUnknownDevices: true } },
			(it) => it.preventBruteForceLockoutFromUnknownDevices
		],
		['getAuthenticatorSettings'],
		['replaceAuthenticatorSettings', { authenticatorSettings: { verifyKnowledgeSecondWhen2faRequired: true } }]
	]);
	await sweep('oktaApplicationSettingsApi', [
		['getFirstPartyAppSettings', { appName: 'admin-console' }, (it) => it.sessionIdleTimeoutMinutes === 15],
		[
			'replaceFirstPartyAppSettings',
			{ appName: 'admin-console', adminConsoleSettings: { sessionIdleTimeoutMinutes: 30 } },
			(it) => it.sessionIdleTimeoutMinutes === 30
		]
	]);
	await sweep('featureApi', [
		['listFeatures', {}, 'features'],
		['getFeature', (it) => ({ featureId: it.features[0].id })],
		['listFeatureDependencies', (it) => ({ featureId: it.features[0].id })],
		['listFeatureDependents', (it) => ({ featureId: it.features[0].id })],
		['updateFeatureLifecycle', (it) => ({ featureId: it.features[0].id, lifecycle: 'ENABLE' })]
	]);
	await sweep('apiTokenApi', [
		['listApiTokens', {}, 'tokens'],
		['getApiToken', (it) => ({ apiTokenId: it.tokens[0].id })],
		[
			'upsertApiToken',
			(it) => ({
				apiTokenId: it.tokens[0].id,
				apiTokenUpdate: { name: 'Swept', clientName: 'Okta API', network: { connection: 'ANYWHERE' } }
			})
		]
	]);
	const limit = (it) => ({ principalRateLimitId: it.made.id });
	const entity = (it) => ({
		principalId: it.tokens[0].id,
		principalType: 'SSWS_TOKEN',
		defaultPercentage: 75,
		defaultConcurrencyPercentage: 60
	});
	await sweep(
		'principalRateLimitApi',
		[
			['createPrincipalRateLimitEntity', (it) => ({ entity: entity(it) }), 'made'],
			['getPrincipalRateLimitEntity', limit],
			['listPrincipalRateLimitEntities', { filter: 'principalType eq "SSWS_TOKEN"' }, (found) => found.length === 1],
			['replacePrincipalRateLimitEntity', (it) => ({ ...limit(it), entity: { ...entity(it), defaultPercentage: 50 } })]
		],
		{ tokens: await all(client.apiTokenApi.listApiTokens()) }
	);
	await sweep('systemLogApi', [
		[
			'listLogEvents',
			{ filter: 'eventType sw "system."', limit: 1000, until: new Date().toISOString() },
			(found) => found.length > 0
		]
	]);
	const pool = { poolId: 'nothing' };
	const update = { ...pool, updateId: 'nothing' };
	const nothing = '404 E0000007';
	await sweep('agentPoolsApi', [
		['listAgentPools', {}, (found) => found.length === 0],
		['listAgentPoolsUpdates', pool, nothing],
		['createAgentPoolsUpdate', { ...pool, AgentPoolUpdate: {} }, nothing],
		['getAgentPoolsUpdateSettings', pool, nothing],
		['updateAgentPoolsUpdateSettings', { ...pool, AgentPoolUpdateSetting: {} }, nothing],
		['getAgentPoolsUpdateInstance', update, nothing],
		['updateAgentPoolsUpdate', { ...update, AgentPoolUpdate: {} }, nothing],
		['deleteAgentPoolsUpdate', update, nothing],
		['activateAgentPoolsUpdate', update, nothing],
		['deactivateAgentPoolsUpdate', update, nothing],
		['pauseAgentPoolsUpdate', update, nothing],
		['resumeAgentPoolsUpdate', update, nothing],
		['retryAgentPoolsUpdate', update, nothing],
		['stopAgentPoolsUpdate', update, nothing]
	]);
	const device = { deviceId: 'nothing' };
	await sweep('deviceApi', [
		['listDevices', {}, (found) => found.length === 0],
		['getDevice', device, nothing],
		['listDeviceUsers', device, nothing],
		['activateDevice', device, nothing],
		['deactivateDevice', device, nothing],
		['suspendDevice', device, nothing],
		['unsuspendDevice', device, nothing],
		['deleteDevice', device, nothing]
	]);
	const session = { sessionId: 'nothing' };
	await sweep('sessionApi', [
		['getSession', session, nothing],
		['refreshSession', session, nothing],
		['revokeSession', session, nothing]
	]);
	await sweep('apiTokenApi', [['revokeApiToken', { apiTokenId: 'nothing' }, nothing], ['revokeCurrentApiToken']]);
});

test('no method of these APIs is left out without a reason', () => {
	checkThatAllAreSwept({
		'sessionApi.closeCurrentSession': 'of a browser with a cookie',
		'sessionApi.createSession': 'of a browser with a session token',
		'sessionApi.getCurrentSession': 'of a browser with a cookie',
		'sessionApi.refreshCurrentSession': 'of a browser with a cookie'
	});
});
