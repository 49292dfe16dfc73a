// Calls of the SDK as rows of a table: a method, what it is given, and what comes of it.
//
// A row is `[method, arguments, outcome]`. The arguments are an object, or a function of what earlier rows kept. The
// outcome is a name to keep the answer under, a refusal such as `404 E0000007`, or a function that checks the answer.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after } from 'node:test';
import { all, person, startOrg, tokenClient } from './sandbox.mjs';

/** An empty org, what sweeps it, and what makes the things that rows are about. */
export async function begin() {
	const org = await startOrg('--seed', 'empty');
	after(() => org.stop());
	const client = tokenClient(org);
	const called = new Set();
	return {
		org,
		client,
		make: maker(client),
		sweep: (api, rows, it = {}) => run(client, api, rows, it, called),
		checkThatAllAreSwept: (leftOut) => check(client, called, leftOut)
	};
}

function maker(client) {
	const app = (label, more = {}) =>
		client.applicationApi.createApplication({
			application: {
				name: 'bookmark',
				label,
				signOnMode: 'BOOKMARK',
				settings: { app: { url: 'https://example.com' } },
				...more
			}
		});
	const oauthClient = { application_type: 'web', redirect_uris: ['https://example.com/cb'] };
	return {
		app,
		webApp: (label) => app(label, { name: 'oidc_client', signOnMode: 'OPENID_CONNECT', settings: { oauthClient } }),
		user: (name) =>
			client.userApi.createUser({
				body: { profile: person(name), credentials: { password: { value: 'Tr0ubador-x9' } } }
			}),
		group: (name) => client.groupApi.createGroup({ group: { profile: { name } } })
	};
}

/** A public key. */
export const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });

/** A social identity provider. */
export const social = (name) => ({
	type: 'GOOGLE',
	name,
	protocol: {
		type: 'OIDC',
		scopes: ['openid', 'email'],
		credentials: { client: { client_id: 'client', client_secret: 'secret' } }
	},
	policy: {
		accountLink: { action: 'AUTO' },
		provisioning: { action: 'AUTO', groups: { action: 'NONE' }, profileMaster: true },
		subject: { matchType: 'USERNAME', userNameTemplate: { template: 'idpuser.email' } },
		maxClockSkew: 0
	}
});

/** Fails for methods of the swept classes that no row called, but for those left out with a reason. */
function check(client, called, leftOut) {
	const apis = [...new Set([...called].map((name) => name.split('.')[0]))];
	const methods = apis.flatMap((api) => {
		const names = Object.getOwnPropertyNames(Object.getPrototypeOf(client[api]));
		return names.filter((name) => name !== 'constructor').map((name) => `${api}.${name}`);
	});
	assert.deepEqual(
		methods.filter((name) => !called.has(name) && !leftOut[name]),
		[]
	);
	assert.deepEqual(
		Object.keys(leftOut).filter((name) => called.has(name) || !methods.includes(name)),
		[]
	);
}

/** Runs rows for one API of a client; `it` holds what was kept. Notes every method in `called`, and tells all that failed. */
async function run(client, api, rows, it, called) {
	const failed = [];
	for (const [method, given = {}, outcome] of rows) {
		called.add(`${api}.${method}`);
		const fault = await faultOf(client[api], method, given, outcome, it);
		if (fault) failed.push(`${api}.${method}: ${fault}`);
	}
	assert.deepEqual(failed, []);
}

async function faultOf(api, method, given, outcome, it) {
	const refused = typeof outcome === 'string' && /^\d{3} /.test(outcome);
	let answer;
	try {
		answer = await api[method](typeof given === 'function' ? given(it) : given);
		if (typeof answer?.each === 'function') answer = await all(answer);
		if (refused) return `was answered instead of ${outcome}`;
		if (typeof outcome === 'string') it[outcome] = answer;
		if (typeof outcome !== 'function' || outcome(answer, it)) return null;
		return `answered ${JSON.stringify(answer)?.slice(0, 300)}`;
	} catch (error) {
		const refusal = `${error.status} ${error.errorCode}`;
		if (refused && refusal === outcome) return null;
		return error.status
			? `${refusal} ${JSON.stringify(error.errorCauses)}`
			: error.stack.split('\n').slice(0, 3).join(' ');
	}
}

/** The rows of a resource with the usual life: made, shown, listed, changed, taken out of use and into it, deleted. */
export function life({ make, get, list, change = [], deactivate, activate, remove }) {
	const rows = [
		[make[0], make[1], 'made'],
		[get[0], get[1], (answer, it) => answer.id === it.made.id],
		[list[0], list[1] ?? {}, (answer, it) => answer.some((item) => item.id === it.made.id)]
	];
	rows.push(...change);
	if (deactivate) rows.push([deactivate, get[1]], [get[0], get[1], (answer) => answer.status === 'INACTIVE']);
	if (activate) rows.push([activate, get[1]], [get[0], get[1], (answer) => answer.status === 'ACTIVE']);
	if (activate && deactivate) rows.push([deactivate, get[1]]);
	if (remove) rows.push([remove, get[1]], [get[0], get[1], '404 E0000007']);
	return rows;
}
