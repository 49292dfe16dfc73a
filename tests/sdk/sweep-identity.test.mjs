// Identity providers and authenticators: every method of the SDK for them, called at least once.

import { test } from 'node:test';
import { begin, social } from './sweep.mjs';

const { make, client, sweep, checkThatAllAreSwept } = await begin();

test('identity providers and authenticators', async () => {
	const idp = (it) => ({ idpId: it.made.id });
	const it = { ann: await make.user('Federated') };
	it.other = await client.identityProviderApi.createIdentityProvider({ identityProvider: social('Other') });
	const linked = (it) => ({ ...idp(it), userId: it.ann.id });
	await sweep(
		'identityProviderApi',
		[
			['createIdentityProvider', { identityProvider: social('Google') }, 'made'],
			['getIdentityProvider', idp],
			['listIdentityProviders', {}, (found) => found.length > 0],
			['replaceIdentityProvider', (it) => ({ ...idp(it), identityProvider: social('Renamed') })],
			[
				'linkUserToIdentityProvider',
				(it) => ({ ...linked(it), userIdentityProviderLinkRequest: { externalId: '121' } })
			],
			['getIdentityProviderApplicationUser', linked],
			['listIdentityProviderApplicationUsers', idp, (found) => found.length === 1],
			['listUserIdentityProviders', (it) => ({ userId: it.ann.id }), (found) => found.length === 1],
			['listSocialAuthTokens', linked],
			['unlinkUserFromIdentityProvider', linked],
			['generateIdentityProviderSigningKey', (it) => ({ ...idp(it), validityYears: 2 }), 'key'],
			['listIdentityProviderSigningKeys', idp],
			['getIdentityProviderSigningKey', (it) => ({ ...idp(it), keyId: it.key.kid })],
			['cloneIdentityProviderKey', (it) => ({ ...idp(it), keyId: it.key.kid, targetIdpId: it.other.id })],
			[
				'generateCsrForIdentityProvider',
				(it) => ({
					...idp(it),
					metadata: { subject: { commonName: 'IdP' }, subjectAltNames: { dnsNames: ['example.com'] } }
				}),
				'csr'
			],
			['listCsrsForIdentityProvider', idp, (found) => found.length === 1],
			['getCsrForIdentityProvider', (it) => ({ ...idp(it), csrId: it.csr.id })],
			[
				'publishCsrForIdentityProvider',
				(it) => ({ ...idp(it), csrId: it.csr.id, body: 'bm90IGEgY2VydGlmaWNhdGU=' }),
				'400 E0000001'
			],
			['revokeCsrForIdentityProvider', (it) => ({ ...idp(it), csrId: it.csr.id })],
			['createIdentityProviderKey', (it) => ({ jsonWebKey: { x5c: it.key.x5c } }), 'uploaded'],
			['listIdentityProviderKeys', {}, (found) => found.length === 1],
			['getIdentityProviderKey', (it) => ({ keyId: it.uploaded.kid })],
			['replaceIdentityProviderKey', (it) => ({ keyId: it.uploaded.kid, idPKeyCredential: { x5c: it.key.x5c } })],
			['deleteIdentityProviderKey', (it) => ({ keyId: it.uploaded.kid })],
			['deactivateIdentityProvider', idp],
			['activateIdentityProvider', idp],
			['deactivateIdentityProvider', idp],
			['deleteIdentityProvider', idp],
			['getIdentityProvider', idp, '404 E0000007']
		],
		it
	);
	const key = (it) => ({ authenticatorId: it.made.id });
	const aaguid = 'cb69481e-8ff7-4039-93ec-0a2729000000';
	const model = (it) => ({ ...key(it), aaguid });
	await sweep('authenticatorApi', [
		['createAuthenticator', { activate: true, authenticator: { key: 'webauthn', name: 'Security Key' } }, 'made'],
		['getAuthenticator', key],
		['listAuthenticators', {}, (found) => found.length > 4],
		['replaceAuthenticator', (it) => ({ ...key(it), authenticator: { key: 'webauthn', name: 'Keys' } })],
		['listAuthenticatorMethods', key],
		['getAuthenticatorMethod', (it) => ({ ...key(it), methodType: 'webauthn' })],
		[
			'replaceAuthenticatorMethod',
			(it) => ({ ...key(it), methodType: 'webauthn', authenticatorMethodBase: { type: 'webauthn', status: 'ACTIVE' } })
		],
		['activateAuthenticatorMethod', (it) => ({ ...key(it), methodType: 'webauthn' })],
		['deactivateAuthenticatorMethod', (it) => ({ ...key(it), methodType: 'webauthn' }), '400 E0000001'],
		['createCustomAAGUID', (it) => ({ ...key(it), customAAGUIDCreateRequestObject: { aaguid } })],
		['listAllCustomAAGUIDs', key, (found) => found.length === 1],
		['getCustomAAGUID', model],
		['replaceCustomAAGUID', (it) => ({ ...model(it), customAAGUIDUpdateRequestObject: { name: 'Mine' } })],
		[
			'updateCustomAAGUID',
			(it) => ({ ...model(it), customAAGUIDUpdateRequestObject: { name: 'Ours' } }),
			(it) => it.name === 'Ours'
		],
		['deleteCustomAAGUID', model],
		['verifyRpIdDomain', (it) => ({ ...key(it), webAuthnMethodType: 'webauthn' })],
		['deactivateAuthenticator', key],
		['activateAuthenticator', key]
	]);
});

test('no method of these APIs is left out without a reason', () => {
	checkThatAllAreSwept({
		'authenticatorApi.getWellKnownAppAuthenticatorConfiguration': 'of apps that are authenticators themselves',
		'identityProviderApi.listActiveIdentityProviderSigningKey':
			'no content without a key in use, which the SDK cannot read'
	});
});
