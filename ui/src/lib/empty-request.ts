/** A request with nothing in it. */
import type { SavedRequest } from '../backend/types/SavedRequest';

export function emptyRequest(): SavedRequest {
	return {
		name: '',
		description: '',
		method: 'GET',
		url: '{{base_url}}/',
		query: [],
		headers: [],
		auth: { from: 'inherit' },
		body: { kind: 'none' },
		variables: {},
		assert: [],
		capture: [],
		settings: { timeout: null, follow_redirects: null, retry: null, cookies: null, pages: null }
	};
}
