//! Forgetting what was kept.

use joinery_store::table;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{error::Error, requests::jars, studio::Studio};

/// What can be cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Cleared {
    /// Sends with their answers, pinned ones too, and runs of actions.
    History,
    /// The cookies of every connection.
    Cookies,
    /// What was typed and not saved, of every workspace.
    Drafts,
    /// Local snapshots of files, of every workspace.
    Snapshots,
}

/// Clears that; how many there were.
///
/// # Errors
/// [`crate::Code::Unavailable`].
pub fn clear(studio: &Studio, what: Cleared) -> Result<usize, Error> {
    Ok(match what {
        Cleared::History => table::send::forget(studio.store()?, None)? + table::run::forget(studio.store()?, None)?,
        Cleared::Cookies => jars::forget_all(studio)?,
        Cleared::Drafts => table::setting::forget(studio.store()?, "drafts:")?,
        Cleared::Snapshots => table::snapshot::forget(studio.store()?)?,
    })
}
