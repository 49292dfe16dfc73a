// Policies and their rules: every method of the SDK for them, called at least once.

import { test } from 'node:test';
import { begin } from './sweep.mjs';

const { make, sweep, checkThatAllAreSwept } = await begin();

test('policies and their rules', async () => {
	const policy = (it) => ({ policyId: it.made.id });
	const rule = (it) => ({ ...policy(it), ruleId: it.rule.id });
	const body = {
		type: 'OKTA_SIGN_ON',
		name: 'Swept',
		description: 'x',
		conditions: { people: { groups: { include: [] } } }
	};
	const signOn = {
		type: 'SIGN_ON',
		name: 'Swept',
		conditions: { network: { connection: 'ANYWHERE' } },
		actions: { signon: { access: 'ALLOW', requireFactor: false, session: { usePersistentCookie: false } } }
	};
	const it = { cooks: await make.group('Governed'), web: await make.webApp('Governed') };
	body.conditions.people.groups.include = [it.cooks.id];
	await sweep(
		'policyApi',
		[
			['createPolicy', { policy: body }, 'made'],
			['getPolicy', policy],
			['listPolicies', { type: 'OKTA_SIGN_ON' }, (found) => found.length === 2],
			['replacePolicy', (it) => ({ ...policy(it), policy: { ...body, name: 'Brushed' } })],
			['createPolicyRule', (it) => ({ ...policy(it), policyRule: signOn }), 'rule'],
			['getPolicyRule', rule],
			['listPolicyRules', policy, (found) => found.length === 1],
			['replacePolicyRule', (it) => ({ ...rule(it), policyRule: { ...signOn, name: 'Brushed' } })],
			['deactivatePolicyRule', rule],
			['activatePolicyRule', rule],
			['deletePolicyRule', rule],
			['deactivatePolicy', policy],
			['activatePolicy', policy],
			['deletePolicy', policy],
			['getPolicy', policy, '404 E0000007'],
			['createPolicy', { policy: { type: 'ACCESS_POLICY', name: 'Apps', description: '' } }, 'made'],
			[
				'mapResourceToPolicy',
				(it) => ({ ...policy(it), policyMappingRequest: { resourceId: it.web.id, resourceType: 'APP' } }),
				'mapping'
			],
			['listPolicyMappings', policy, (found) => found.length === 1],
			['getPolicyMapping', (it) => ({ ...policy(it), mappingId: it.mapping.id })],
			['listPolicyApps', policy, (found) => found.length === 1],
			['clonePolicy', policy, (answer, it) => answer.id !== it.made.id],
			[
				'createPolicySimulation',
				(it) => ({ simulatePolicy: [{ appInstance: it.web.id, policyTypes: ['ACCESS_POLICY'] }] })
			],
			['deletePolicyResourceMapping', (it) => ({ ...policy(it), mappingId: it.mapping.id })]
		],
		it
	);
});

test('no method of these APIs is left out without a reason', () => {
	checkThatAllAreSwept({});
});
