//! The one shape of failure that fronts see.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What kind of failure, where a front branches on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Code {
    /// The caller named something that does not exist: an action, a connection, a bad flag. CLI exit code 2.
    Usage,
    /// A file is missing or cannot be read or written, the store is locked. CLI exit code 3.
    Unavailable,
    /// A file changed on disk since it was read.
    Conflict,
    /// A file's contents are wrong; `file`, `line` and `column` say where. CLI exit code 1.
    Invalid,
    /// Input or variables are missing or wrong. CLI exit code 1.
    Input,
    /// No response came back. CLI exit code 1.
    Network,
    /// The run or check failed, or export refused. CLI exit code 1.
    Failed,
    /// The caller cancelled it.
    Cancelled,
    /// A mistake of ours, caught.
    Internal,
}

/// What happened, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Error {
    /// What kind of failure.
    pub code: Code,
    /// What happened.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// The file concerned.
    pub file: Option<String>,
    /// Its line, from 1.
    pub line: Option<u32>,
    /// Its column, from 1.
    pub column: Option<u32>,
}
