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

/// A function that a file may have, which the engine calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryDoc {
    /// The file it stands in: `actions/NAME.rhai`.
    pub file: &'static str,
    /// Its name.
    pub name: &'static str,
    /// `execute(connection, input, config)`
    pub signature: String,
    /// What it is for.
    pub description: &'static str,
    /// How it is usually begun.
    pub example: String,
}

/// Every function that the engine calls, by the file it stands in.
pub fn entries() -> Vec<EntryDoc> {
    let of_file = |(_, file, entries): &(_, &'static str, &'static [Entry])| {
        let file = *file;
        entries.iter().map(move |entry| EntryDoc {
            file,
            name: entry.name,
            signature: format!("{}({})", entry.name, entry.parameters.join(", ")),
            description: entry.doc,
            example: format!(
                "fn {}({}) {{\n{}\n}}",
                entry.name,
                entry.usual().join(", "),
                plain(entry.body)
            ),
        })
    };
    entries::ALL.iter().flat_map(of_file).collect()
}

/// A snippet's text without its places to fill in: what stands in them, where something does.
fn plain(snippet: &str) -> String {
    let mut text = String::new();
    let mut rest = snippet;
    while let Some(at) = rest.find(['$', '\\', '}']) {
        text += &rest[..at];
        let place = &rest[at..];
        if let Some(escaped) = place.strip_prefix('\\') {
            let length = escaped.chars().next().map_or(0, char::len_utf8);
            text += &escaped[..length];
            rest = &escaped[length..];
        } else if let Some(inside) = place.strip_prefix("${") {
            // A place ends with its first bracket: none of ours holds another.
            let (inside, after) = inside.split_once('}').unwrap_or((inside, ""));
            text += inside.split_once(':').map_or("", |(_, shown)| shown);
            rest = after;
        } else if let Some(number) = place.strip_prefix('$') {
            rest = number.trim_start_matches(|c: char| c.is_ascii_digit());
        } else {
            text.push('}');
            rest = &place[1..];
        }
    }
    text + rest
}

/// The keys of the map of options that a function takes, each with what it means; none where it takes no such map.
pub fn options(function: &str) -> &'static [(&'static str, &'static str)] {
    let taken = ALL.iter().find(|taken| taken.function == function);
    taken.map_or(&[], |taken| taken.keys)
}

/// The keys of the map that a function of a file returns, as [`options`].
pub fn returned(entry: &str) -> &'static [(&'static str, &'static str)] {
    if entry == "retry" { ACTION_RETRY } else { &[] }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_engine_calls_is_begun_as_the_editor_begins_it() {
        let entries = entries();
        let execute = entries.iter().find(|entry| entry.name == "execute").unwrap();
        assert_eq!(
            execute.example,
            "fn execute(connection, input) {\n    http.get(`/items/${encode_path(input.id)}`)\n}"
        );
        let left = entries
            .iter()
            .find(|entry| entry.example.contains("${1") || entry.example.contains("$0"));
        assert_eq!(left, None);
    }
}
