//! What stands in a file in one of its versions.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Component, Path, PathBuf},
};

use joinery_store::{Store, table};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{log, repository::Repository};
use crate::error::{Code, Error};

/// The largest text that is compared on screen.
pub(super) const LARGEST: usize = 1 << 20;

/// Which version of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum Version {
    /// Before there was one.
    Nothing,
    /// As it is on disk.
    Disk,
    /// As the last commit has it.
    Head,
    /// As a commit has it.
    Commit {
        /// The commit.
        id: String,
    },
    /// A local snapshot.
    Snapshot {
        /// Its number.
        #[ts(type = "number")]
        id: i64,
    },
}

/// A file in one of its versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct VersionFile {
    /// The path in the workspace.
    pub path: String,
    /// Which version.
    pub version: Version,
}

/// What stands in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum VersionText {
    /// Text.
    Text {
        /// All of it.
        text: String,
    },
    /// There is no such file in this version.
    Absent,
    /// Bytes that are no text.
    Binary,
    /// More than is shown.
    TooLarge,
}

/// Where versions come from.
pub(super) struct Sources<'a> {
    pub(super) folder: &'a Path,
    pub(super) repository: Option<Repository>,
    pub(super) store: &'a Store,
}

impl Sources<'_> {
    pub(super) fn text(&self, file: &VersionFile) -> Result<VersionText, Error> {
        let path = place(self.folder, &file.path)?;
        let bytes = match &file.version {
            Version::Nothing => None,
            Version::Disk => from_disk(&path)?,
            Version::Head => self.committed("HEAD", &file.path)?,
            Version::Commit { id } => self.committed(log::checked_id(id)?, &file.path)?,
            Version::Snapshot { id } => table::snapshot::get(self.store, &self.folder.display().to_string(), *id)?
                .map(|snapshot| snapshot.text.into_bytes()),
        };
        Ok(match bytes {
            None => VersionText::Absent,
            Some(bytes) if bytes.len() > LARGEST => VersionText::TooLarge,
            Some(bytes) => match String::from_utf8(bytes) {
                Ok(text) if !text.contains('\0') => VersionText::Text { text },
                _ => VersionText::Binary,
            },
        })
    }

    fn committed(&self, commit: &str, path: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(repository) = &self.repository else {
            return Err(Error::new(Code::Usage, "this workspace is not in a git repository"));
        };
        let object = format!("{commit}:./{path}");
        let size = repository.git.ask(&repository.folder, &["cat-file", "-s", &object])?;
        if !size.status.success() {
            return Ok(None);
        }
        // As a checkout would write it: with the line ends of this machine.
        repository.read(&["cat-file", "--filters", &object]).map(Some)
    }
}

/// The file's place in the workspace; one that leads out of it, or to git's own files, is refused.
pub(super) fn place(folder: &Path, path: &str) -> Result<PathBuf, Error> {
    let refused = || Error::new(Code::Usage, format!("`{path}` is not a file of the workspace"));
    let own = |part: Component| match part {
        Component::Normal(name) => {
            let name = name.to_string_lossy().to_lowercase();
            // The second is what Windows calls `.git` in short.
            name != ".git" && !name.starts_with("git~")
        }
        _ => false,
    };
    if path.is_empty() || path.contains('\\') || path.contains('\0') || !Path::new(path).components().all(own) {
        return Err(refused());
    }
    let place = folder.join(path);
    let real = |path: &Path| path.ancestors().find_map(|above| fs::canonicalize(above).ok());
    let inside = real(&place)
        .zip(real(folder))
        .is_some_and(|(place, folder)| place.starts_with(folder));
    inside.then_some(place).ok_or_else(refused)
}

/// The bytes of a file, up to one more than are shown; `None` where there is none.
pub(super) fn from_disk(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    let read = || {
        let mut bytes = Vec::new();
        File::open(path)?.take(LARGEST as u64 + 1).read_to_end(&mut bytes)?;
        Ok::<_, io::Error>(bytes)
    };
    match read() {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(source) => Err(joinery_connector::Error::Read {
            path: path.to_owned(),
            source,
        }
        .into()),
    }
}
