/** Credentials that stand written out in a request: what is said of them, and where. */
import type { LiteralSecret } from '../../backend/types/LiteralSecret';
import type { RequestPart } from '../../backend/types/RequestPart';
import type { RequestSection } from './request-tab.svelte';

/** Where each part of a request is edited. */
const SECTION: Record<RequestPart, RequestSection> = {
	url: 'params',
	query: 'params',
	variables: 'params',
	headers: 'headers',
	auth: 'auth',
	body: 'body'
};

/** Where each part is, in words. */
const PLACE: Record<RequestPart, string> = {
	url: 'the address',
	query: 'the query',
	variables: 'the variables',
	headers: 'the headers',
	auth: 'the way it is signed',
	body: 'the body'
};

/** Those of one section, each with its place in the list. */
export function literalsIn(
	literals: readonly LiteralSecret[],
	section: RequestSection
): { at: number; literal: LiteralSecret }[] {
	return literals.map((literal, at) => ({ at, literal })).filter(({ literal }) => SECTION[literal.part] === section);
}

export function placeOf({ part }: LiteralSecret): string {
	return PLACE[part];
}

/** `authorization and api_key` */
export function namesOf(literals: readonly LiteralSecret[]): string {
	const names = [...new Set(literals.map((each) => each.name))];
	const last = names.pop() ?? '';
	return names.length === 0 ? last : `${names.join(', ')} and ${last}`;
}
