//! Versions of the workspace's files: commits where it is in a git repository, local snapshots everywhere. A repository
//! is never made, and nothing is written into one but by a commit of files that somebody chose.

mod commit;
mod git;
mod log;
mod repository;
mod snapshots;
mod status;
#[cfg(test)]
mod tests;
mod text;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use commit::Committed;
pub use log::{AskCommits, PastCommit};
pub(crate) use repository::git_folder;
pub use snapshots::{SnapshotView, SnapshotWhy};
pub(crate) use snapshots::{delete, forget_old, keep, keep_folder, renamed, write};
pub use status::{ChangeMark, ChangedFile, RepositoryView};
pub use text::{Version, VersionFile, VersionText};

use crate::{
    error::{Code, Error},
    studio::Studio,
};
use git::Git;
use repository::Repository;
use snapshots::Writing;
use text::Sources;

/// How the workspace's files stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct VersionState {
    /// What git says; none where the workspace is in no repository, or git cannot be asked.
    pub repository: Option<RepositoryView>,
    /// Why git cannot be asked although there is a repository.
    pub trouble: Option<Error>,
}

/// Looks how the workspace's files stand.
///
/// # Errors
/// [`Code::Usage`] where no workspace is open.
pub fn state(studio: &Studio) -> Result<VersionState, Error> {
    let folder = studio.workspace_folder()?;
    let looked = Repository::find(Git::installed(), &folder).map(|repository| status::look(&repository));
    let (repository, trouble) = match looked {
        Some(Ok(repository)) => (Some(repository), None),
        Some(Err(trouble)) => (None, Some(trouble)),
        None => (None, None),
    };
    Ok(VersionState { repository, trouble })
}

/// Commits files of the workspace, and nothing else.
///
/// # Errors
/// [`Code::Input`] and [`Code::Conflict`] where it cannot be made, [`Code::Failed`] where git cannot be asked.
pub fn commit(studio: &Studio, paths: &[String], message: &str) -> Result<Committed, Error> {
    let (folder, repository) = repository(studio)?;
    for path in paths {
        text::place(&folder, path)?;
    }
    commit::commit(&repository, paths, message)
}

/// Commits that changed the workspace, or one of its files; none where it is in no repository.
///
/// # Errors
/// [`Code::Failed`] where git cannot be asked, [`Code::Usage`] for a file outside of the workspace.
pub fn commits(studio: &Studio, ask: &AskCommits) -> Result<Vec<PastCommit>, Error> {
    let folder = studio.workspace_folder()?;
    if let Some(path) = &ask.path {
        text::place(&folder, path)?;
    }
    let repository = Repository::find(Git::installed(), &folder);
    repository.map_or_else(|| Ok(Vec::new()), |repository| log::list(&repository, ask))
}

/// The files of the workspace that a commit changed.
///
/// # Errors
/// [`Code::Failed`] where git does not know the commit.
pub fn commit_changes(studio: &Studio, id: &str) -> Result<Vec<ChangedFile>, Error> {
    log::changes(&repository(studio)?.1, id)
}

/// Snapshots of a file, or of all files, the newest first.
///
/// # Errors
/// [`Code::Unavailable`] where the store cannot be read.
pub fn snapshots(studio: &Studio, path: Option<&str>) -> Result<Vec<SnapshotView>, Error> {
    snapshots::list(studio.store()?, &studio.workspace_folder()?, path)
}

/// What stands in a file in one of its versions.
///
/// # Errors
/// [`Code::Usage`] for a file outside of the workspace, [`Code::Unavailable`] where it cannot be read.
pub fn text(studio: &Studio, file: &VersionFile) -> Result<VersionText, Error> {
    let folder = studio.workspace_folder()?;
    sources(studio, &folder)?.text(file)
}

/// Gives `path` the text of a version of it, or of the file it was before. What stands there now is kept as a snapshot
/// first; where that is not possible, nothing is written.
///
/// # Errors
/// [`Code::Conflict`] where the version has no text, [`Code::Unavailable`] where it cannot be written.
pub fn restore(studio: &Studio, path: &str, from: &VersionFile) -> Result<(), Error> {
    let folder = studio.workspace_folder()?;
    let place = text::place(&folder, path)?;
    let VersionText::Text { text } = sources(studio, &folder)?.text(from)? else {
        return Err(
            Error::new(Code::Conflict, format!("{path} has no text in that version"))
                .with_hint("Choose a version that shows its text."),
        );
    };
    let writing = Writing::begin(studio, &place);
    if let Some(writing) = &writing {
        writing.replaced(studio, &text)?;
    }
    joinery_connector::file::write(&place, text.as_bytes())?;
    if let Some(writing) = writing {
        writing.restored(studio, &text);
    }
    Ok(())
}

fn repository(studio: &Studio) -> Result<(PathBuf, Repository), Error> {
    let folder = studio.workspace_folder()?;
    match Repository::find(Git::installed(), &folder) {
        Some(repository) => Ok((folder, repository)),
        None => Err(Error::new(Code::Usage, "this workspace is not in a git repository")
            .with_hint("What you save is kept as local snapshots. `git init` in a terminal makes a repository.")),
    }
}

fn sources<'a>(studio: &'a Studio, folder: &'a Path) -> Result<Sources<'a>, Error> {
    Ok(Sources {
        folder,
        repository: Repository::find(Git::installed(), folder),
        store: studio.store()?,
    })
}

/// What git said, as text: names of files that are none are shown as well as they can be.
fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
