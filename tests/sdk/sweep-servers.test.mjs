// Authorization servers: every method of the SDK for them, called at least once.

import { test } from 'node:test';
import { begin, rsa } from './sweep.mjs';

const { make, client, sweep, checkThatAllAreSwept } = await begin();

test('authorization servers', async () => {
	const server = (it) => ({ authServerId: it.made.id });
	const scope = (it) => ({ ...server(it), scopeId: it.scope.id });
	const claim = (it) => ({ ...server(it), claimId: it.claim.id });
	const policy = (it) => ({ ...server(it), policyId: it.policy.id });
	const rule = (it) => ({ ...policy(it), ruleId: it.rule.id });
	const token = (it) => ({ ...server(it), clientId: it.web.id });
	const body = { name: 'Swept', description: 'x', audiences: ['api://swept'] };
	const claims = {
		name: 'title',
		status: 'ACTIVE',
		claimType: 'RESOURCE',
		valueType: 'EXPRESSION',
		value: 'user.title'
	};
	const people = {
		type: 'OAUTH_AUTHORIZATION_POLICY',
		name: 'P',
		description: 'x',
		priority: 1,
		conditions: { clients: { include: ['ALL_CLIENTS'] } }
	};
	const first = {
		type: 'RESOURCE_ACCESS',
		name: 'R',
		priority: 1,
		conditions: {
			people: { groups: { include: ['EVERYONE'] } },
			grantTypes: { include: ['client_credentials'] },
			scopes: { include: ['*'] }
		},
		actions: {
			token: { accessTokenLifetimeMinutes: 60, refreshTokenLifetimeMinutes: 0, refreshTokenWindowMinutes: 10080 }
		}
	};
	const it = { web: await make.webApp('Client of it') };
	it.second = await client.authorizationServerApi.createAuthorizationServer({
		authorizationServer: { ...body, name: 'Second' }
	});
	await sweep(
		'authorizationServerApi',
		[
			['createAuthorizationServer', { authorizationServer: body }, 'made'],
			['getAuthorizationServer', server],
			['listAuthorizationServers', {}, (found) => found.length === 3],
			['replaceAuthorizationServer', (it) => ({ ...server(it), authorizationServer: { ...body, name: 'Brushed' } })],
			['listAuthorizationServerKeys', server, 'keys'],
			['getAuthorizationServerKey', (it) => ({ ...server(it), keyId: it.keys[0].kid })],
			['rotateAuthorizationServerKeys', (it) => ({ ...server(it), use: { use: 'sig' } })],
			['createOAuth2Scope', (it) => ({ ...server(it), oAuth2Scope: { name: 'swept' } }), 'scope'],
			['getOAuth2Scope', scope],
			['listOAuth2Scopes', server, (found) => found.some((scope) => scope.name === 'swept')],
			['replaceOAuth2Scope', (it) => ({ ...scope(it), oAuth2Scope: { name: 'brushed' } })],
			['deleteOAuth2Scope', scope],
			['createOAuth2Claim', (it) => ({ ...server(it), oAuth2Claim: claims }), 'claim'],
			['getOAuth2Claim', claim],
			['listOAuth2Claims', server],
			['replaceOAuth2Claim', (it) => ({ ...claim(it), oAuth2Claim: { ...claims, value: 'user.nickName' } })],
			['deleteOAuth2Claim', claim],
			['createAuthorizationServerPolicy', (it) => ({ ...server(it), policy: people }), 'policy'],
			['getAuthorizationServerPolicy', policy],
			['listAuthorizationServerPolicies', server, (found) => found.length === 1],
			['replaceAuthorizationServerPolicy', (it) => ({ ...policy(it), policy: { ...people, name: 'Q' } })],
			['createAuthorizationServerPolicyRule', (it) => ({ ...policy(it), policyRule: first }), 'rule'],
			['getAuthorizationServerPolicyRule', rule],
			['listAuthorizationServerPolicyRules', policy, (found) => found.length === 1],
			['replaceAuthorizationServerPolicyRule', (it) => ({ ...rule(it), policyRule: { ...first, name: 'S' } })],
			['deactivateAuthorizationServerPolicyRule', rule],
			['activateAuthorizationServerPolicyRule', rule],
			['deleteAuthorizationServerPolicyRule', rule],
			['deactivateAuthorizationServerPolicy', policy],
			['activateAuthorizationServerPolicy', policy],
			['deleteAuthorizationServerPolicy', policy],
			['createAssociatedServers', (it) => ({ ...server(it), associatedServerMediated: { trusted: [it.second.id] } })],
			['listAssociatedServersByTrustedType', (it) => ({ ...server(it), trusted: true }), (found) => found.length === 1],
			['deleteAssociatedServer', (it) => ({ ...server(it), associatedServerId: it.second.id })],
			['listOAuth2ClientsForAuthorizationServer', server],
			['listRefreshTokensForAuthorizationServerAndClient', token],
			['getRefreshTokenForAuthorizationServerAndClient', (it) => ({ ...token(it), tokenId: 'x' }), '404 E0000007'],
			['revokeRefreshTokenForAuthorizationServerAndClient', (it) => ({ ...token(it), tokenId: 'x' }), '404 E0000007'],
			['revokeRefreshTokensForAuthorizationServerAndClient', token]
		],
		it
	);
	const key = (it) => ({ ...server(it), keyId: it.key.id });
	const { n, e } = rsa();
	await sweep(
		'oauth2ResourceServerCredentialsKeysApi',
		[
			[
				'addOAuth2ResourceServerJsonWebKey',
				(it) => ({
					...server(it),
					oAuth2ResourceServerJsonWebKeyRequestBody: { kid: 'first', kty: 'RSA', use: 'enc', e, n, status: 'ACTIVE' }
				}),
				'key'
			],
			['listOAuth2ResourceServerJsonWebKeys', server, (found) => found.length === 1],
			['getOAuth2ResourceServerJsonWebKey', key, (found) => found.status === 'ACTIVE'],
			['deleteOAuth2ResourceServerJsonWebKey', key, '400 E0000001'],
			['deactivateOAuth2ResourceServerJsonWebKey', key],
			['activateOAuth2ResourceServerJsonWebKey', key],
			['deactivateOAuth2ResourceServerJsonWebKey', key],
			['deleteOAuth2ResourceServerJsonWebKey', key]
		],
		it
	);
	await sweep(
		'authorizationServerApi',
		[
			['deactivateAuthorizationServer', server],
			['activateAuthorizationServer', server],
			['deactivateAuthorizationServer', server],
			['deleteAuthorizationServer', server],
			['getAuthorizationServer', server, '404 E0000007']
		],
		it
	);
});

test('no method of these APIs is left out without a reason', () => {
	checkThatAllAreSwept({});
});
