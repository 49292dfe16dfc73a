//! Why something could not be kept or found.

use std::path::PathBuf;

/// Why the store failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened or is not a store.
    #[error("cannot open the store {path}: {source}")]
    Open {
        /// The database file.
        path: PathBuf,
        /// What `SQLite` said.
        source: rusqlite::Error,
    },
    /// A newer Joinery wrote it.
    #[error("{path} was written by a newer Joinery (schema {found}, this one knows {known})")]
    TooNew {
        /// The database file.
        path: PathBuf,
        /// Its schema version.
        found: u32,
        /// The newest this program knows.
        known: u32,
    },
    /// A statement failed.
    #[error("the store failed while {doing}: {source}")]
    Statement {
        /// What was being done.
        doing: &'static str,
        /// What `SQLite` said.
        source: rusqlite::Error,
    },
    /// Another process holds it and does not let go.
    #[error("the store {path} is locked by another process")]
    Locked {
        /// The database file.
        path: PathBuf,
    },
    /// A file beside the database failed.
    #[error("cannot use {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The keychain or the encrypted file refused.
    #[error("cannot reach the secret `{name}`: {reason}")]
    Secret {
        /// Its name.
        name: String,
        /// What the keychain said.
        reason: String,
    },
}
