// A sandbox org in a process of its own, and Okta's SDK as its client.

import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import okta from '@okta/okta-sdk-nodejs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const binary = process.env.JOINERY_CLI ?? join(root, 'target', 'debug', 'joinery');

/** Starts `joinery sandbox` and gives its address, its API token and how to stop it. */
export async function startOrg(...args) {
	// The SDK reads a configuration from the environment too: only what a test says counts.
	for (const name of Object.keys(process.env)) if (name.startsWith('OKTA_CLIENT_')) delete process.env[name];
	const child = spawn(binary, ['sandbox', '--json', '--rate-limit', 'off', ...args], {
		stdio: ['ignore', 'pipe', 'inherit']
	});
	const ended = new Promise((done) => child.once('exit', done));
	for await (const line of createInterface({ input: child.stdout })) {
		const { url, token } = JSON.parse(line);
		const stop = async () => {
			child.kill();
			await ended;
		};
		return { url, token, stop };
	}
	throw new Error(`${binary} ended before it said where the org is`);
}

/** A client with the org's API token. Its cache is off: it would answer in the place of the org. */
export function tokenClient(org, more = {}) {
	return new okta.Client({ orgUrl: org.url, token: org.token, cacheMiddleware: null, ...more });
}

/** Leaves the proof of possession out, as the SDK did before it knew of it. */
class WithoutProof extends okta.DefaultRequestExecutor {
	fetch(request) {
		delete request.headers.DPoP;
		return super.fetch(request);
	}
}

/** A service app with a key, scopes and a role, and a client that signs in as it. */
export async function keyClient(org, { scopes, dpop, role = 'SUPER_ADMIN' }) {
	const admin = tokenClient(org);
	const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
	const app = await admin.applicationApi.createApplication({
		application: {
			name: 'oidc_client',
			label: `Service ${scopes.join(' ')} ${dpop}`,
			signOnMode: 'OPENID_CONNECT',
			credentials: { oauthClient: { token_endpoint_auth_method: 'private_key_jwt' } },
			settings: {
				oauthClient: {
					application_type: 'service',
					grant_types: ['client_credentials'],
					response_types: ['token'],
					dpop_bound_access_tokens: dpop,
					jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'first' }] }
				}
			}
		}
	});
	for (const scopeId of scopes) {
		await admin.applicationApi.grantConsentToScope({
			appId: app.id,
			oAuth2ScopeConsentGrant: { issuer: org.url, scopeId }
		});
	}
	if (role) {
		await admin.roleAssignmentApi.assignRoleToClient({ clientId: app.id, assignRoleRequest: { type: role } });
	}
	return new okta.Client({
		orgUrl: org.url,
		authorizationMode: 'PrivateKey',
		clientId: app.id,
		scopes,
		privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
		keyId: 'first',
		cacheMiddleware: null,
		...(dpop ? {} : { requestExecutor: new WithoutProof() })
	});
}

/** A person's profile. */
export function person(name, more = {}) {
	const login = `${name.toLowerCase()}@acme.example`;
	return { firstName: name, lastName: 'Lee', email: login, login, ...more };
}

/** Everything in a collection. */
export async function all(collection) {
	const found = [];
	await (await collection).each((item) => void found.push(item));
	return found;
}

/** What Okta refused with: status and code. */
export async function refusal(call) {
	try {
		await call;
	} catch (error) {
		return `${error.status} ${error.errorCode}`;
	}
	return 'nothing was refused';
}

/** Waits for what the org does a moment later. */
export async function until(what, ask) {
	for (let attempt = 0; attempt < 100; attempt += 1) {
		const answer = await ask();
		if (answer) return answer;
		await pause(50);
	}
	throw new Error(`waited in vain: ${what}`);
}
