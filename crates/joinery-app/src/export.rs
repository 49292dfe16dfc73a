//! Export: what would go out, the checks it must pass, and writing it.

use joinery_connector::{FileKind, Problem};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{error::Error, studio::Studio};

/// What the export dialog shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ExportPreview {
    /// The connector's id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The file name suggested.
    pub file_name: String,
    /// The folder suggested.
    pub folder: String,
    /// What goes in, by kind.
    pub contents: Vec<ExportGroup>,
    /// Files in all.
    pub files: u32,
    /// Bytes in all, before compression.
    pub size: u64,
    /// SHA-256 of the package as it would be written, lower-case hex.
    pub sha256: String,
    /// The checks.
    pub checks: Vec<ExportCheck>,
    /// Milliseconds the checks took.
    pub time_ms: f64,
}

/// Files of one kind in an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ExportGroup {
    /// The kind.
    pub kind: FileKind,
    /// Its name on screen.
    pub label: String,
    /// How many files.
    pub files: u32,
    /// Bytes.
    pub size: u64,
}

/// One check of an export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ExportCheck {
    /// Its name: `Scripts`, `Secret scan`.
    pub name: String,
    /// How it went.
    pub state: CheckState,
    /// What was found, in one line.
    pub detail: String,
    /// Where.
    pub problems: Vec<Problem>,
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum CheckState {
    /// Nothing found.
    Passed,
    /// Something to look at; export goes on.
    Warning,
    /// Export refuses.
    Failed,
}

/// A written package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Exported {
    /// Where it is.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
}

/// What an export of a connector of the open workspace would hold, and its checks.
///
/// # Errors
/// [`crate::Code::Usage`], [`crate::Code::Invalid`].
pub fn preview(studio: &Studio, connector: &str) -> Result<ExportPreview, Error> {
    let _ = (studio, connector);
    todo!()
}

/// Writes the package to `path`, after the checks.
///
/// # Errors
/// [`crate::Code::Failed`] with the list of what is wrong; [`crate::Code::Unavailable`].
pub fn write(
    studio: &Studio,
    connector: &joinery_connector::Connector,
    format: &str,
    path: &std::path::Path,
) -> Result<Exported, Error> {
    let _ = (studio, connector, format, path);
    todo!()
}
