/** A language server that knows two functions and finds what the fake check finds. */
import type { Problem } from './types/Problem';

interface Message {
	id?: number;
	method: string;
	params: {
		textDocument?: { uri: string; version?: number; text?: string };
		contentChanges?: { text: string }[];
		position?: { line: number; character: number };
		newName?: string;
	};
}

const FUNCTIONS = [
	['get', 'http.get(path, query?)', 'Gets `path` and returns the parsed body.'],
	['post', 'http.post(path, body?)', 'Posts `body` as JSON to `path`.']
] as const;

export function fakeLanguage(check: (path: string, text: string) => Problem[]) {
	const texts = new Map<string, string>();

	function answer({ method, params }: Message): unknown {
		const position = params.position;
		switch (method) {
			case 'initialize':
				return {
					capabilities: { textDocumentSync: 1, completionProvider: { triggerCharacters: ['.'] }, renameProvider: true }
				};
			case 'textDocument/completion':
				return FUNCTIONS.map(([label, detail, value]) => ({
					label,
					detail,
					kind: 3,
					documentation: { kind: 'markdown', value },
					textEdit: { range: { start: position, end: position }, newText: label }
				}));
			case 'textDocument/rename': {
				// Every `user` of every file that is open or named so: enough to see that others are reached.
				const uri = params.textDocument!.uri;
				const other = uri.replace('get_user', 'list_users');
				const first = { start: { line: 0, character: 0 }, end: { line: 0, character: 3 } };
				const edit = [{ range: first, newText: params.newName }];
				return { changes: { [uri]: edit, [other]: edit } };
			}
			default:
				return null;
		}
	}

	function published(uri: string, version: number): string {
		const text = texts.get(uri) ?? '';
		const diagnostics = check(uri, text).map((problem) => ({
			range: { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } },
			message: problem.message,
			data: { problem, fixes: [] }
		}));
		const params = { uri, version, diagnostics };
		return JSON.stringify({ jsonrpc: '2.0', method: 'textDocument/publishDiagnostics', params });
	}

	return {
		start: () => texts.clear(),
		message(json: string): string[] {
			const message = JSON.parse(json) as Message;
			const { uri = '', version = 0, text } = message.params?.textDocument ?? {};
			if (message.method === 'textDocument/didOpen') texts.set(uri, text ?? '');
			else if (message.method === 'textDocument/didChange') texts.set(uri, message.params.contentChanges![0]!.text);
			else if (message.id === undefined) return [];
			else return [JSON.stringify({ jsonrpc: '2.0', id: message.id, result: answer(message) })];
			return [published(uri, version)];
		}
	};
}
