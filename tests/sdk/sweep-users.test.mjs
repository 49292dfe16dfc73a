// Users, and all that hangs below one: every method of the SDK for them, called at least once.

import { test } from 'node:test';
import { all, person } from './sandbox.mjs';
import { begin } from './sweep.mjs';

const { make, client, sweep, checkThatAllAreSwept } = await begin();

test('users and all that hangs below one', async () => {
	const it = { manager: await make.user('Manager'), web: await make.webApp('For grants') };
	const own = (it) => ({ userId: it.user.id });
	await sweep(
		'userApi',
		[
			[
				'createUser',
				{ body: { profile: person('Ann'), credentials: { password: { value: 'Tr0ubador-x9' } } } },
				'user'
			],
			['getUser', own, (answer) => answer.status === 'ACTIVE'],
			['listUsers', { search: 'profile.firstName eq "Ann"' }, (found) => found.length === 1],
			[
				'updateUser',
				(it) => ({ ...own(it), user: { profile: { title: 'Chef' } } }),
				(it) => it.profile.title === 'Chef'
			],
			['replaceUser', (it) => ({ ...own(it), user: { profile: person('Ann') } }), (it) => !it.profile.title],
			['listUserGroups', own, (found) => found[0].type === 'BUILT_IN'],
			['listAppLinks', own, (found) => found.length === 0],
			['listUserBlocks', own, '401 E0000015'],
			['listUserDevices', own],
			['listUserIdentityProviders', own],
			['getUserClassification', own, (it) => it.type === 'STANDARD'],
			['replaceUserClassification', (it) => ({ ...own(it), replaceUserClassification: { type: 'LITE' } })],
			['getUserRisk', own],
			['upsertUserRisk', (it) => ({ ...own(it), userRiskRequest: { riskLevel: 'HIGH' } })],
			['suspendUser', own],
			['suspendUser', own, '400 E0000001'],
			['unsuspendUser', own],
			['unlockUser', own, '403 E0000032'],
			['expirePassword', own, (it) => it.status === 'PASSWORD_EXPIRED'],
			['changePassword', (it) => ({ ...own(it), changePasswordRequest: passwords('Tr0ubador-x9', 'An0ther-word') })],
			['expirePasswordAndGetTemporaryPassword', own],
			[
				'generateResetPasswordToken',
				(it) => ({ ...own(it), sendEmail: false }),
				(it) => /reset/.test(it.resetPasswordUrl)
			],
			['updateUser', (it) => ({ ...own(it), user: { credentials: { password: { value: 'An0ther-word' } } } })],
			['changeRecoveryQuestion', (it) => ({ ...own(it), userCredentials: asked('An0ther-word') })],
			[
				'forgotPassword',
				(it) => ({ ...own(it), sendEmail: false }),
				(it) => /reset-password/.test(it.resetPasswordUrl)
			],
			['forgotPasswordSetNewPassword', (it) => ({ ...own(it), userCredentials: asked('Th1rd-words') })],
			['resetFactors', own],
			['revokeUserSessions', own],
			['endUserSessions', { keepCurrent: { keepCurrent: true } }],
			['listUserClients', own],
			['listUserGrants', own],
			['revokeUserGrants', own],
			['getUserGrant', (it) => ({ ...own(it), grantId: 'nothing' }), '404 E0000007'],
			['revokeUserGrant', (it) => ({ ...own(it), grantId: 'nothing' }), '404 E0000007'],
			['listGrantsForUserAndClient', (it) => ({ ...own(it), clientId: it.web.id })],
			['revokeGrantsForUserAndClient', (it) => ({ ...own(it), clientId: it.web.id })],
			['listRefreshTokensForUserAndClient', (it) => ({ ...own(it), clientId: it.web.id })],
			['revokeTokensForUserAndClient', (it) => ({ ...own(it), clientId: it.web.id })],
			['getRefreshTokenForUserAndClient', (it) => ({ ...own(it), clientId: it.web.id, tokenId: 'x' }), '404 E0000007'],
			['revokeTokenForUserAndClient', (it) => ({ ...own(it), clientId: it.web.id, tokenId: 'x' }), '404 E0000007']
		],
		it
	);
	const relation = {
		primary: { name: 'boss', title: 'Boss', type: 'USER' },
		associated: { name: 'staff', title: 'Staff', type: 'USER' }
	};
	await sweep('linkedObjectApi', [
		['createLinkedObjectDefinition', { linkedObject: relation }],
		['listLinkedObjectDefinitions', {}, (found) => found.length === 1],
		['getLinkedObjectDefinition', { linkedObjectName: 'boss' }, (found) => found.associated.name === 'staff']
	]);
	await sweep(
		'userApi',
		[
			[
				'setLinkedObjectForUser',
				(it) => ({ associatedUserId: it.user.id, primaryRelationshipName: 'boss', primaryUserId: it.manager.id })
			],
			['listLinkedObjectsForUser', (it) => ({ ...own(it), relationshipName: 'boss' }), (found) => found.length === 1],
			['deleteLinkedObjectForUser', (it) => ({ ...own(it), relationshipName: 'boss' })]
		],
		it
	);
	await sweep('linkedObjectApi', [['deleteLinkedObjectDefinition', { linkedObjectName: 'boss' }]]);
	await sweep(
		'userFactorApi',
		[
			['listSupportedFactors', own, (found) => found.length > 3],
			['listSupportedSecurityQuestions', own, (found) => found.length > 10],
			[
				'enrollFactor',
				(it) => ({
					...own(it),
					body: { factorType: 'sms', provider: 'OKTA', profile: { phoneNumber: '+15554151337' } }
				}),
				'factor'
			],
			['getFactor', factor, (it) => it.status === 'PENDING_ACTIVATION'],
			[
				'resendEnrollFactor',
				(it) => ({ ...factor(it), resendUserFactor: { factorType: 'sms', profile: { phoneNumber: '+15554151337' } } })
			],
			['activateFactor', (it) => ({ ...factor(it), body: { passCode: '123456' } }), (it) => it.status === 'ACTIVE'],
			['listFactors', own, (found) => found.length === 1],
			[
				'verifyFactor',
				(it) => ({ ...factor(it), body: { passCode: '123456' } }),
				(it) => it.factorResult === 'SUCCESS'
			],
			['unenrollFactor', factor],
			[
				'enrollFactor',
				(it) => ({ ...own(it), activate: true, body: { factorType: 'push', provider: 'OKTA' } }),
				'push'
			],
			[
				'getFactorTransactionStatus',
				(it) => ({ ...own(it), factorId: it.push.id, transactionId: 'nothing' }),
				'404 E0000007'
			],
			['uploadYubikeyOtpTokenSeed', { uploadYubikeyOtpTokenSeedRequest: seed }, 'yubikey'],
			['listYubikeyOtpTokens', {}, (found) => found[0].profile.serial === '000007886622'],
			['getYubikeyOtpTokenById', (it) => ({ tokenId: it.yubikey.id }), (found) => found.status === 'UNASSIGNED']
		],
		it
	);
	const authenticators = await all(client.authenticatorApi.listAuthenticators());
	it.phone = authenticators.find((known) => known.key === 'phone_number');
	await sweep(
		'userAuthenticatorEnrollmentsApi',
		[
			// The SDK reads one enrollment where Okta answers a list of them.
			['listAuthenticatorEnrollments', own],
			[
				'createAuthenticatorEnrollment',
				(it) => ({
					...own(it),
					authenticator: { authenticatorId: it.phone.id, profile: { phoneNumber: '+15554151338' } }
				}),
				'enrollment'
			],
			['getAuthenticatorEnrollment', enrollment, (found) => found.status === 'ACTIVE'],
			['deleteAuthenticatorEnrollment', enrollment],
			['getAuthenticatorEnrollment', enrollment, '404 E0000007']
		],
		it
	);
	await sweep(
		'userApi',
		[
			['deactivateUser', own],
			['activateUser', (it) => ({ ...own(it), sendEmail: false }), (it) => it.activationToken],
			['reactivateUser', (it) => ({ ...own(it), sendEmail: false }), '403 E0000038'],
			['deleteUser', own],
			['deleteUser', own],
			['getUser', own, '404 E0000007']
		],
		it
	);
});

