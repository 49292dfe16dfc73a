/** A believable workspace: an Okta connector, one user, one run. For the fake backend only. */
import { emptyRequest } from '../lib/empty-request';
import type { CallReport } from './types/CallReport';
import type { ConnectionForm } from './types/ConnectionForm';
import type { FormField } from './types/FormField';
import type { FileKind } from './types/FileKind';
import type { SavedRequest } from './types/SavedRequest';

export const USER = {
	id: '00ub0oNGTSWTBKOLGLNR',
	status: 'ACTIVE',
	created: '2025-03-02T09:14:07.000Z',
	lastLogin: '2026-11-23T21:52:40.000Z',
	profile: {
		firstName: 'Ada',
		lastName: 'Lovelace',
		login: 'ada.lovelace@acme.example',
		email: 'ada.lovelace@acme.example',
		department: 'Engineering',
		mobilePhone: null,
		title: 'Staff analyst',
		locale: 'en_GB'
	},
	credentials: { provider: { type: 'OKTA', name: 'OKTA' } }
};

export const GET_USER = `//! Get a user
//! Gets one user by ID, login or email.

import "methods/paging" as paging;

fn input_fields(connection, config) {
    [
        field("user", #{ label: "User", hint: "ID, login or email", required: true }),
        field("include_groups", #{ type: "boolean", label: "Include groups", default: false }),
    ]
}

fn execute(connection, input) {
    let user = http.get(\`/api/v1/users/\${encode_path(input.user)}\`);
    let result = #{ id: user.id, name: user.profile.firstName, department: user.profile.department };

    if input.include_groups {
        let groups = paging::all(\`/api/v1/users/\${user.id}/groups\`, #{ limit: 2 });
        result.groups = groups.map(|group| group.profile.name);
    }

    result.phone = user.profile.mobilePhone;
    result
}

fn output_fields(connection, config) {
    schema("user")
}
`;

export const FILES: Record<string, string> = {
	'connector.toml': `format = 1
id = "okta"
title = "Okta"
version = "0.1.0"
description = "Users, groups and the System Log of an Okta org."
hosts = ["{{domain}}"]

[http]
base_url = "https://{{domain}}"
retry = { statuses = [429, 503], max = 3, wait = "x-rate-limit-reset" }
`,
	'connection.rhai': `//! Tells whether a connection works.

fn test(connection) {
    http.get("/api/v1/users/me").profile.login
}
`,
	'actions/get_user.rhai': GET_USER,
	...Object.fromEntries(
		['create_user', 'deactivate_user', 'add_user_to_group', 'list_users'].map((name) => [
			`actions/${name}.rhai`,
			`//! ${name.replaceAll('_', ' ')}\n\nfn execute(connection, input) {\n    http.get("/api/v1/users")\n}\n`
		])
	),
	'triggers/new_user_created.rhai': `//! New user created\n\nfn poll(connection, input, cursor) {\n    #{ events: [], cursor: cursor }\n}\n`,
	'methods/paging.rhai': `//! Reads pages until there are no more.

fn all(path, query) {
    let items = [];
    let next = path;
    while next != () {
        let page = http.get(next, #{ query: query });
        items += page;
        next = page.next_link;
    }
    items
}
`,
	'methods/groups.rhai': `//! Names of groups.\n\nfn names(groups) {\n    groups.map(|group| group.profile.name)\n}\n`,
	'schemas/group.json': '{\n  "type": "object",\n  "properties": {\n    "id": { "type": "string" }\n  }\n}\n',
	'schemas/log_event.json': '{\n  "type": "object"\n}\n',
	'schemas/user.json':
		'{\n  "type": "object",\n  "properties": {\n    "id": { "type": "string" },\n    "status": { "type": "string" }\n  },\n  "required": ["id"]\n}\n',
	'README.md': '# Okta\n\nUsers, groups and the System Log of an Okta org.\n',
	'CHANGELOG.md': '# Changes\n\n## 0.1.0\n\n- First version.\n'
};

function request(name: string, method: string, url: string, more: Partial<SavedRequest> = {}): SavedRequest {
	return { ...emptyRequest(), name, method, url, ...more };
}

export const REQUESTS: Record<string, SavedRequest> = {
	'requests/users/get_user.toml': request('Get a user', 'GET', '{{base_url}}/api/v1/users/{{user}}', {
		query: [{ name: 'expand', value: 'blocks', enabled: false }],
		headers: [{ name: 'Accept', value: 'application/json', enabled: true }],
		variables: { user: 'ada.lovelace@acme.example' },
		assert: [{ subject: 'status', equals: 200 }]
	}),
	'requests/users/create_user.toml': request('Create a user', 'POST', '{{base_url}}/api/v1/users', {
		query: [{ name: 'activate', value: 'true', enabled: true }],
		body: {
			kind: 'json',
			text: '{\n  "profile": {\n    "firstName": "Grace",\n    "lastName": "Hopper",\n    "login": "grace.hopper@acme.example"\n  }\n}\n'
		}
	}),
	'requests/users/list_users.toml': request('List users', 'GET', '{{base_url}}/api/v1/users', {
		query: [{ name: 'limit', value: '20', enabled: true }]
	}),
	'requests/groups/list_groups.toml': request('List groups', 'GET', '{{base_url}}/api/v1/groups'),
	'requests/groups/add_user.toml': request('Add a user', 'PUT', '{{base_url}}/api/v1/groups/{{group}}/users/{{user}}'),
	'requests/logs/recent_events.toml': request('Recent events', 'GET', '{{base_url}}/api/v1/logs')
};

