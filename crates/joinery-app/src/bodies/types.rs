//! What fronts are told of a body.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A body, without its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BodySummary {
    /// The id to ask for lines by.
    pub id: String,
    /// Bytes in it.
    #[ts(type = "number")]
    pub size: u64,
    /// What it is.
    pub kind: BodyKind,
    /// What its sender called it.
    pub content_type: String,
    /// Lines of the raw view; of a binary body, rows of 16 bytes.
    pub raw_lines: u32,
    /// Lines of the tree view; 0 where there is none.
    pub tree_lines: u32,
    /// Whether bytes that are not UTF-8 are shown as `�`.
    pub lossy: bool,
    /// Whether all of it has been read; until then there are more lines to come.
    pub complete: bool,
    /// Where a body that should be JSON is not.
    pub error: Option<BodyError>,
}

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum BodyKind {
    /// Valid JSON: there is a tree.
    Json,
    /// Other text.
    Text,
    /// Bytes.
    Binary,
    /// Nothing.
    Empty,
}

/// Where a body is not JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BodyError {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// What was expected.
    pub message: String,
}

/// How to look at a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum BodyView {
    /// As it came.
    Raw,
    /// Re-indented JSON.
    Tree,
}

/// A window of lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BodyLines {
    /// The first line's number, from 0.
    pub from: u32,
    /// The lines.
    pub lines: Vec<BodyLine>,
}

/// One line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BodyLine {
    /// Its text, not indented.
    pub text: String,
    /// How deep it is in the tree.
    pub depth: u32,
    /// The line that closes what this one opens.
    pub fold_end: Option<u32>,
    /// Its colours, as [`crate::highlight::flat`] writes them.
    pub spans: Vec<u32>,
    /// Whether the text was cut.
    pub cut: bool,
}
