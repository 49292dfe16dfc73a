//! Checking a value against a schema, with messages that name the path.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One way in which a value breaks its schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Violation {
    /// The path in the value: `profile.login`, `groups[2]`; empty for the value itself.
    pub path: String,
    /// What is wrong, in plain words.
    pub message: String,
}

/// Every way in which `value` breaks `schema`.
///
/// # Errors
/// The message of a schema that is itself wrong.
pub fn check(schema: &serde_json::Value, value: &serde_json::Value) -> Result<Vec<Violation>, String> {
    let _ = (schema, value);
    todo!()
}
