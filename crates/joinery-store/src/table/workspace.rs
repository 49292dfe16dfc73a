//! Workspaces opened before, latest first.

use crate::{Store, error::Error};

/// One workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its folder.
    pub path: String,
    /// When it was last opened, in milliseconds since 1970.
    pub opened_ms: i64,
}

/// Notes that `path` was opened.
///
/// # Errors
/// [`Error::Statement`].
pub fn opened(store: &Store, path: &str, now_ms: i64) -> Result<(), Error> {
    let _ = (store, path, now_ms);
    todo!()
}

/// The last `limit` workspaces, latest first.
///
/// # Errors
/// [`Error::Statement`].
pub fn recent(store: &Store, limit: usize) -> Result<Vec<Row>, Error> {
    let _ = (store, limit);
    todo!()
}

/// Takes a workspace off the list.
///
/// # Errors
/// [`Error::Statement`].
pub fn forget(store: &Store, path: &str) -> Result<(), Error> {
    let _ = (store, path);
    todo!()
}
