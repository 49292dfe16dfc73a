/** What a connection is and how it does, in words and in the colours that go with them. */
import type { ConnectionView } from '../backend/types/ConnectionView';
import type { Environment } from '../backend/types/Environment';
import type { ReadOnly } from '../backend/types/ReadOnly';

/** Sandbox is wood and live is green; production, where a slip costs most, is ink. */
export const ENVIRONMENTS: Record<Environment, { label: string; tone: 'ink' | 'ok' | 'wood' }> = {
	production: { label: 'production', tone: 'ink' },
	preview: { label: 'preview', tone: 'ok' },
	development: { label: 'development', tone: 'ok' },
	sandbox: { label: 'sandbox', tone: 'wood' }
};

export const WRITES: Record<ReadOnly, string> = {
	ask: 'Ask before the first write',
	true: 'Never write',
	false: 'Write without asking'
};

export type DotTone = 'ok' | 'wood' | 'bad' | 'off';

export function title(connection: ConnectionView): string {
	return connection.sandbox ? 'Sandbox org' : connection.name;
}

export function host(connection: ConnectionView): string | null {
	return connection.base_url?.replace(/^https?:\/\//, '') ?? null;
}

/** The dot: grey until it was used, red where it fails, else the colour of its org. */
export function dotTone(connection: ConnectionView): DotTone {
	if (connection.health.state === 'failing') return 'bad';
	if (connection.health.state === 'unknown') return 'off';
	return connection.environment === 'sandbox' ? 'wood' : 'ok';
}

/** What the dot says. */
export function healthWords(connection: ConnectionView): string {
	switch (connection.health.state) {
		case 'ok':
			return connection.sandbox ? 'running' : 'works';
		case 'failing':
			return 'failing';
		case 'unknown':
			return connection.sandbox ? 'not running' : 'not tested yet';
	}
}