const passwords = (old, fresh) => ({ oldPassword: { value: old }, newPassword: { value: fresh } });
const asked = (password) => ({
	password: { value: password },
	recovery_question: { question: 'Where?', answer: 'Paris' }
});
const enrollment = (it) => ({ userId: it.user.id, enrollmentId: it.enrollment.id });
const factor = (it) => ({ userId: it.user.id, factorId: it.factor.id });
const seed = {
	serialNumber: '7886622',
	publicId: 'ccccccijgibu',
	privateId: 'b74be6169486',
	aesKey: '1fcc6d8ce39bf1604e0b17f3e0a11067'
};

test('no method of these APIs is left out without a reason', () => {
	checkThatAllAreSwept({
		'userApi.getIdentityProviderApplicationUser': 'swept as a method of identityProviderApi',
		'userApi.linkUserToIdentityProvider': 'swept as a method of identityProviderApi',
		'userApi.listIdentityProviderApplicationUsers': 'swept as a method of identityProviderApi',
		'userApi.listSocialAuthTokens': 'swept as a method of identityProviderApi',
		'userApi.unlinkUserFromIdentityProvider': 'swept as a method of identityProviderApi',
		'userAuthenticatorEnrollmentsApi.createTacAuthenticatorEnrollment': 'temporary access codes'
	});
});
