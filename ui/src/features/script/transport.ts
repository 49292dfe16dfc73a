/** The wire to the language server in the engine. */
import type { Transport } from '@codemirror/lsp-client';
import type { Backend } from '../../backend';

/** Messages arrive in the order they were sent: each waits for the one before it. */
export function transport(backend: Pick<Backend, 'startLanguageServer' | 'languageMessage'>): Transport {
	const heard = new Set<(message: string) => void>();
	let last: Promise<unknown> = backend.startLanguageServer();
	return {
		send(message) {
			last = last
				.then(() => backend.languageMessage(message))
				.then((answers) => {
					for (const answer of answers) for (const hear of heard) hear(answer);
				})
				// The request runs into its time limit; the editor works on without it.
				.catch(() => undefined);
		},
		subscribe: (hear) => void heard.add(hear),
		unsubscribe: (hear) => void heard.delete(hear)
	};
}
