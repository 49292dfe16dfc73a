// The editor as a client of the language server, in the real window: a broken line, completion with docs, definitions,
// renaming over files, layout.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

import { Key, withStudio } from "./driver.mjs";

const CONTENT = `[...document.querySelectorAll('.cm-content[aria-multiline=true]')].find((each) => each.innerText.includes('//!'))`;

test("the editor knows the language while a script is half-written", async () => {
  await withStudio(async (studio) => {
    const okta = join(
      studio.home,
      "documents",
      "Joinery",
      "acme-connectors",
      "okta",
    );
    await studio.see("Build a connector from a call that already works.");
    await studio.click("button", "Start with the sandbox org");
    await studio.see("get_user.rhai");
    await open(studio, "get_user");

    // A broken line is told while it is typed.
    await caret(studio, "    user", 0);
    await studio.type("    let broken = encode_paht(");
    await studio.until(
      "the broken line is marked",
      'return document.querySelector(".cm-lintRange-error") !== null',
    );
    await studio.picture("language-broken");
    for (let letter = 0; letter < 12; letter++)
      await studio.press(Key.Backspace);

    // Completion works in the middle of it, docs beside the list.
    await studio.type("http.");
    await studio.until(
      "what http offers",
      `return [...document.querySelectorAll('.cm-tooltip-autocomplete li')].some((each) => each.textContent.startsWith('post'))`,
    );
    await studio.type("ge");
    await studio.until(
      "its docs, in sight",
      `const docs = document.querySelector('.cm-completionInfo');
			 if (!docs?.innerText.includes('returns the parsed body')) return false;
			 const { left, top } = docs.getBoundingClientRect();
			 return docs.contains(document.elementFromPoint(left + 8, top + 8));`,
    );
    await studio.picture("language-completion");
    await studio.press(Key.Enter);
    await studio.type("(");
    await studio.until(
      "the parameters",
      `return document.querySelector('.cm-lsp-signature-tooltip')?.innerText.includes('http.get(path, query?)')`,
    );
    await studio.press(Key.Escape);
    await studio.type('"/x");\n');
    await studio.until(
      "the unused variable",
      `return [...document.querySelectorAll('.cm-note-warning')].some((each) => each.textContent.includes('never used'))`,
    );

    // The definition of a function of another file, and back to the file for a new name everywhere.
    await caret(studio, "paging::all", 9);
    await studio.press(Key.F12);
    await studio.until(
      "the other file",
      `return ${CONTENT}?.innerText.startsWith('//! Paging')`,
    );

    // Who calls it, in every file.
    await caret(studio, "fn all", 4);
    await studio.press(Key.Shift, Key.F12);
    await studio.until(
      "every use of it",
      `const files = [...document.querySelectorAll('.cm-lsp-reference-file')].map((each) => each.textContent).join();
			 return files.includes('groups.rhai') && files.includes('list_users.rhai') && files.includes('paging.rhai')`,
    );
    await studio.picture("language-references");
    await studio.press(Key.Escape);
    await studio.until(
      "the panel is gone",
      'return document.querySelector(".cm-lsp-reference-panel") === null',
    );
    await caret(studio, "fn all", 4);
    await studio.press(Key.F2);
    await studio.until(
      "the question",
      'return document.activeElement?.name === "name"',
    );
    await studio.run("document.activeElement.select()");
    await studio.type("every");
    await studio.press(Key.Enter);
    await studio.until(
      "the new name",
      `return ${CONTENT}?.innerText.includes('fn every(path, query)')`,
    );
    await open(studio, "list_group_members");
    await studio.until(
      "the new name where it is used",
      `return ${CONTENT}?.innerText.includes('paging::every(')`,
    );
    await studio.press(Key.Control, "s");
    const saved = join(okta, "actions/list_group_members.rhai");
    while (!readFileSync(saved, "utf8").includes("paging::every("))
      await studio.run("return 1");

    // Layout.
    await caret(studio, "let query", 0);
    await studio.type("let   a=1;");
    await studio.press(Key.Shift, Key.Alt, "f");
    await studio.until(
      "the layout",
      `return ${CONTENT}?.innerText.includes('let a = 1;\\n')`,
    );

    // A mistake is mended by a click on what it could be.
    await caret(studio, "let a = 1;", 0);
    await studio.type('encode_paht("x"); ');
    await studio.until(
      "the fix beside the mistake",
      `const range = [...document.querySelectorAll('.cm-lintRange')].find((each) => each.textContent.includes('encode_paht'));
			 const fix = [...document.querySelectorAll('.cm-diagnosticAction')].find((each) => each.textContent.includes('encode_path'));
			 // A pointer that never rests shows nothing.
			 if (!fix && range && Date.now() > (window.restsUntil ?? 0)) {
			 	window.restsUntil = Date.now() + 2000;
			 	const { left, top, height } = range.getBoundingClientRect();
			 	range.dispatchEvent(new MouseEvent('mousemove', { bubbles: true, clientX: left + 8, clientY: top + height / 2 }));
			 }
			 return fix !== undefined`,
    );
    await studio.picture("language-fix");
    await studio.click("button", "encode_path");
    await studio.until(
      "the line as it was meant",
      `return ${CONTENT}?.innerText.includes('encode_path("x"); let a = 1;')`,
    );
    await studio.accessible("the editor with what it says", ".cm-editor");
  });
});

async function open(studio, name) {
  await studio.press(Key.Control, "p");
  await studio.until(
    "the list of files",
    'return document.activeElement?.tagName === "INPUT"',
  );
  await studio.type(name);
  await studio.see(`${name}.rhai`);
  await studio.press(Key.Enter);
  await studio.until(
    `${name} is open`,
    `return ${CONTENT} && [...document.querySelectorAll('[role=tab][aria-selected=true]')].some((each) => each.innerText.includes(arguments[0]))`,
    `${name}.rhai`,
  );
  await studio.until(
    "the editor has the focus",
    `return document.activeElement === ${CONTENT}`,
  );
}

/** Puts the caret into a line of the open script, and waits until the editor has taken note of it. */
async function caret(studio, text, inside) {
  await studio.until(
    `the caret in a line with ${text}`,
    `const content = ${CONTENT};
		 const lines = [...content.querySelectorAll('.cm-line')];
		 const line = lines.find((each) => each.textContent.startsWith(arguments[0])) ?? lines.find((each) => each.textContent.includes(arguments[0]));
		 if (!line) return false;
		 content.focus();
		 const column = line.textContent.indexOf(arguments[0]) + arguments[1];
		 if (line.classList.contains('cm-activeLine') && new RegExp('Col ' + (column + 1) + '\\\\b').test(document.querySelector('footer').innerText)) return true;
		 let offset = column;
		 const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
		 let node;
		 while ((node = walker.nextNode())) { if (offset <= node.length) break; offset -= node.length; }
		 getSelection().collapse(node ?? line, offset);
		 return false;`,
    text,
    inside,
  );
}
