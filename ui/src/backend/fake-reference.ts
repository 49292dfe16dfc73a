/** A few functions of the reference, for tests and the page without an engine. */
import type { Backend } from './index';
import type { FunctionHelp } from './types/FunctionHelp';

const FUNCTIONS: FunctionHelp[] = [
	{
		name: 'http.get',
		signature: 'http.get(path, query?)',
		description: 'Sends a GET and returns the parsed body. Throws on any answer but 2xx.',
		example: 'http.get("/api/v1/users/me").status == "ACTIVE"',
		group: 'HTTP',
		file: null,
		options: []
	},
	{
		name: 'csv.parse',
		signature: 'csv.parse(text, options?)',
		description: 'Reads CSV into a list of maps, one for each line.',
		example: 'csv.parse("a,b\\n1,2")[0].b == "2"',
		group: 'CSV',
		file: null,
		options: [{ key: 'separator', meaning: 'What stands between values. `,` without it.' }]
	},
	{
		name: 'sha256',
		signature: 'sha256(text)',
		description:
			'Returns the SHA-256 of `text` as lower-case hex. See [RFC 6234](https://www.rfc-editor.org/rfc/rfc6234).',
		example: 'sha256("abc").starts_with("ba7816bf")',
		group: 'Hashes',
		file: null,
		options: []
	},
	{
		name: 'execute',
		signature: 'execute(connection, input, config)',
		description: 'What the action does. `input` has been checked against the input fields.',
		example: 'fn execute(connection, input) {\n    http.get("/items")\n}',
		group: 'What the engine calls',
		file: 'actions/NAME.rhai',
		options: []
	}
];

/** Pages that were opened. */
export const OPENED: string[] = [];

export function fakeReference(): Pick<Backend, 'functionHelp' | 'openLink'> {
	return {
		functionHelp: async () => FUNCTIONS,
		openLink: async (address) => void OPENED.push(address)
	};
}
