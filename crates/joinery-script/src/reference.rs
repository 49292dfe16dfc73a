//! The function reference, read from the functions' doc comments.

use std::fmt::Write as _;

use crate::{
    functions::{GROUPS, signatures},
    run::Scripts,
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
pub fn functions(scripts: &Scripts) -> Vec<FunctionDoc> {
    let _ = scripts;
    GROUPS.iter().flat_map(signatures::documented).collect()
}

/// The reference as Markdown.
pub fn markdown(functions: &[FunctionDoc]) -> String {
    let mut text = String::from(
        "# Script functions\n\nWritten from the functions' own comments; every example is run by a test and gives `true`.\n",
    );
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
    }
    text
}
