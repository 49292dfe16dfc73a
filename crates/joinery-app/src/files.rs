//! The text files of the open workspace: reading, saving without losing anybody's work, making, deleting.

use joinery_connector::{FileKind, Problem};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{error::Error, studio::Studio};

/// A file of a connector of the open workspace.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FileRef {
    /// The connector's folder in the workspace.
    pub connector: String,
    /// The path relative to the connector.
    pub path: String,
}

/// A file's text and the version it was read at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TextFile {
    /// Which file.
    pub file: FileRef,
    /// Its text.
    pub text: String,
    /// What was read, as a hash: saving over another version is a conflict.
    pub version: String,
}

/// A saved file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SavedFile {
    /// The version that stands on disk now.
    pub version: String,
    /// What is wrong or doubtful in it.
    pub problems: Vec<Problem>,
}

/// Reads a file.
///
/// # Errors
/// [`crate::Code::Unavailable`], [`crate::Code::Invalid`] for bytes that are not text.
pub fn read(studio: &Studio, file: &FileRef) -> Result<TextFile, Error> {
    let _ = (studio, file);
    todo!()
}

/// Saves and checks a file. `version` is what the editor read; `None` overwrites whatever is there.
///
/// # Errors
/// [`crate::Code::Conflict`] when another version stands on disk; [`crate::Code::Unavailable`].
pub fn save(studio: &Studio, file: &FileRef, text: &str, version: Option<&str>) -> Result<SavedFile, Error> {
    let _ = (studio, file, text, version);
    todo!()
}

/// Makes a new action, trigger, method, schema or request with a starting text.
///
/// # Errors
/// [`crate::Code::Conflict`] when the name is taken, [`crate::Code::Usage`] for a name that cannot be one.
pub fn create(studio: &Studio, connector: &str, kind: FileKind, name: &str) -> Result<FileRef, Error> {
    let _ = (studio, connector, kind, name);
    todo!()
}

/// Renames a file within its folder.
///
/// # Errors
/// As [`create`].
pub fn rename(studio: &Studio, file: &FileRef, name: &str) -> Result<FileRef, Error> {
    let _ = (studio, file, name);
    todo!()
}

/// Deletes a file.
///
/// # Errors
/// [`crate::Code::Unavailable`].
pub fn delete(studio: &Studio, file: &FileRef) -> Result<(), Error> {
    let _ = (studio, file);
    todo!()
}

/// What is wrong or doubtful in a text that is not saved yet.
///
/// # Errors
/// [`crate::Code::Usage`] when the connector does not exist.
pub fn check(studio: &Studio, file: &FileRef, text: &str) -> Result<Vec<Problem>, Error> {
    let _ = (studio, file, text);
    todo!()
}
