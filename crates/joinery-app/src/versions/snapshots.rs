//! Local snapshots: what stood in a file each time it was saved here, in the store and never in the workspace.

use std::{
    fs,
    path::{Path, PathBuf},
};

use joinery_store::{
    Store,
    table::{self, snapshot::Why},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::text::{from_disk, place};
use crate::{
    error::Error,
    studio::{Studio, now_ms},
};

/// How many snapshots of a file are kept.
const OF_A_FILE: usize = 50;
/// How long one is kept.
const KEPT_MS: i64 = 30 * 86_400_000;
/// How much all of them may take.
const ALL_BYTES: i64 = 200 << 20;
/// The largest file that is kept: what people write is far smaller.
const LARGEST: usize = 512 << 10;
/// Saves within this are one: who saves at every line does not want fifty of them.
const TOGETHER_MS: i64 = 10_000;
/// How many are listed.
const LISTED: usize = 500;

/// Why a snapshot was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SnapshotWhy {
    /// The file was saved with this text.
    Saved,
    /// This stood in it before a save, written by another program.
    Found,
    /// This stood in it before it was restored to another version.
    Replaced,
    /// It was restored to this.
    Restored,
    /// This stood in it when it was deleted.
    Deleted,
}

/// A snapshot, without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SnapshotView {
    /// Its number.
    #[ts(type = "number")]
    pub id: i64,
    /// The file's path in the workspace.
    pub path: String,
    /// When it was taken, in milliseconds since 1970.
    pub taken_ms: i64,
    /// Why.
    pub why: SnapshotWhy,
    /// Its bytes.
    pub size: u32,
}

/// The snapshots of a file, or of every file of the workspace; the newest first.
pub(super) fn list(store: &Store, folder: &Path, path: Option<&str>) -> Result<Vec<SnapshotView>, Error> {
    let rows = table::snapshot::list(store, &folder.display().to_string(), path, LISTED)?;
    Ok(rows.into_iter().map(view_of).collect())
}

/// Writes a file of the workspace as [`joinery_connector::file::write`] does, and keeps what stood there, where no
/// snapshot has it, and what stands there now.
pub(crate) fn write(studio: &Studio, file: &Path, text: &str) -> Result<(), Error> {
    let writing = Writing::begin(studio, file);
    joinery_connector::file::write(file, text.as_bytes())?;
    if let (Some(writing), Ok(store)) = (writing, studio.store()) {
        // A save that went well does not fail for want of its snapshot.
        let _ = writing.saved(store, text);
    }
    Ok(())
}

/// Deletes a file of the workspace, and keeps what stood in it.
pub(crate) fn delete(studio: &Studio, file: &Path) -> Result<(), Error> {
    let writing = Writing::begin(studio, file);
    fs::remove_file(file).map_err(|source| joinery_connector::Error::Write {
        path: file.to_owned(),
        source,
    })?;
    if let Some(writing) = writing {
        writing.deleted(studio);
    }
    Ok(())
}

/// Keeps what stands in a file that is about to be written over by something that is not kept itself, such as a recording.
pub(crate) fn keep(studio: &Studio, file: &Path) {
    if let Some(writing) = Writing::begin(studio, file) {
        // A snapshot that cannot be taken is no reason not to write.
        let _ = writing.replaced(studio, "");
    }
}

/// Keeps what stands in every file of a folder that is about to be deleted.
pub(crate) fn keep_folder(studio: &Studio, folder: &Path) {
    for entry in folder.read_dir().into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            keep_folder(studio, &path);
        } else if let Some(writing) = Writing::begin(studio, &path) {
            writing.deleted(studio);
        }
    }
}

/// A file that is about to be written, and what stands in it now.
pub(super) struct Writing {
    workspace: PathBuf,
    path: String,
    before: Option<String>,
}

