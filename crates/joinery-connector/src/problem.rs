//! A mistake or a doubt in a file, with its place. The one shape every check reports.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How bad a [`Problem`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum Severity {
    /// The connector cannot run or be exported.
    Error,
    /// It runs, but probably not as meant.
    Warning,
}

/// One finding of a check. Lines and columns count from 1; columns count Unicode scalar values.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Problem {
    /// Path relative to the connector, with `/`.
    pub file: String,
    /// Line, from 1; 0 where the whole file is meant.
    pub line: u32,
    /// Column, from 1; 0 where the whole line is meant.
    pub column: u32,
    /// The column after the last character concerned, where it is known.
    pub end_column: Option<u32>,
    /// How bad it is.
    pub severity: Severity,
    /// A stable word for the kind of finding, such as `syntax` or `unknown_function`.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}
