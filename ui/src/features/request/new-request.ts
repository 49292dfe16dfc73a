/** Requests that no file holds yet: empty ones, and calls of a script turned into requests. */
import type { CallReport } from '../../backend/types/CallReport';
import type { RequestBody } from '../../backend/types/RequestBody';
import type { SavedRequest } from '../../backend/types/SavedRequest';
import { baseName } from '../../lib/format';
import { shortPath } from '../../lib/measures';
import { emptyRequest } from '../../lib/empty-request';
import { splitUrl } from '../../lib/request-url';

const VERBS: Record<string, string> = { GET: 'Get', POST: 'Create', PUT: 'Replace', PATCH: 'Update', DELETE: 'Delete' };

/** A name for a request that has none: its method and the last plain part of its path. */
export function nameFor(request: SavedRequest): string {
	const part = request.url
		.replace(/\{\{[^{}]*\}\}/g, '')
		.split('/')
		.filter((each) => each !== '' && !/^v\d+$/.test(each) && !each.includes(':'))
		.at(-1);
	return `${VERBS[request.method] ?? request.method} ${(part ?? 'request').replaceAll(/[-_]/g, ' ')}`;
}

/** The client writes these itself; a copy in the request would be wrong the next time. */
const WRITTEN_BY_CLIENT = new Set([
	'host',
	'user-agent',
	'accept-encoding',
	'content-length',
	'connection',
	'authorization',
	'cookie',
	'dpop',
	'transfer-encoding'
]);

/** `base` is where the connection in use sends its calls: a request that names it works with every connection. */
export function requestOfCall(call: CallReport, base: string | null): SavedRequest {
	const { url, query } = splitUrl(call.request?.url ?? call.url, []);
	const start = base?.replace(/\/+$/, '');
	const own = start && url.startsWith(`${start}/`);
	const headers = (call.request?.headers ?? [])
		.filter((header) => !WRITTEN_BY_CLIENT.has(header.name.toLowerCase()))
		.map(({ name, value }) => ({ name, value, enabled: true, description: '' }));
	const type = headers.find((header) => header.name.toLowerCase() === 'content-type')?.value ?? '';
	return {
		...emptyRequest(),
		name: `${shortPath(url)} from ${baseName(call.place.file)}:${call.place.line}`,
		method: call.method,
		url: own ? `{{base_url}}${url.slice(start.length)}` : url,
		query,
		headers,
		body: bodyOf(call.request?.body ?? null, type)
	};
}

function bodyOf(text: string | null, type: string): RequestBody {
	if (text === null || text === '') return { kind: 'none' };
	if (!type.includes('json')) return { kind: 'raw', content_type: type, text };
	try {
		return { kind: 'json', text: JSON.stringify(JSON.parse(text), null, 2) };
	} catch {
		return { kind: 'json', text };
	}
}
