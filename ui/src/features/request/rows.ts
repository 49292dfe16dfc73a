/** The Params table: path variables and query parameters as one list of rows, and back. */
import type { Pair } from '../../backend/types/Pair';
import type { SavedRequest } from '../../backend/types/SavedRequest';
import type { VariableView } from '../../backend/types/VariableView';
import type { Row } from '../../components/KeyValueTable.svelte';
import { isCall, isInherited, SOURCES, variablesIn } from '../../lib/variables';

type Known = ReadonlyMap<string, VariableView> | null;

/** Variables of the URL after its first, which says where the API is. */
function inPath({ url }: SavedRequest): string[] {
	const uses = variablesIn(url).filter((use) => use.from > 0 && !isCall(use.name));
	return [...new Set(uses.map((use) => use.name))];
}

/** Variables of the other parts that no connection, folder or connector gives. */
function elsewhere(request: SavedRequest, known: Known): string[] {
	const texts = textsOf(request);
	const first = variablesIn(request.url).filter((use) => use.from === 0);
	const names = new Set([...first, ...variablesIn(texts.join('\n'))].map((use) => use.name));
	const plain = [...names].filter((name) => !isCall(name));
	return plain.filter((name) => name in request.variables || (known !== null && !isInherited(known.get(name))));
}

/** Every text of the request in which variables may stand, but the URL. */
function textsOf(request: SavedRequest): string[] {
	const { body, auth } = request;
	const rows = [...request.query, ...request.headers, ...(body.kind === 'form' ? body.fields : [])];
	const texts = rows.filter((row) => row.enabled !== false).flatMap((row) => [row.name, row.value]);
	if (body.kind === 'json' || body.kind === 'raw') texts.push(body.text);
	if (body.kind === 'graphql') texts.push(body.query, body.variables);
	if (body.kind === 'multipart') {
		texts.push(...body.parts.filter((part) => !part.disabled).flatMap((part) => [part.name, part.value]));
	}
	if (auth.from === 'own') texts.push(...Object.values(auth.settings).map(String));
	return texts;
}

export function paramRows(request: SavedRequest, variables: readonly VariableView[] | null): Row[] {
	const known = variables && new Map(variables.map((each) => [each.name, each]));
	const path = inPath(request);
	const others = elsewhere(request, known).filter((name) => !path.includes(name));
	const variable = (place: string) => (name: string) => {
		const value = request.variables[name] ?? '';
		const found = known?.get(name);
		const row = { in: place, name, value, fixed: true, missing: value === '' && known !== null && !found?.scope };
		if (value !== '' || !found?.scope || found.scope === 'request') return row;
		return { ...row, inherited: found.secret ? '••••••••' : (found.value ?? ''), description: SOURCES[found.scope] };
	};
	const query = request.query.map((row) => ({ ...row, in: 'query' }));
	return [...path.map(variable('path')), ...query, ...others.map(variable('variable'))];
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
