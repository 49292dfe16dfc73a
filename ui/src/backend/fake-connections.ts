/** The connections of the engine in memory, and what its tests find. */
import type { ConnectionDraft } from './types/ConnectionDraft';
import type { ConnectionTest } from './types/ConnectionTest';
import type { ConnectionView } from './types/ConnectionView';
import type { PublicKey } from './types/PublicKey';
import type { TestStep } from './types/TestStep';
import type { TokenState } from './types/TokenState';

export const SANDBOX = 'http://127.0.0.1:41730';

const DAY_MS = 86_400_000;

export const CONNECTIONS: ConnectionView[] = [
	{
		name: 'sandbox',
		connector: 'okta',
		sandbox: true,
		auth: 'API token',
		auth_id: '',
		base_url: SANDBOX,
		environment: 'sandbox',
		given_environment: null,
		live: false,
		read_only: 'false',
		health: { state: 'ok', reason: null, tested_ms: null },
		values: {},
		secrets: [],
		request_secrets: [],
		warning: null
	},
	profile('acme', 'acme.okta.com', { state: 'ok', reason: null, tested_ms: Date.now() - 12 * 60_000 }),
	profile('northwind', 'northwind.oktapreview.com', { state: 'unknown', reason: null, tested_ms: null }),
	profile('old-dev', 'dev-123456.okta.com', {
		state: 'failing',
		reason: 'Okta refused this token.',
		tested_ms: Date.now() - DAY_MS
	})
];

function profile(name: string, domain: string, health: ConnectionView['health']): ConnectionView {
	return {
		name,
		connector: 'okta',
		sandbox: false,
		auth: 'API token',
		auth_id: 'api_token',
		base_url: `https://${domain}`,
		environment: domain.includes('preview') ? 'preview' : domain.startsWith('dev-') ? 'development' : 'production',
		given_environment: null,
		live: true,
		read_only: 'ask',
		health,
		values: { domain },
		secrets: ['token'],
		request_secrets: [],
		warning: null
	};
}

function step(name: string, state: TestStep['state'], detail: string, time_ms: number | null): TestStep {
	return { name, state, detail, time_ms };
}

const NOTHING: ConnectionTest = {
	ok: false,
	message: '',
	detail: null,
	hint: null,
	cause: null,
	fix: null,
	said: null,
	steps: [],
	org: null,
	signed_in_as: null,
	scopes: [],
	status: null,
	time_ms: null,
	rate_limit: null,
	console: []
};

export function connectionTest(draft: ConnectionDraft): ConnectionTest {
	const domain = draft.name === 'sandbox' ? '127.0.0.1:41730' : (draft.values['domain'] ?? '');
	if (domain.includes('://')) {
		const value = domain.replace(/^\w+:\/\//, '').replace(/\/.*$/, '');
		return {
			...NOTHING,
			message: 'The domain is wanted without https:// before it.',
			hint: `Use ${value}.`,
			cause: 'domain_has_scheme',
			fix: { kind: 'set_field', label: `Use ${value}`, field: 'domain', value },
			steps: [step('Reach domain', 'failed', domain, null)]
		};
	}
	if (draft.values['token'] === 'wrong') {
		return {
			...NOTHING,
			message: 'Okta refused this token.',
			hint: 'It may be expired, revoked, or another org’s. Make a new one in Okta under Security, API, Tokens, then test again.',
			cause: 'credentials_refused',
			said: 'E0000011, Invalid token provided',
			steps: [
				step('Reach domain', 'ok', 'TLS 1.3', 41),
				step('Get token', 'skipped', 'API token, sent as it is', null),
				step('Read org', 'failed', 'GET /api/v1/org', 51)
			],
			status: 401,
			time_ms: 92
		};
	}
	return {
		...NOTHING,
		ok: true,
		message: 'Connected to Acme Preview',
		detail: `Okta Identity Engine, ${domain}, as ada.lovelace@acme.example`,
		steps: [
			step('Reach domain', 'ok', 'TLS 1.3', 41),
			step('Get token', 'skipped', 'API token, sent as it is', null),
			step('Read org', 'ok', 'GET /api/v1/org', 143)
		],
		org: 'Acme Preview',
		signed_in_as: 'ada.lovelace@acme.example',
		status: 200,
		time_ms: 184,
		rate_limit: { limit: 600, remaining: 598, reset: Math.floor(Date.now() / 1000) + 52 }
	};
}

export const PUBLIC_KEY: PublicKey = {
	jwk: { kty: 'RSA', kid: '4f1c9a', use: 'sig', alg: 'RS256', n: 'sXch', e: 'AQAB' },
	kid: '4f1c9a',
	algorithm: 'RS256'
};

export function tokenState(): TokenState {
	return {
		kind: 'DPoP',
		scopes: ['okta.users.read', 'okta.groups.read'],
		obtained_at: Date.now(),
		expires_at: Date.now() + 3_600_000,
		refreshable: true,
		dpop: true,
		header: { alg: 'RS256', kid: 'sandbox' },
		claims: { sub: 'ada.lovelace@acme.example' }
	};
}
