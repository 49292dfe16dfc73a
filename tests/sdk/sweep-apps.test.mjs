// Apps: who has them, how they sign, what they may: every method of the SDK for them, called at least once.

import { test } from 'node:test';
import { all } from './sandbox.mjs';
import { begin, rsa } from './sweep.mjs';

const { org, make, client, sweep, checkThatAllAreSwept } = await begin();

test('apps, who has them and how they sign', async () => {
	const it = {
		ann: await make.user('Assignee'),
		cooks: await make.group('Assigned'),
		other: await make.app('Other'),
		org
	};
	const one = (it) => ({ appId: it.made.id });
	const two = (it) => ({ appId: it.made.id, userId: it.ann.id });
	const three = (it) => ({ appId: it.made.id, groupId: it.cooks.id });
	const [policy] = await all(client.policyApi.listPolicies({ type: 'ACCESS_POLICY' }));
	const request = { subject: { countryName: 'US', commonName: 'App' }, subjectAltNames: { dnsNames: ['example.com'] } };
	const csr = (it) => ({ ...one(it), csrId: it.csr.id });
	it.saml = await make.app('Signed', {
		name: undefined,
		signOnMode: 'SAML_2_0',
		settings: { signOn: { ssoAcsUrl: 'https://example.com/acs', audience: 'urn:example' } }
	});
	it.saml2 = await make.app('Signed too', {
		name: undefined,
		signOnMode: 'SAML_2_0',
		settings: { signOn: { ssoAcsUrl: 'https://example.com/acs', audience: 'urn:example' } }
	});
	const scope = { issuer: org.url, scopeId: 'okta.users.read' };
	await sweep(
		'applicationApi',
		[
			['createApplication', { application: { ...oidc, label: 'Swept' } }, 'made'],
			['getApplication', one],
			['listApplications', { q: 'Swept' }, (found) => found.length === 1],
			['replaceApplication', (it) => ({ ...one(it), application: { ...oidc, label: 'Brushed' } })],
			[
				'uploadApplicationLogo',
				(it) => ({ ...one(it), file: { data: Buffer.from('GIF89a image'), name: 'logo.gif' } })
			],
			['getApplication', one, (it) => /fs\/bcg/.test(it._links.logo[0].href)],
			[
				'assignUserToApplication',
				(it) => ({ ...one(it), appUser: { id: it.ann.id, scope: 'USER', credentials: { userName: 'ann' } } })
			],
			['getApplicationUser', two],
			['updateApplicationUser', (it) => ({ ...two(it), appUser: { credentials: { userName: 'anna' } } })],
			['listApplicationUsers', one, (found) => found[0].credentials.userName === 'anna'],
			['unassignUserFromApplication', two],
			['assignGroupToApplication', (it) => ({ ...three(it), applicationGroupAssignment: { priority: 0 } })],
			['getApplicationGroupAssignment', three],
			[
				'updateGroupAssignmentToApplication',
				(it) => ({ ...three(it), jsonPatchOperation: [{ op: 'replace', path: '/priority', value: 3 }] })
			],
			['listApplicationGroupAssignments', one, (found) => found[0].priority === 3],
			['unassignApplicationFromGroup', three],
			['assignApplicationPolicy', (it) => ({ ...one(it), policyId: policy.id })],
			['grantConsentToScope', (it) => ({ ...one(it), oAuth2ScopeConsentGrant: scope }), 'grant'],
			['listScopeConsentGrants', one, (found) => found.length === 1],
			['getScopeConsentGrant', (it) => ({ ...one(it), grantId: it.grant.id })],
			['revokeScopeConsentGrant', (it) => ({ ...one(it), grantId: it.grant.id })],
			['listOAuth2TokensForApplication', one],
			['getOAuth2TokenForApplication', (it) => ({ ...one(it), tokenId: 'nothing' }), '404 E0000007'],
			['revokeOAuth2TokenForApplication', (it) => ({ ...one(it), tokenId: 'nothing' }), '404 E0000007'],
			['revokeOAuth2TokensForApplication', one],
			['listFederatedClaims', one, '401 E0000015'],
			[
				'createFederatedClaim',
				(it) => ({ ...one(it), federatedClaimRequestBody: { name: 'x', expression: 'y' } }),
				'401 E0000015'
			],
			['getFederatedClaim', (it) => ({ ...one(it), claimId: 'x' }), '401 E0000015'],
			['replaceFederatedClaim', (it) => ({ ...one(it), claimId: 'x', federatedClaim: { name: 'x' } }), '401 E0000015'],
			['deleteFederatedClaim', (it) => ({ ...one(it), claimId: 'x' }), '401 E0000015'],
			['generateApplicationKey', (it) => ({ appId: it.saml.id, validityYears: 2 }), 'key'],
			['listApplicationKeys', (it) => ({ appId: it.saml.id }), (found) => found.length === 2],
			['getApplicationKey', (it) => ({ appId: it.saml.id, keyId: it.key.kid })],
			['cloneApplicationKey', (it) => ({ appId: it.saml.id, keyId: it.key.kid, targetAid: it.saml2.id })],
			['generateCsrForApplication', (it) => ({ ...one(it), metadata: request }), 'csr'],
			['listCsrsForApplication', one, (found) => found.length === 1],
			['getCsrForApplication', csr],
			['publishCsrFromApplication', (it) => ({ ...csr(it), body: 'bm90IGEgY2VydGlmaWNhdGU=' }), '400 E0000001'],
			['revokeCsrFromApplication', csr]
		],
		it
	);
	await sweep(
		'applicationSSOPublicKeysApi',
		[
			['createOAuth2ClientSecret', (it) => ({ ...one(it), oAuth2ClientSecretRequestBody: {} }), 'secret'],
			['listOAuth2ClientSecrets', one, (found) => found.length === 2],
			['getOAuth2ClientSecret', secret],
			['deactivateOAuth2ClientSecret', secret],
			['activateOAuth2ClientSecret', secret],
			['deactivateOAuth2ClientSecret', secret],
			['deleteOAuth2ClientSecret', secret],
			[
				'addJwk',
				(it) => ({ ...one(it), addJwkRequest: { ...rsa(), kid: 'first', use: 'sig', status: 'ACTIVE' } }),
				'jwk'
			],
			['getJwk', jwk],
			['deactivateOAuth2ClientJsonWebKey', jwk],
			['activateOAuth2ClientJsonWebKey', jwk],
			['deactivateOAuth2ClientJsonWebKey', jwk],
			['deletejwk', jwk]
		],
		it
	);
	await sweep(
		'applicationCrossAppAccessConnectionsApi',
		[
			[
				'createCrossAppAccessConnection',
				(it) => ({
					...one(it),
					orgCrossAppAccessConnection: {
						resourceAppInstanceId: it.other.id,
						requestingAppInstanceId: it.made.id,
						status: 'ACTIVE'
					}
				}),
				'cross'
			],
			['getAllCrossAppAccessConnections', one],
			['getCrossAppAccessConnection', cross],
			[
				'updateCrossAppAccessConnection',
				(it) => ({ ...cross(it), orgCrossAppAccessConnectionPatchRequest: { status: 'INACTIVE' } })
			],
			['deleteCrossAppAccessConnection', cross]
		],
		it
	);
	await sweep(
		'applicationInterclientTrustMappingsApi',
		[
			[
				'createInterclientTrustMapping',
				(it) => ({ ...one(it), interclientTrustMappingRequestBody: { id: it.other.id } }),
				(made, it) => made.trustedAppInstanceId === it.other.id
			],
			['listInterclientAllowedApplications', one, (found) => found.length === 1],
			['listInterclientTargetApplications', (it) => ({ appId: it.other.id }), (found) => found.length === 1],
			['deleteInterclientTrustMapping', (it) => ({ ...one(it), allowedAppId: it.other.id })]
		],
		it
	);
	await sweep(
		'groupPushMappingApi',
		[
			[
				'createGroupPushMapping',
				(it) => ({ ...one(it), body: { sourceGroupId: it.cooks.id, targetGroupName: 'Pushed' } }),
				'push'
			],
			['listGroupPushMappings', one, (found) => found.length === 1],
			['getGroupPushMapping', push, (found) => found.status === 'ACTIVE'],
			['deleteGroupPushMapping', (it) => ({ ...push(it), deleteTargetGroup: true }), '400 E0000001'],
			['updateGroupPushMapping', (it) => ({ ...push(it), body: { status: 'INACTIVE' } })],
			['deleteGroupPushMapping', (it) => ({ ...push(it), deleteTargetGroup: true })]
		],
		it
	);
	const provisioned = await make.app('Provisioned', {
		name: 'okta_org2org',
		signOnMode: 'SAML_2_0',
		settings: { app: { baseUrl: 'https://example.okta.com' } }
	});
	await sweep(
		'applicationApi',
		[
			[
				'updateDefaultProvisioningConnectionForApplication',
				(it) => ({
					appId: it.to.id,
					activate: true,
					ProvisioningConnectionRequest: { profile: { authScheme: 'TOKEN', token: 'for the other org' } }
				})
			],
			[
				'getDefaultProvisioningConnectionForApplication',
				(it) => ({ appId: it.to.id }),
				(found) => found.status === 'ENABLED'
			],
			['listFeaturesForApplication', (it) => ({ appId: it.to.id }), (found) => found.length > 0],
			['getFeatureForApplication', (it) => ({ appId: it.to.id, name: 'USER_PROVISIONING' })],
			[
				'updateFeatureForApplication',
				(it) => ({
					appId: it.to.id,
					name: 'USER_PROVISIONING',
					CapabilitiesObject: { create: { lifecycleCreate: { status: 'ENABLED' } } }
				})
			],
			['deactivateDefaultProvisioningConnectionForApplication', (it) => ({ appId: it.to.id })],
			['activateDefaultProvisioningConnectionForApplication', (it) => ({ appId: it.to.id })],
			['deactivateApplication', one],
			['activateApplication', one],
			['deactivateApplication', one],
			['deleteApplication', one]
		],
		{ ...it, to: provisioned }
	);
});

