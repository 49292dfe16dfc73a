//! The function reference, read from the functions' doc comments.

use std::fmt::Write as _;

use crate::{
    entries::{self, Entry},
    functions::{
        GROUPS,
        options::{ACTION_RETRY, ALL, WHEN},
        signatures,
    },
};

/// One script function as documented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionDoc {
    /// The name: `sha256`, `http.get`.
    pub name: String,
    /// `sha256(text)`
    pub signature: String,
    /// What it does.
    pub description: String,
    /// An example that a test runs.
    pub example: String,
    /// The group it belongs to.
    pub group: String,
}

/// Every function, by group and name.
pub fn functions() -> Vec<FunctionDoc> {
    GROUPS.iter().flat_map(signatures::documented).collect()
}

/// The reference as Markdown.
pub fn markdown(functions: &[FunctionDoc]) -> String {
    let mut text = String::from(
        "# Script functions\n\nWritten from the functions' own comments; every example is run by a test and gives `true`. \
         Of an options map (`#{ ... }`) every key may be left out; one that is not known is an error.\n",
    );
    text += "\n## What the engine calls\n\nFunctions that a file may have. Each may take fewer parameters than stand here.\n\n";
    text += "| File | Function | What for |\n|---|---|---|\n";
    for (_, file, entries) in entries::ALL {
        for Entry {
            name, parameters, doc, ..
        } in *entries
        {
            let _ = writeln!(text, "| `{file}` | `{name}({})` | {doc} |", parameters.join(", "));
        }
    }
    text += "\nAn action must have `execute`. Where its fields are the org's own, `execute` calls `input_fields(connection, \
             config)` or `output_fields(connection, config)` of its file to know them as they are for these answers. [triggers.md](triggers.md) tells of webhooks, \
             [custom-sign-in.md](custom-sign-in.md) of signing in by script.\n";
    for (title, keys) in [("retry()", ACTION_RETRY), ("when", WHEN)] {
        let _ = write!(text, "\n`{title}` is a map of:\n\n");
        table(&mut text, keys);
    }
    let mut group = "";
    for function in functions {
        if function.group != group {
            group = &function.group;
            let _ = write!(text, "\n## {group}\n");
        }
        let FunctionDoc {
            signature,
            description,
            example,
            ..
        } = function;
        let _ = write!(
            text,
            "\n### `{signature}`\n\n{description}\n\n```rhai\n{example}\n```\n"
        );
        if let Some(taken) = ALL.iter().find(|taken| taken.function == function.name) {
            text.push('\n');
            table(&mut text, taken.keys);
        }
    }
    text
}

fn table(text: &mut String, keys: &[(&str, &str)]) {
    text.push_str("| Option | Meaning |\n|---|---|\n");
    for (key, meaning) in keys {
        let _ = writeln!(text, "| `{key}` | {} |", meaning.replace('|', "\\|"));
    }
}
