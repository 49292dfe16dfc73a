//! History of runs: input and output of each, so that the next output can be compared and the last input reused.

use crate::{Store, error::Error};

/// One run. `input`, `output` and `detail` are JSON text with secrets masked.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its number, given when it is added.
    pub id: i64,
    /// The workspace's folder.
    pub workspace: String,
    /// The connector's id.
    pub connector: String,
    /// The action's or trigger's name.
    pub action: String,
    /// When, in milliseconds since 1970.
    pub ran_ms: i64,
    /// Whether it gave a value.
    pub ok: bool,
    /// Milliseconds in all.
    pub time_ms: f64,
    /// The input.
    pub input: String,
    /// The output; `None` when it failed or is above 4 MB.
    pub output: Option<String>,
    /// Error, calls and console.
    pub detail: String,
}

/// Adds a run, keeping at most `keep` per action. Returns its number.
///
/// # Errors
/// [`Error::Statement`].
pub fn add(store: &Store, row: &Row, keep: usize) -> Result<i64, Error> {
    let _ = (store, row, keep);
    todo!()
}

/// The last runs of an action, latest first.
///
/// # Errors
/// [`Error::Statement`].
pub fn list(store: &Store, workspace: &str, connector: &str, action: &str, limit: usize) -> Result<Vec<Row>, Error> {
    let _ = (store, workspace, connector, action, limit);
    todo!()
}

/// One run.
///
/// # Errors
/// [`Error::Statement`].
pub fn get(store: &Store, id: i64) -> Result<Option<Row>, Error> {
    let _ = (store, id);
    todo!()
}
