/** Headers that people send, and the values that are usual for them. */

/** A header offered as one is written; `note` says what it is for. */
export interface KnownHeader {
	name: string;
	values: readonly string[];
	note?: string;
}

const JSON_TYPE = 'application/json';

export const HEADERS: readonly KnownHeader[] = [
	{
		name: 'Accept',
		values: [JSON_TYPE, 'application/json; okta-version=1.0.0', 'application/scim+json', 'text/html', '*/*']
	},
	{ name: 'Accept-Encoding', values: ['gzip, deflate, br', 'identity'] },
	{ name: 'Accept-Language', values: ['en', 'en-GB', 'de', 'fr', 'ja'] },
	{
		name: 'Authorization',
		values: ['SSWS {{token}}', 'Bearer {{access_token}}', 'Basic {{base64("user:password")}}'],
		note: 'SSWS for an Okta API token'
	},
	{ name: 'Cache-Control', values: ['no-cache', 'no-store', 'max-age=0'] },
	{
		name: 'Content-Type',
		values: [
			JSON_TYPE,
			'application/json; okta-response=omitCredentials,omitCredentialsLinks',
			'application/x-www-form-urlencoded',
			'application/merge-patch+json',
			'application/scim+json',
			'application/xml',
			'text/plain'
		]
	},
	{ name: 'Cookie', values: [] },
	{ name: 'DPoP', values: [], note: 'Written by a connection that uses DPoP' },
	{ name: 'Idempotency-Key', values: ['{{uuid()}}'] },
	{ name: 'If-Match', values: ['*'], note: 'The ETag that must still hold' },
	{ name: 'If-Modified-Since', values: ['{{now("%a, %d %b %Y %H:%M:%S GMT", "-1d")}}'] },
	{ name: 'If-None-Match', values: ['*'] },
	{ name: 'Origin', values: ['https://{{domain}}'] },
	{ name: 'Prefer', values: ['return=minimal', 'return=representation', 'respond-async'] },
	{ name: 'Range', values: ['bytes=0-1023'] },
	{ name: 'Referer', values: [] },
	{ name: 'User-Agent', values: [] },
	{ name: 'X-Device-Fingerprint', values: [], note: 'Okta: a device it may know again' },
	{ name: 'X-Forwarded-For', values: [], note: "Okta: the user's address, from a trusted proxy" },
	{ name: 'X-Okta-User-Agent-Extended', values: [], note: 'Okta: which SDK calls' },
	{ name: 'X-Requested-With', values: ['XMLHttpRequest'] }
];

/** The values that are usual for a header. */
export function usualValues(name: string): readonly string[] {
	return HEADERS.find((each) => each.name.toLowerCase() === name.trim().toLowerCase())?.values ?? [];
}
