//! The function reference, read from the functions' doc comments.

use std::fmt::Write as _;

use crate::functions::{
    GROUPS,
    options::{ACTION_RETRY, ALL, WHEN},
    signatures,
};

/// What the engine calls in which file.
pub(crate) const CALLED: &[(&str, &str, &str)] = &[
    (
        "actions/NAME.rhai",
        "execute(connection, input, config)",
        "The output. The one function an action must have.",
    ),
    (
        "actions/NAME.rhai",
        "config_fields(connection)",
        "Fields that are asked first; their answers arrive as `config`.",
    ),
    (
        "actions/NAME.rhai",
        "input_fields(connection, config)",
        "Fields of the input.",
    ),
    (
        "actions/NAME.rhai",
        "output_fields(connection, config)",
        "Fields of the output, or `schema(\"name\")`.",
    ),
    (
        "actions/NAME.rhai",
        "sample_output()",
        "An output to show before the first run.",
    ),
    (
        "actions/NAME.rhai",
        "resume(connection, input, state, config)",
        "The output of an action that called `continue_in`.",
    ),
    (
        "actions/NAME.rhai",
        "retry()",
        "When a failed action is run again from the start.",
    ),
    (
        "actions/NAME.rhai",
        "deprecated()",
        "What to use instead; the action runs and is not offered to others.",
    ),
    (
        "triggers/NAME.rhai",
        "poll(connection, input, cursor, config)",
        "`#{ events, cursor, more }`.",
    ),
    (
        "triggers/NAME.rhai",
        "dedupe_key(event)",
        "What tells an event from others.",
    ),
    (
        "triggers/NAME.rhai",
        "subscribe(connection, input, url), refresh(subscription), unsubscribe(connection, subscription)",
        "Webhooks: [triggers.md](triggers.md).",
    ),
    (
        "triggers/NAME.rhai",
        "notification(input, request, connection)",
        "Events, `respond(...)`, or both.",
    ),
    (
        "pick_lists/NAME.rhai",
        "options(connection, params)",
        "The choices: plain values, or `#{ value, label }`. `params` holds the fields of `depends_on`.",
    ),
    (
        "schemas/NAME.rhai",
        "fields(connection, config)",
        "Fields, where every org has its own.",
    ),
    (
        "connection.rhai",
        "test(connection)",
        "Anything; a failure is a failed test.",
    ),
    (
        "connection.rhai",
        "acquire(connection), refresh(connection, token), apply(connection, request, token)",
        "Signing in by script: [custom-sign-in.md](custom-sign-in.md).",
    ),
];

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
    text += "| File | Function | Gives |\n|---|---|---|\n";
    for (file, function, gives) in CALLED {
        let _ = writeln!(text, "| `{file}` | `{function}` | {gives} |");
    }
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
