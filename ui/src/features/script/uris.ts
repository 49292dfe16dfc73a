/** Files by their address, as the language server knows them. */
import type { FileRef } from '../../backend/types/FileRef';

/** `folder` is the workspace's. */
export function uriOf(folder: string, file: FileRef): string {
	const path = [folder.replaceAll('\\', '/').replace(/\/$/, ''), file.connector, file.path]
		.filter((part) => part !== '.')
		.join('/');
	const segments = path
		.split('/')
		.map((segment, at) => (at === 0 && /^[A-Za-z]:$/.test(segment) ? segment : encode(segment)));
	return `file://${path.startsWith('/') ? '' : '/'}${segments.join('/')}`;
}

/** The file of an address; null for one outside the workspace. `connectors` are the folders of its connectors. */
export function fileOf(folder: string, connectors: readonly string[], uri: string): FileRef | null {
	const found = connectors
		.map((connector) => ({ connector, start: uriOf(folder, { connector, path: '' }) }))
		.filter(({ start }) => uri.startsWith(start))
		.sort((left, right) => right.start.length - left.start.length)[0];
	return found ? { connector: found.connector, path: decodeURIComponent(uri.slice(found.start.length)) } : null;
}

/** As addresses of files are written by others: letters of names that have a meaning in an address are not. */
function encode(segment: string): string {
	return encodeURIComponent(segment).replace(/%(2B|40|3A|24|26|2C|3D)/g, (code) => decodeURIComponent(code));
}
