/** What a path in a connector is, as far as the window must tell. */
import type { ConnectorTree } from '../backend/types/ConnectorTree';
import type { FileKind } from '../backend/types/FileKind';
import type { TreeEntry } from '../backend/types/TreeEntry';

export interface ListedFile {
	connector: string;
	path: string;
	label: string;
	kind: FileKind;
	method: string | null;
	/** Whether it is kept for old users only. */
	deprecated?: boolean;
}

/** Every file of every connector, in the order of the tree. */
export function listFiles(connectors: readonly ConnectorTree[]): ListedFile[] {
	return connectors.flatMap((connector) =>
		connector.groups.flatMap((group) =>
			leaves(group.entries).map(({ label, path, method, deprecated }) => ({
				connector: connector.folder,
				path,
				label,
				kind: group.kind,
				method,
				deprecated
			}))
		)
	);
}

function leaves(entries: readonly TreeEntry[]): TreeEntry[] {
	return entries.flatMap((entry) => (entry.children ? leaves(entry.children) : [entry]));
}

export function isRequest(path: string): boolean {
	return path.startsWith('requests/') && path.endsWith('.toml') && !path.endsWith('/folder.toml');
}
