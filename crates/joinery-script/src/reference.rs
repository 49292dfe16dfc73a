//! The function reference, read from the functions' doc comments.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::run::Scripts;

/// One script function as documented.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
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
    todo!()
}
