/** The Params table: path variables and query parameters as one list of rows, and back. */
import type { Pair } from '../../backend/types/Pair';
import type { SavedRequest } from '../../backend/types/SavedRequest';
import type { VariableView } from '../../backend/types/VariableView';
import type { Row } from '../../components/KeyValueTable.svelte';
import { variablesIn } from '../../lib/variables';

/** Names of the variables this request has to give itself: those no connection, folder or connector gives. */
function own(request: SavedRequest, variables: readonly VariableView[] | null, text: string): string[] {
	const scopes = new Map(variables?.map((each) => [each.name, each.scope]));
	const names = new Set(variablesIn(text).map((use) => use.name));
	return [...names].filter((name) => {
		if (name in request.variables) return true;
		const scope = scopes.get(name);
		return variables !== null && (scope === undefined || scope === null || scope === 'request' || scope === 'run');
	});
}

function elsewhere(request: SavedRequest): string {
	const rows = [...request.query, ...request.headers, ...(request.body.kind === 'form' ? request.body.fields : [])];
	const texts = rows.filter((row) => row.enabled !== false).flatMap((row) => [row.name, row.value]);
	if (request.body.kind === 'json' || request.body.kind === 'raw') texts.push(request.body.text);
	return texts.join('\n');
}

export function paramRows(request: SavedRequest, variables: readonly VariableView[] | null): Row[] {
	const inPath = own(request, variables, request.url);
	const others = own(request, variables, elsewhere(request)).filter((name) => !inPath.includes(name));
	const variable = (place: string) => (name: string) => {
		const value = request.variables[name] ?? '';
		return { in: place, name, value, fixed: true, missing: value === '' };
	};
	const query = request.query.map((row) => ({ ...row, in: 'query' }));
	return [...inPath.map(variable('path')), ...query, ...others.map(variable('variable'))];
}

/** What the rows say about the request. */
export function fromParamRows(rows: readonly Row[], request: SavedRequest): Pick<SavedRequest, 'query' | 'variables'> {
	const variables = { ...request.variables };
	for (const row of rows) {
		if (!row.fixed) continue;
		if (row.value === '') delete variables[row.name];
		else variables[row.name] = row.value;
	}
	return { variables, query: pairs(rows.filter((row) => !row.fixed)) };
}

/** Rows as a request holds them; blank ones are left out. */
export function pairs(rows: readonly Row[]): Pair[] {
	return rows
		.filter((row) => row.name !== '' || row.value !== '' || row.description)
		.map(({ name, value, enabled = true, description = '' }) => ({ name, value, enabled, description }));
}