const oidc = {
	name: 'oidc_client',
	signOnMode: 'OPENID_CONNECT',
	settings: { oauthClient: { application_type: 'web', redirect_uris: ['https://example.com/cb'] } }
};
const secret = (it) => ({ appId: it.made.id, secretId: it.secret.id });
const jwk = (it) => ({ appId: it.made.id, keyId: it.jwk.id });
const cross = (it) => ({ appId: it.made.id, connectionId: it.cross.id });
const push = (it) => ({ appId: it.made.id, mappingId: it.push.id });

test('no method of these APIs is left out without a reason', () => {
	checkThatAllAreSwept({
		'applicationApi.configureCapabilityApplication': 'Express Configuration, of apps in the catalogue',
		'applicationApi.getOAuth2AccessTokenForExpressConfiguration': 'Express Configuration',
		'applicationApi.getUserProvisioningConnectionJWKS': 'provisioning by OAuth 2.0, of apps in the catalogue',
		'applicationApi.previewSAMLmetadataForApplication': 'the SDK asks for JSON, and the metadata are XML',
		'applicationApi.verifyProvisioningConnectionForApplication': 'provisioning by OAuth 2.0',
		'applicationApi.verifyProvisioningConnectionForGoogleApplication': 'provisioning by OAuth 2.0',
		'applicationApi.verifyProvisioningConnectionForOfficeApplication': 'provisioning by OAuth 2.0',
		'applicationSSOPublicKeysApi.listJwk': 'the SDK reads an object where the description has a list'
	});
});
