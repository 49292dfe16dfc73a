import { expect, test } from 'vitest';
import { filterTree, marking, pathTo, rows, typeahead, type TreeNode } from './tree';

const leaf = (label: string): TreeNode => ({ id: label, label, children: null, kind: 'item' });
const branch = (label: string, kind: TreeNode['kind'], ...children: TreeNode[]): TreeNode => ({
	id: label,
	label,
	kind,
	children
});

const TREE = [
	branch(
		'okta',
		'root',
		branch('Actions', 'group', leaf('get_user'), leaf('create_user')),
		branch('Methods', 'group', leaf('paging'))
	)
];

function seen(open: string[]): string[] {
	return rows(TREE, (id) => open.includes(id)).map((row) => '  '.repeat(row.depth) + row.node.label);
}

test('only what is open shows what is in it', () => {
	expect(seen([])).toEqual(['okta']);
	expect(seen(['okta', 'Methods'])).toEqual(['okta', '  Actions', '  Methods', '    paging']);
});

test('a row knows its parent and its place', () => {
	const row = rows(TREE, () => true).find((each) => each.node.id === 'create_user');
	expect(row).toMatchObject({ depth: 2, parent: 1, place: 2, siblings: 2 });
});

test('a filter keeps what leads to what fits', () => {
	const kept = rows(filterTree(TREE, 'PAG'), () => true).map((row) => row.node.label);
	expect(kept).toEqual(['okta', 'Methods', 'paging']);
	expect(filterTree(TREE, 'nothing')).toEqual([]);
});

test('typing goes on to the next name and wraps around', () => {
	const all = rows(TREE, () => true);
	const names = (from: number, text: string) => all[typeahead(all, from, text) ?? -1]?.node.label;
	expect(names(0, 'c')).toBe('create_user');
	expect(names(5, 'a')).toBe('Actions');
	expect(names(1, 'pa')).toBe('paging');
	expect(names(0, 'x')).toBeUndefined();
});

test('the way to a node is the ids above it', () => {
	expect(pathTo(TREE, 'paging')).toEqual(['okta', 'Methods']);
	expect(pathTo(TREE, 'absent')).toBeNull();
});

test('Ctrl and Shift mark requests in the order in which they are to be sent', () => {
	const request = (id: string): TreeNode => ({ ...leaf(id), movable: true });
	const all = rows([branch('f', 'group', request('a'), request('b'), request('c'))], () => true);
	const [folder, a, , c] = all;
	expect(marking(all, [], c!, a!, 'one')).toEqual(['c', 'a']);
	expect(marking(all, ['c', 'a'], a!, c!, 'one')).toEqual(['a']);
	expect(marking(all, [], folder!, c!, 'range')).toEqual(['a', 'b', 'c']);
	expect(marking(all, ['b'], c!, a!, 'range')).toEqual(['b', 'c', 'a']);
	expect(marking(all, ['a'], a!, folder!, 'one')).toEqual(['a']);
});
