/** The connector tree as rows: groups for kinds, folders for requests, single files without a group. */
import BookOpen from '@lucide/svelte/icons/book-open';
import Box from '@lucide/svelte/icons/box';
import Braces from '@lucide/svelte/icons/braces';
import FileCog from '@lucide/svelte/icons/file-cog';
import Folder from '@lucide/svelte/icons/folder';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import List from '@lucide/svelte/icons/list';
import ListChecks from '@lucide/svelte/icons/list-checks';
import Play from '@lucide/svelte/icons/play';
import Plug from '@lucide/svelte/icons/plug';
import PlugZap from '@lucide/svelte/icons/plug-zap';
import Send from '@lucide/svelte/icons/send';
import SquareFunction from '@lucide/svelte/icons/square-function';
import Workflow from '@lucide/svelte/icons/workflow';
import Zap from '@lucide/svelte/icons/zap';
import type { Component } from 'svelte';
import type { ConnectionView } from '../../backend/types/ConnectionView';
import type { ConnectorTree } from '../../backend/types/ConnectorTree';
import type { FileKind } from '../../backend/types/FileKind';
import type { FileRef } from '../../backend/types/FileRef';
import type { TreeEntry } from '../../backend/types/TreeEntry';
import type { TreeGroup } from '../../backend/types/TreeGroup';
import { dotTone, healthWords, title } from '../../lib/connections';
import type { TreeNode } from '../../lib/tree';

export const KIND_ICONS: Partial<Record<FileKind, Component<{ size?: number | string }>>> = {
	manifest: FileCog,
	connection: PlugZap,
	action: Play,
	trigger: Zap,
	method: SquareFunction,
	flow: Workflow,
	schema: Braces,
	pick_list: List,
	request: Send,
	test: ListChecks,
	document: BookOpen
};

/** Kinds of which there are few: they stand in the tree without a group. */
const ALONE: readonly FileKind[] = ['manifest', 'connection', 'story', 'document'];

/** Kinds whose names on disk other files rely on, or that have one name only. */
const FIXED: readonly FileKind[] = ['manifest', 'connection'];

export function fileId(file: FileRef): string {
	return `${file.connector}:${file.path}`;
}

export function fileOf(id: string): FileRef {
	const at = id.indexOf(':');
	return { connector: id.slice(0, at), path: id.slice(at + 1) };
}

export function rootId(folder: string): string {
	return `${folder}:`;
}

/** The folder that a node stands for, such as `requests/users`; null for one that holds no requests. */
export function requestFolderOf(node: TreeNode): string | null {
	if (!node.takes) return null;
	const { path } = fileOf(node.id);
	return path === '#request' ? 'requests' : path;
}

/** Every folder of requests in a connector, with its name indented by its depth. */
export function requestFolders(connector: ConnectorTree): { value: string; label: string }[] {
	const folders = [{ value: 'requests', label: 'Requests' }];
	const walk = (entries: readonly TreeEntry[], depth: number) => {
		for (const entry of entries) {
			if (!entry.children) continue;
			folders.push({ value: entry.path, label: `${'\u2003'.repeat(depth)}${entry.label}` });
			walk(entry.children, depth + 1);
		}
	};
	walk(connector.groups.find((group) => group.kind === 'request')?.entries ?? [], 1);
	return folders;
}

/** The path of the row that stands for the connection in use; no file has it. */
export const CONNECTION_ROW = '#in-use';

/** `used`: the connection in use, the folder of the connector it is used for, and how many of its tests have failed. */
export function nodes(
	connectors: readonly ConnectorTree[],
	isOpen: (id: string) => boolean,
	used: { folder: string; connection: ConnectionView | null; failed: number }
): TreeNode[] {
	return connectors.map((connector) => ({
		id: rootId(connector.folder),
		label: connector.id,
		kind: 'root',
		icon: connector.groups[0]?.kind === 'flow' ? Workflow : Box,
		badge: connector.version || undefined,
		error: connector.error ? [connector.error.message, connector.error.hint].filter(Boolean).join('\n') : undefined,
		children: [
			...(connector.folder === used.folder && !connector.error ? [connectionNode(used.folder, used.connection)] : []),
			...connector.groups.flatMap((group) =>
				groupNodes(connector.folder, group, isOpen, connector.folder === used.folder ? used.failed : 0)
			)
		]
	}));
}

function connectionNode(folder: string, connection: ConnectionView | null): TreeNode {
	const words = connection
		? `${title(connection)}: ${connection.health.reason ?? healthWords(connection)}`
		: 'None chosen';
	return {
		id: `${folder}:${CONNECTION_ROW}`,
		label: 'Connection',
		kind: 'item',
		icon: Plug,
		dot: { tone: connection ? dotTone(connection) : 'off', words },
		children: null
	};
}

function groupNodes(folder: string, group: TreeGroup, isOpen: (id: string) => boolean, failed: number): TreeNode[] {
	const icon = KIND_ICONS[group.kind];
	const entries = group.entries.map((entry) => entryNode(folder, entry, group.kind, isOpen));
	if (ALONE.includes(group.kind)) return entries.map((entry) => ({ ...entry, icon }));
	const files = countFiles(group.entries);
	return [
		{
			id: `${folder}:#${group.kind}`,
			label: group.label,
			kind: 'group',
			icon,
			badge: String(files),
			wrong: group.kind === 'test' && failed > 0 ? `${failed} failed` : undefined,
			takes: group.kind === 'request',
			children: entries
		}
	];
}

function entryNode(folder: string, entry: TreeEntry, kind: FileKind, isOpen: (id: string) => boolean): TreeNode {
	const id = `${folder}:${entry.path}`;
	return {
		id,
		label: entry.label,
		kind: 'item',
		method: entry.method ?? undefined,
		badge: entry.deprecated ? 'deprecated' : undefined,
		icon: entry.children ? (isOpen(id) ? FolderOpen : Folder) : undefined,
		editable: kind === 'request' || (entry.children === null && !FIXED.includes(kind)),
		movable: kind === 'request',
		takes: kind === 'request' && entry.children !== null,
		children: entry.children?.map((each) => entryNode(folder, each, kind, isOpen)) ?? null
	};
}

function countFiles(entries: readonly TreeEntry[]): number {
	return entries.reduce((sum, entry) => sum + (entry.children ? countFiles(entry.children) : 1), 0);
}
