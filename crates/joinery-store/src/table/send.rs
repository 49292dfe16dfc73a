//! History of the tester: one row per send, the body in a file.

use crate::{Store, error::Error};

/// One send. The request's and response's metadata are JSON text with secrets masked.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its number, given when it is added.
    pub id: i64,
    /// The workspace's folder.
    pub workspace: String,
    /// The request file, where it is a saved one.
    pub request_path: Option<String>,
    /// When, in milliseconds since 1970.
    pub sent_ms: i64,
    /// The method.
    pub method: String,
    /// The URL as sent, secrets masked.
    pub url: String,
    /// The status; `None` where there was no response.
    pub status: Option<u16>,
    /// Milliseconds in all.
    pub time_ms: f64,
    /// Everything else about request and response, JSON.
    pub detail: String,
    /// The body's file name in the body folder.
    pub body: Option<String>,
}

/// Adds a send, keeping at most `keep` per workspace; bodies of dropped rows are deleted. Returns its number.
///
/// # Errors
/// [`Error::Statement`], [`Error::File`].
pub fn add(store: &Store, row: &Row, keep: usize) -> Result<i64, Error> {
    let _ = (store, row, keep);
    todo!()
}

/// The last sends of a workspace, latest first; of one request where given.
///
/// # Errors
/// [`Error::Statement`].
pub fn list(store: &Store, workspace: &str, request_path: Option<&str>, limit: usize) -> Result<Vec<Row>, Error> {
    let _ = (store, workspace, request_path, limit);
    todo!()
}

/// One send.
///
/// # Errors
/// [`Error::Statement`].
pub fn get(store: &Store, id: i64) -> Result<Option<Row>, Error> {
    let _ = (store, id);
    todo!()
}
