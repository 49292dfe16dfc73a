/** What can be done to a row of the sidebar. */
import ArrowRight from '@lucide/svelte/icons/arrow-right';
import FileInput from '@lucide/svelte/icons/file-input';
import FolderPlus from '@lucide/svelte/icons/folder-plus';
import History from '@lucide/svelte/icons/history';
import ListOrdered from '@lucide/svelte/icons/list-ordered';
import Plus from '@lucide/svelte/icons/plus';
import Settings2 from '@lucide/svelte/icons/settings-2';
import type { FileKind } from '../../backend/types/FileKind';
import type { FileRef } from '../../backend/types/FileRef';
import type { MenuItem } from '../../components/Menu.svelte';
import { count } from '../../lib/format';
import { keysText } from '../../lib/keys';
import type { TreeNode } from '../../lib/tree';
import { CONNECTION_ROW, fileOf, KIND_ICONS, requestFolderOf } from './nodes';

export interface RequestActions {
	duplicate: (file: FileRef) => void;
	/** Asks where it is to go. */
	move: (file: FileRef, label: string) => void;
	moveInto: (file: FileRef, folder: string) => void;
	newRequest: (connector: string, folder: string) => void;
	newFolder: (connector: string, parent: string) => void;
	/** Shows what a folder gives its requests. */
	folder: (folder: FileRef, label: string) => void;
	/** Sends requests or folders in order. */
	send: (files: FileRef[], label?: string) => void;
	/** Makes one action of requests in order. */
	makeAction: (files: FileRef[]) => void;
	/** Takes requests of another tool into a folder. */
	import: (folder: string) => void;
}

interface Actions {
	open: (node: TreeNode) => void;
	new: (kind: FileKind) => void;
	/** Lets the row's name be typed anew. */
	rename: (node: TreeNode) => void;
	delete: (file: FileRef, label: string) => void;
	/** Shows the versions of a file. */
	versions: (file: FileRef) => void;
	requests: RequestActions;
}

const NEW_KINDS: [FileKind, string][] = [
	['action', 'Action'],
	['trigger', 'Trigger'],
	['method', 'Method'],
	['schema', 'Schema'],
	['request', 'Request']
];

export function newItems(make: (kind: FileKind) => void): MenuItem[] {
	return NEW_KINDS.map(([kind, label]) => ({ label, icon: KIND_ICONS[kind], run: () => make(kind) }));
}

/** What is made of the connector in hand, and what of the workspace. */
export function allNewItems(make: (kind: FileKind) => void): MenuItem[] {
	return [...newItems(make), 'line', { label: 'Flow', icon: KIND_ICONS.flow, run: () => make('flow') }];
}

/** `marked`: the rows it is about, where it is about several. */
export function itemsFor(node: TreeNode, marked: readonly TreeNode[], actions: Actions): MenuItem[] {
	const { requests } = actions;
	if (marked.length > 1) return severalItems(marked, requests);
	const folder = requestFolderOf(node);
	if (folder !== null) return folderItems(node, folder, actions);
	const group = NEW_KINDS.find(([kind]) => node.id.endsWith(`#${kind}`));
	if (group) return [{ label: `New ${group[1].toLowerCase()}`, icon: Plus, run: () => actions.new(group[0]) }];
	const file = fileOf(node.id);
	// What lies beside the connectors is flows only.
	const ofFlows = [node, ...(node.children ?? [])].some((each) => each.id.endsWith('#flow'));
	if (ofFlows) return [{ label: 'New flow', icon: Plus, run: () => actions.new('flow') }];
	if (node.children !== null) return newItems(actions.new);
	const items: MenuItem[] = [{ label: 'Open', run: () => actions.open(node) }];
	if (node.movable) {
		items.push(
			{ label: 'Make action', icon: ArrowRight, run: () => requests.makeAction([file]) },
			{ label: 'Duplicate', keys: keysText('Ctrl D'), run: () => requests.duplicate(file) },
			{ label: 'Move to', run: () => requests.move(file, node.label) }
		);
	}
	if (file.path !== CONNECTION_ROW)
		items.push({ label: 'Version history', icon: History, run: () => actions.versions(file) });
	if (node.editable) items.push(...renameAndDelete(node, actions));
	return items;
}

function severalItems(marked: readonly TreeNode[], requests: RequestActions): MenuItem[] {
	const files = marked.map((each) => fileOf(each.id));
	const together = count(files.length, 'request');
	return [
		{ heading: marked.map((each) => each.label).join(', then ') },
		{ label: `Make action from ${together}`, icon: ArrowRight, run: () => requests.makeAction(files) },
		{ label: `Send ${together} in order`, icon: ListOrdered, run: () => requests.send(files) }
	];
}

function folderItems(node: TreeNode, folder: string, actions: Actions): MenuItem[] {
	const { requests } = actions;
	const file = fileOf(node.id);
	const here = { connector: file.connector, path: folder };
	const items: MenuItem[] = [
		{ label: 'Send all in order', icon: ListOrdered, run: () => requests.send([here], node.label) },
		'line',
		{ label: 'New request', icon: Plus, run: () => requests.newRequest(file.connector, folder) },
		{ label: 'New folder', icon: FolderPlus, run: () => requests.newFolder(file.connector, folder) },
		{ label: 'Import requests', icon: FileInput, run: () => requests.import(folder) },
		{ label: 'Folder settings', icon: Settings2, run: () => requests.folder(here, node.label) }
	];
	if (!node.movable) return items;
	const [rename, ...rest] = renameAndDelete(node, actions);
	return [...items, 'line', rename!, { label: 'Move to', run: () => requests.move(file, node.label) }, ...rest];
}

function renameAndDelete(node: TreeNode, actions: Actions): MenuItem[] {
	return [
		{ label: 'Rename', keys: 'F2', run: () => actions.rename(node) },
		'line',
		{ label: 'Delete', keys: 'Del', danger: true, run: () => actions.delete(fileOf(node.id), node.label) }
	];
}
