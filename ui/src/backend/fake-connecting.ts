/** What the engine in memory answers about connections and signing in. */
import type { Backend } from './index';
import { BackendError } from './error';
import { CONNECTIONS, connectionTest, PUBLIC_KEY, tokenState } from './fake-connections';
import { FORM } from './fake-okta';
import type { ConnectionView } from './types/ConnectionView';
import type { Event } from './types/Event';

type Connecting = Pick<
	Backend,
	| 'connections'
	| 'connectionForm'
	| 'saveConnection'
	| 'testConnection'
	| 'removeConnection'
	| 'forgetRequestSecret'
	| 'chooseConnection'
	| 'signIn'
	| 'tokenState'
	| 'signOut'
	| 'generateKey'
	| 'publicKey'
	| 'answerWrite'
>;

/** `tell` takes what happens on the way. */
export function fakeConnecting(tell: (event: Event) => void): { answers: Connecting; chosen: () => string } {
	let chosen = 'sandbox';
	let connections: ConnectionView[] = CONNECTIONS;
	let tested = '';
	const signedIn = new Set<string>();
	const answers: Connecting = {
		connections: async () => connections,
		connectionForm: async () => FORM,
		saveConnection: async (draft) => {
			const domain = draft.values['domain'] ?? '';
			const label = FORM.auth.find((each) => each.id === draft.auth)?.label ?? draft.auth;
			const preview = domain.endsWith('.oktapreview.com');
			const view: ConnectionView = {
				name: draft.name,
				connector: draft.connector,
				sandbox: false,
				auth: label,
				auth_id: draft.auth,
				base_url: `https://${domain}`,
				environment: draft.environment ?? (preview ? 'preview' : 'production'),
				given_environment: draft.environment,
				live: true,
				read_only: draft.read_only ?? 'ask',
				health:
					tested === JSON.stringify(draft)
						? { state: 'ok', reason: null, tested_ms: Date.now() }
						: { state: 'unknown', reason: null, tested_ms: null },
				values: { domain },
				secrets: ['token'],
				request_secrets: [],
				warning: null
			};
			connections = [...connections.filter((each) => each.name !== draft.name), view];
			tell({ kind: 'connections_changed' });
			return view;
		},
		testConnection: async (draft) => {
			const found = connectionTest(draft);
			if (found.ok) tested = JSON.stringify(draft);
			return found;
		},
		removeConnection: async (name) => {
			connections = connections.filter((each) => each.name !== name);
		},
		forgetRequestSecret: async (connection, name) => {
			connections = connections.map((each) =>
				each.name === connection
					? { ...each, request_secrets: each.request_secrets.filter((kept) => kept !== name) }
					: each
			);
			tell({ kind: 'connections_changed' });
		},
		chooseConnection: async (name) => {
			chosen = name;
		},
		signIn: async (signIn) => {
			tell({ kind: 'sign_in_page', id: signIn.id, url: 'https://acme.okta.com/oauth2/v1/authorize' });
			signedIn.add(signIn.connection);
			return tokenState();
		},
		tokenState: async (_connector, connection) => {
			if (signedIn.has(connection)) return tokenState();
			throw new BackendError({ code: 'sign_in_needed', message: 'nobody has signed in to this connection yet' });
		},
		signOut: async (_connector, connection) => {
			signedIn.delete(connection);
			return { left: false, message: `Signed out of ${connection}, and Okta revoked its tokens.`, hint: null };
		},
		generateKey: async () => PUBLIC_KEY,
		publicKey: async () => PUBLIC_KEY,
		answerWrite: async (id) => tell({ kind: 'write_settled', id })
	};
	return { answers, chosen: () => chosen };
}
