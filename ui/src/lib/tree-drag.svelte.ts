/** A node of a tree being dragged into another one. */
import type { TreeNode, TreeRow } from './tree';

export class TreeDrag {
	/** The id of the node that it would go into. */
	over = $state<string | null>(null);
	#dragged: TreeNode | null = null;

	start(event: DragEvent, node: TreeNode): void {
		this.#dragged = node;
		event.dataTransfer?.setData('text/plain', node.label);
	}

	hover(event: DragEvent, all: readonly TreeRow[], row: TreeRow): void {
		const into = this.#dragged && target(all, row);
		if (!into || into === this.#dragged || into.id.startsWith(`${this.#dragged?.id}/`)) {
			this.over = null;
			return;
		}
		event.preventDefault();
		this.over = into.id;
	}

	/** What is no node of the tree, such as a file from outside, is left to whoever takes it. */
	drop(event: DragEvent, all: readonly TreeRow[], row: TreeRow, move?: (node: TreeNode, into: TreeNode) => void): void {
		const into = target(all, row);
		if (!this.#dragged) return;
		event.preventDefault();
		if (into) move?.(this.#dragged, into);
		this.end();
	}

	end(): void {
		this.#dragged = this.over = null;
	}
}

/** The folder that a row stands for, or lies in. */
function target(all: readonly TreeRow[], row: TreeRow): TreeNode | null {
	if (row.node.takes) return row.node;
	const above = all[row.parent]?.node;
	return above?.takes ? above : null;
}
