/** What a tree shows: nodes, and the rows of those that are in sight. */
import type { Component } from 'svelte';
import type { RowMark } from './change-marks';

export interface TreeNode {
	id: string;
	label: string;
	/** Null for a leaf. */
	children: TreeNode[] | null;
	icon?: Component<{ size?: number | string }>;
	method?: string;
	/** At the end of the row: a count, a version. */
	badge?: string;
	/** What is wrong below it, before the badge: `1 failed`. */
	wrong?: string;
	/** A dot at the end of the row, and what it means in words. */
	dot?: { tone: 'ok' | 'wood' | 'bad' | 'off'; words: string };
	/** How it stands in version control, at the end of the row. */
	mark?: RowMark;
	/** Why it cannot be used; shown below and in its tooltip. */
	error?: string;
	/** Weight: a connector, a group, or a file. */
	kind?: 'root' | 'group' | 'item';
	/** Whether F2 and Delete work on it. */
	editable?: boolean;
	/** Whether it can be moved into another node, and whether others can be moved into it. */
	movable?: boolean;
	takes?: boolean;
}

export interface TreeRow {
	node: TreeNode;
	depth: number;
	/** Index of the row of its parent; -1 at the top. */
	parent: number;
	open: boolean;
	/** Place among its siblings, from 1, and how many they are. */
	place: number;
	siblings: number;
}

/** The rows in sight, in order. */
export function rows(nodes: readonly TreeNode[], isOpen: (id: string) => boolean): TreeRow[] {
	const result: TreeRow[] = [];
	const walk = (siblings: readonly TreeNode[], depth: number, parent: number) => {
		siblings.forEach((node, index) => {
			const open = node.children !== null && isOpen(node.id);
			result.push({ node, depth, parent, open, place: index + 1, siblings: siblings.length });
			if (open && node.children) walk(node.children, depth + 1, result.length - 1);
		});
	};
	walk(nodes, 0, -1);
	return result;
}

/** Keeps nodes whose label has `text`, and what leads to them. */
export function filterTree(nodes: readonly TreeNode[], text: string): TreeNode[] {
	const wanted = text.trim().toLowerCase();
	if (wanted === '') return [...nodes];
	return nodes.flatMap((node) => {
		if (node.kind !== 'root' && node.label.toLowerCase().includes(wanted)) return [node];
		const children = node.children ? filterTree(node.children, wanted) : [];
		return children.length > 0 ? [{ ...node, children }] : [];
	});
}

/** The next row after `from` whose label starts with `text`; it wraps around. */
export function typeahead(all: readonly TreeRow[], from: number, text: string): number | null {
	const wanted = text.toLowerCase();
	// One letter moves on; more letters may stay on the row they have found.
	const first = text.length > 1 ? 0 : 1;
	for (let offset = first; offset < all.length + first; offset++) {
		const index = (from + offset) % all.length;
		if (all[index]!.node.label.toLowerCase().startsWith(wanted)) return index;
	}
	return null;
}

/**
 * The marks after a click or a key: `one` turns the mark of a row on or off, `range` adds every row from one to another.
 * Only leaves that can be moved are marked, and they keep the order in which they were.
 */
export function marking(
	all: readonly TreeRow[],
	marked: readonly string[],
	from: TreeRow,
	to: TreeRow,
	how: 'one' | 'range'
): string[] {
	const can = ({ node }: TreeRow) => node.movable === true && node.children === null;
	if (how === 'one') {
		if (!can(to)) return [...marked];
		const { id } = to.node;
		// The first mark takes the row along that had the focus: both are meant.
		const start = marked.length === 0 && from !== to && can(from) ? [from.node.id] : marked;
		return start.includes(id) ? start.filter((each) => each !== id) : [...start, id];
	}
	const [first, last] = [all.indexOf(from), all.indexOf(to)];
	const between = all.slice(Math.min(first, last), Math.max(first, last) + 1);
	const ids = (first <= last ? between : [...between].reverse()).filter(can).map((row) => row.node.id);
	return [...marked, ...ids.filter((id) => !marked.includes(id))];
}

/** The ids of nodes that lead to `id`. */
export function pathTo(nodes: readonly TreeNode[], id: string): string[] | null {
	for (const node of nodes) {
		if (node.id === id) return [];
		const below = node.children ? pathTo(node.children, id) : null;
		if (below) return [node.id, ...below];
	}
	return null;
}