impl Writing {
    /// Looks at `file` before it is written; `None` where no snapshot is taken of it.
    pub(super) fn begin(studio: &Studio, file: &Path) -> Option<Self> {
        let workspace = studio.workspace_folder().ok()?;
        let path = relative(&workspace, file)?;
        let place = place(&workspace, &path).ok()?;
        let before = from_disk(&place).ok().flatten().and_then(kept_text);
        Some(Self {
            workspace,
            path,
            before,
        })
    }

    /// Keeps what stood in a file that is deleted.
    fn deleted(self, studio: &Studio) {
        if let (Ok(store), Some(before)) = (studio.store(), &self.before) {
            let _ = self.add(store, Why::Deleted, before);
        }
    }

    /// Keeps what is about to be replaced by another version.
    pub(super) fn replaced(&self, studio: &Studio, text: &str) -> Result<(), Error> {
        match self.before.as_deref().filter(|before| *before != text) {
            Some(before) => self.add(studio.store()?, Why::Replaced, before),
            None => Ok(()),
        }
    }

    /// Keeps what it was replaced by.
    pub(super) fn restored(self, studio: &Studio, text: &str) {
        if let Ok(store) = studio.store() {
            let _ = self.add(store, Why::Restored, text);
        }
    }

    fn saved(&self, store: &Store, text: &str) -> Result<(), Error> {
        if let Some(before) = self.before.as_deref().filter(|before| *before != text) {
            self.add(store, Why::Found, before)?;
        }
        self.add(store, Why::Saved, text)
    }

    fn add(&self, store: &Store, why: Why, text: &str) -> Result<(), Error> {
        if text.len() > LARGEST {
            return Ok(());
        }
        let row = table::snapshot::Row {
            id: 0,
            workspace: self.workspace.display().to_string(),
            path: self.path.clone(),
            taken_ms: now_ms(),
            why,
            text: text.to_owned(),
        };
        Ok(table::snapshot::add(store, &row, OF_A_FILE, TOGETHER_MS)?)
    }
}

/// A file or folder has another name from now on: the snapshots go along.
pub(crate) fn renamed(studio: &Studio, from: &Path, to: &Path) {
    let Ok(workspace) = studio.workspace_folder() else {
        return;
    };
    if let (Ok(store), Some(from), Some(to)) = (studio.store(), relative(&workspace, from), relative(&workspace, to)) {
        // The file has its new name already; what cannot be moved stays under the old one.
        let _ = table::snapshot::renamed(store, &workspace.display().to_string(), &from, &to);
    }
}

/// Forgets what is too old, and the oldest where all together are too much.
pub(crate) fn forget_old(studio: &Studio) -> Result<(), Error> {
    Ok(table::snapshot::shrink(studio.store()?, now_ms() - KEPT_MS, ALL_BYTES)?)
}

/// The path of `file` in the workspace, with `/`.
fn relative(workspace: &Path, file: &Path) -> Option<String> {
    let relative = file.strip_prefix(workspace).ok()?;
    let parts: Vec<&str> = relative.iter().map(|part| part.to_str()).collect::<Option<_>>()?;
    // `.` stands for a workspace that is a connector itself.
    let parts: Vec<&str> = parts.into_iter().filter(|part| *part != ".").collect();
    Some(parts.join("/"))
}

fn kept_text(bytes: Vec<u8>) -> Option<String> {
    (bytes.len() <= LARGEST)
        .then(|| String::from_utf8(bytes).ok())
        .flatten()
}

fn view_of(row: table::snapshot::Listed) -> SnapshotView {
    SnapshotView {
        id: row.id,
        path: row.path,
        taken_ms: row.taken_ms,
        why: match row.why {
            Why::Saved => SnapshotWhy::Saved,
            Why::Found => SnapshotWhy::Found,
            Why::Replaced => SnapshotWhy::Replaced,
            Why::Restored => SnapshotWhy::Restored,
            Why::Deleted => SnapshotWhy::Deleted,
        },
        size: row.size,
    }
}
