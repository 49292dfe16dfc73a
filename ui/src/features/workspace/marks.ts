/** The marks of version control on the rows of the tree. */
import type { ChangeMark } from '../../backend/types/ChangeMark';
import { HOLDS_CHANGES, MARKS } from '../../lib/change-marks';
import type { TreeNode } from '../../lib/tree';
import { workspacePath } from '../../lib/versions.svelte';
import { fileOf } from './nodes';

/** The nodes with a mark on files that changed, and on what holds one of them. */
export function withMarks(nodes: readonly TreeNode[], marks: Readonly<Record<string, ChangeMark>>): TreeNode[] {
	const paths = Object.keys(marks);
	if (paths.length === 0) return [...nodes];
	return nodes.map((node) => {
		const own = marks[workspacePath(fileOf(node.id))];
		if (node.children === null) return own ? { ...node, mark: MARKS[own] } : node;
		const children = withMarks(node.children, marks);
		// A file that is gone has no row; the connector it was in shows that something changed.
		const gone = node.kind === 'root' && paths.some((path) => path.startsWith(`${fileOf(node.id).connector}/`));
		const holds = gone || children.some((child) => child.mark);
		return holds ? { ...node, children, mark: HOLDS_CHANGES } : { ...node, children };
	});
}
