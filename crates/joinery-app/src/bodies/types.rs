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
    /// What its text or bytes are of.
    pub format: BodyFormat,
    /// What its sender called it.
    pub content_type: String,
    /// Lines of the raw view; of a binary body, rows of 16 bytes.
    pub raw_lines: u32,
    /// Lines of the tree view; 0 where there is none.
    pub tree_lines: u32,
    /// Lines of the pretty view; 0 where there is none.
    pub pretty_lines: u32,
    /// Rows of the hex view.
    pub hex_lines: u32,
    /// Whether there are records to show as a table.
    pub has_table: bool,
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

/// What a body's text or bytes are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum BodyFormat {
    /// JSON, valid so far.
    Json,
    /// XML.
    Xml,
    /// HTML.
    Html,
    /// Records with a comma, semicolon or tab between fields.
    Csv,
    /// Any other text.
    Text,
    /// A picture that the window can show.
    Image,
    /// A PDF document.
    Pdf,
    /// Any other bytes.
    Bytes,
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
    /// JSON for reading.
    Tree,
    /// Indented anew: JSON, XML, HTML.
    Pretty,
    /// Offsets, hexadecimal, ASCII.
    Hex,
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
    /// What was found in it, flat: start, end, start, end ... in UTF-16 units.
    pub hits: Vec<u32>,
}
