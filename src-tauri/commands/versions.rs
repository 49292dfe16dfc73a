//! Versions of the workspace's files: commits and local snapshots.

use joinery_app::{
    Error,
    versions::{
        self, AskCommits, ChangedFile, Committed, PastCommit, SnapshotView, VersionFile, VersionState, VersionText,
    },
};

use super::Shared;

#[tauri::command(async)]
pub fn version_state(studio: Shared<'_>) -> Result<VersionState, Error> {
    versions::state(&studio)
}

#[tauri::command(async)]
pub fn commit_files(studio: Shared<'_>, paths: Vec<String>, message: String) -> Result<Committed, Error> {
    versions::commit(&studio, &paths, &message)
}

#[tauri::command(async)]
pub fn past_commits(studio: Shared<'_>, ask: AskCommits) -> Result<Vec<PastCommit>, Error> {
    versions::commits(&studio, &ask)
}

#[tauri::command(async)]
pub fn commit_changes(studio: Shared<'_>, id: String) -> Result<Vec<ChangedFile>, Error> {
    versions::commit_changes(&studio, &id)
}

#[tauri::command(async)]
pub fn local_snapshots(studio: Shared<'_>, path: Option<String>) -> Result<Vec<SnapshotView>, Error> {
    versions::snapshots(&studio, path.as_deref())
}

#[tauri::command(async)]
pub fn version_text(studio: Shared<'_>, file: VersionFile) -> Result<VersionText, Error> {
    versions::text(&studio, &file)
}

#[tauri::command(async)]
pub fn restore_version(studio: Shared<'_>, path: String, from: VersionFile) -> Result<(), Error> {
    versions::restore(&studio, &path, &from)
}