/** The kinds the tree shows, in its order, with the folder of their files. */
export const GROUPS: { kind: FileKind; label: string; folder: string }[] = [
	{ kind: 'manifest', label: 'Manifest', folder: 'connector.toml' },
	{ kind: 'connection', label: 'Connection', folder: 'connection.rhai' },
	{ kind: 'action', label: 'Actions', folder: 'actions/' },
	{ kind: 'trigger', label: 'Triggers', folder: 'triggers/' },
	{ kind: 'method', label: 'Methods', folder: 'methods/' },
	{ kind: 'schema', label: 'Schemas', folder: 'schemas/' },
	{ kind: 'pick_list', label: 'Pick lists', folder: 'pick_lists/' },
	{ kind: 'request', label: 'Requests', folder: 'requests/' },
	{ kind: 'document', label: 'Documents', folder: '' }
];

const HEADERS = [
	{ name: 'content-type', value: 'application/json' },
	{ name: 'x-rate-limit-limit', value: '600' },
	{ name: 'x-rate-limit-remaining', value: '587' },
	{ name: 'link', value: '<…/groups?after=00g1emaKYZ…&limit=2>; rel="next"' }
];

export function call(url: string, start: number, time: number, remaining: number, line: number): CallReport {
	return {
		method: 'GET',
		url: `http://127.0.0.1:41730${url}`,
		status: 200,
		error: null,
		start_ms: start,
		time_ms: time,
		timing: { dns_ms: null, connect_ms: null, tls_ms: null, wait_ms: time - 1.6, download_ms: 1.6, total_ms: time },
		rate_limit: { limit: 600, remaining, reset: Math.floor(Date.now() / 1000) + 41 },
		sign_in: false,
		place: { file: line === 10 ? 'methods/paging.rhai' : 'actions/get_user.rhai', line },
		request: {
			method: 'GET',
			url: `http://127.0.0.1:41730${url}`,
			headers: [
				{ name: 'accept', value: 'application/json' },
				{ name: 'authorization', value: 'SSWS ••••••••' }
			],
			body: null
		},
		headers: HEADERS,
		body: null
	};
}

export const FORM: ConnectionForm = {
	title: 'Okta',
	fields: {
		fields: [
			{
				name: 'domain',
				label: 'Okta domain',
				hint: 'acme.okta.com',
				control: { kind: 'text' },
				required: true,
				pattern: '^[a-z0-9-]+(\\.[a-z0-9-]+)*(:\\d+)?$',
				default: null
			}
		]
	},
	auth: [
		{
			id: 'api_token',
			label: 'API token',
			kind: 'api_key',
			form: {
				fields: [
					{
						name: 'token',
						label: 'API token',
						hint: 'Security, API, Tokens in the admin console',
						control: { kind: 'secret' },
						required: true,
						pattern: null,
						default: null
					}
				]
			}
		},
		{
			id: 'service_app',
			label: 'OAuth 2.0 service app',
			kind: 'oauth2_client_credentials',
			form: {
				fields: [
					formField('client_id', 'Client ID', true),
					formField('private_key', 'Private key', true, { kind: 'secret' }),
					formField('key_id', 'Key ID', false),
					formField('scopes', 'Scopes', false)
				]
			}
		},
		{
			id: 'sign_in',
			label: 'Sign in with Okta',
			kind: 'oauth2_authorization_code',
			form: { fields: [formField('client_id', 'Client ID', true), formField('scopes', 'Scopes', false)] }
		}
	],
	advanced: {
		fields: [
			{
				name: 'ca_file',
				label: 'Certificate authority',
				hint: "A PEM file, trusted besides the system's authorities",
				control: { kind: 'file' },
				required: false,
				pattern: null,
				default: null
			},
			{
				name: 'verify',
				label: "Check the server's certificate",
				hint: 'Turn off for a test server only',
				control: { kind: 'switch' },
				required: false,
				pattern: null,
				default: 'true'
			}
		]
	}
};

function formField(
	name: string,
	label: string,
	required: boolean,
	control: FormField['control'] = { kind: 'text' }
): FormField {
	return { name, label, hint: null, control, required, pattern: null, default: null };
}
