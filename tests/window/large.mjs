// A workspace of 5,000 files, one of them a script of 2,000 lines: what figures are taken on.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const REQUESTS = 4000;
const ACTIONS = 990;
const LINES = 2000;
const FOLDER_HOLDS = 100;

const MANIFEST = `format = 1
id = "large"
title = "Large"
version = "0.1.0"
description = "Many files."
hosts = ["acme.okta.com"]

[http]
base_url = "https://acme.okta.com"
`;

/** Writes it; its path. */
export function makeLarge(home) {
	const workspace = join(home, 'documents', 'large-workspace');
	const connector = join(workspace, 'large');
	for (const folder of ['actions', 'requests']) mkdirSync(join(connector, folder), { recursive: true });
	writeFileSync(join(connector, 'connector.toml'), MANIFEST);
	for (let at = 0; at < REQUESTS; at++) {
		const folder = join(connector, 'requests', `area_${Math.floor(at / FOLDER_HOLDS)}`);
		if (at % FOLDER_HOLDS === 0) mkdirSync(folder);
		writeFileSync(join(folder, `find_user_${at}.toml`), `name = "Find user ${at}"\nmethod = "GET"\nurl = "{{base_url}}/api/v1/users/${at}"\n`);
	}
	for (let at = 0; at < ACTIONS; at++) {
		writeFileSync(join(connector, 'actions', `get_thing_${at}.rhai`), `//! Get thing ${at}\n\nfn execute(connection, input) {\n    ${at}\n}\n`);
	}
	const functions = Array.from(
		{ length: (LINES - 5) / 5 },
		(_, at) => `/// Adds ${at}.\nfn add_${at}(number) {\n    let sum = number + ${at};\n    sum\n}`
	);
	writeFileSync(join(connector, 'actions', 'a_long_one.rhai'), `//! A long one\n\nfn execute(connection, input) {\n    add_1(1)\n}\n${functions.join('\n')}\n`);
	return workspace;
}
