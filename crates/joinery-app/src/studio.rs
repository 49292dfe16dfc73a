//! The studio: store, scripts, HTTP, secrets and clock, built once by each front.

use std::path::PathBuf;

/// Where things are and whom to ask.
#[derive(Debug, Clone)]
pub struct StudioOptions {
    /// Where the store lives (`JOINERY_HOME`).
    pub home: PathBuf,
    /// Where *Start with the sandbox org* makes its workspace.
    pub documents: PathBuf,
    /// Whether the system's keychain is asked for secrets.
    pub keychain: bool,
}

/// Everything a front needs. Cheap to share behind an `Arc`.
pub struct Studio {}
