//! `{{name}}` in requests and manifests: scopes, filling in, and a report of what is missing.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::secret::Secret;

/// Where a value comes from. Later ones win.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Scope {
    /// The workspace's own.
    Workspace,
    /// `connector.toml`.
    Connector,
    /// A `folder.toml` of requests.
    Folder,
    /// The chosen connection's fields and `base_url`.
    Connection,
    /// The request's own table.
    Request,
    /// Given for this one send (`--var`).
    Run,
}

/// A value and whether it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Plain text.
    Text(String),
    /// Never shown.
    Secret(Secret),
}

/// Values by scope.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    entries: Vec<(Scope, String, Value)>,
}

/// One `{{name}}` in a text. Byte offsets include the braces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Placeholder {
    /// The name, trimmed.
    pub name: String,
    /// Byte offset of the first brace.
    pub start: usize,
    /// Byte offset after the last brace.
    pub end: usize,
}

/// A variable without a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Missing {
    /// Its name.
    pub name: String,
    /// Where it stands: `url`, `query.limit`, `headers.Accept`, `body`.
    pub place: String,
    /// A known name that is close, if any.
    pub nearest: Option<String>,
}

impl Variables {
    /// Sets a value in a scope.
    pub fn set(&mut self, scope: Scope, name: impl Into<String>, value: Value) {
        self.entries.push((scope, name.into(), value));
    }

    /// The value that wins, and its scope.
    pub fn get(&self, name: &str) -> Option<(Scope, &Value)> {
        self.entries
            .iter()
            .filter(|(_, entry, _)| entry == name)
            .max_by_key(|(scope, _, _)| *scope)
            .map(|(scope, _, value)| (*scope, value))
    }

    /// Every name that has a value, sorted, each once.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.entries.iter().map(|(_, name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Every `{{name}}` in `text`, in order.
pub fn placeholders(text: &str) -> Vec<Placeholder> {
    let _ = text;
    todo!()
}

/// Fills `text` in. Secrets are filled in too: the result is for the wire, not for the screen.
///
/// # Errors
/// Every name without a value; `place` says where `text` stands.
pub fn fill(text: &str, variables: &Variables, place: &str) -> Result<String, Vec<Missing>> {
    let _ = (text, variables, place);
    todo!()
}
