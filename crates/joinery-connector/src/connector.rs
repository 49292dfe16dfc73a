//! A connector: a folder of plain files (or the same files out of a package).

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    error::Error,
    file,
    manifest::Manifest,
    problem::Problem,
    request::{RequestFolder, SavedRequest},
};

mod hosts;
mod kind;
mod tree;
mod walk;

pub use hosts::allowing;
pub use tree::{RequestEntry, RequestTree};

pub(crate) use walk::MAX_FILE_SIZE;

/// A connector and the list of its files. Texts are read when asked for, so an edit on disk is seen at once.
#[derive(Debug, Clone)]
pub struct Connector {
    /// Its folder; for a package, the package's own path.
    pub root: PathBuf,
    /// What `connector.toml` says.
    pub manifest: Manifest,
    /// Its files by path relative to the folder, with `/`.
    pub files: BTreeMap<String, ConnectorFile>,
    /// Doubts found while reading, such as unknown keys.
    pub problems: Vec<Problem>,
}

/// One file of a connector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectorFile {
    /// What it is, from where it lies.
    pub kind: FileKind,
    /// Path relative to the connector, with `/`.
    pub path: String,
    /// The name without folder of its kind and extension: `get_user`, `users/get_user` for nested requests.
    pub name: String,
    /// The text where it does not come from disk (packages, unsaved editors).
    pub text: Option<Arc<str>>,
    /// The bytes where they do not come from disk and are not text.
    pub bytes: Option<Arc<[u8]>>,
}

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum FileKind {
    /// `connector.toml`
    Manifest,
    /// `connection.rhai`
    Connection,
    /// `actions/*.rhai`
    Action,
    /// `triggers/*.rhai`
    Trigger,
    /// `methods/*.rhai`
    Method,
    /// `schemas/*.json` or `*.rhai`
    Schema,
    /// `pick_lists/*.rhai`
    PickList,
    /// `requests/**/*.toml`
    Request,
    /// `requests/**/folder.toml`
    RequestFolder,
    /// `tests/*.toml`
    Test,
    /// `tests/cassettes/**`
    Cassette,
    /// `demo.toml`
    Story,
    /// `demo/*.json`
    Recording,
    /// `README.md`, `CHANGELOG.md`, `icon.svg`
    Document,
    /// `flows/*.rhai` of a workspace
    Flow,
    /// Anything else; carried along, never interpreted.
    Other,
}

/// The file every connector has.
const MANIFEST: &str = "connector.toml";

impl Connector {
    /// Reads the connector in `folder`. Dot files are left out; symbolic links and files above 8 MB too, each with a
    /// problem that says so.
    ///
    /// # Errors
    /// [`Error::NotAConnector`], [`Error::Read`], or [`Error::Invalid`] for a `connector.toml` that cannot be used.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(MANIFEST);
        let text = match file::read_text(&path) {
            Err(Error::Read { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::NotAConnector {
                    path: folder.to_owned(),
                });
            }
            text => text?,
        };
        let (manifest, mut problems) = Manifest::parse(&text).map_err(invalid)?;
        let files = walk::files(folder, &mut problems)?;
        Ok(Self {
            root: folder.to_owned(),
            manifest,
            files: files.into_iter().map(|file| (file.path.clone(), file)).collect(),
            problems,
        })
    }

    /// A connector out of bytes: what a package or a template holds. `root` is where it came from.
    ///
    /// # Errors
    /// [`Error::NotAConnector`] without `connector.toml`; [`Error::Invalid`] for one that cannot be used.
    pub fn from_files(root: &Path, files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self, Error> {
        let files: BTreeMap<String, ConnectorFile> = files
            .into_iter()
            .map(|(path, bytes)| (path.clone(), ConnectorFile::in_memory(path, bytes)))
            .collect();
        let Some(file) = files.get(MANIFEST) else {
            return Err(Error::NotAConnector { path: root.to_owned() });
        };
        let text = match (&file.text, &file.bytes) {
            (Some(text), _) => Arc::clone(text),
            (None, bytes) => file::to_text(bytes.as_deref().unwrap_or_default().to_vec(), MANIFEST)?.into(),
        };
        let (manifest, problems) = Manifest::parse(&text).map_err(invalid)?;
        Ok(Self {
            root: root.to_owned(),
            manifest,
            files,
            problems,
        })
    }

    /// Writes every file into `folder`: a package or a template becomes a folder.
    ///
    /// # Errors
    /// As [`Connector::bytes`], and [`Error::Write`].
    pub fn write_to(&self, folder: &Path) -> Result<(), Error> {
        for path in self.files.keys() {
            file::write(&folder.join(path), &self.bytes(path)?)?;
        }
        Ok(())
    }

    /// The text of one file, read now.
    ///
    /// # Errors
    /// [`Error::NoSuchFile`] or [`Error::Read`]; a file that is not UTF-8 is [`Error::Invalid`] naming the byte.
    pub fn text(&self, path: &str) -> Result<Arc<str>, Error> {
        let file = self.file(path)?;
        match &file.text {
            Some(text) => Ok(Arc::clone(text)),
            None => Ok(file::to_text(self.bytes(path)?, path)?.into()),
        }
    }

    /// The bytes of one file, read now: an icon need not be text.
    ///
    /// # Errors
    /// [`Error::NoSuchFile`] or [`Error::Read`].
    pub fn bytes(&self, path: &str) -> Result<Vec<u8>, Error> {
        let file = self.file(path)?;
        if let Some(text) = &file.text {
            return Ok(text.as_bytes().to_vec());
        }
        if let Some(bytes) = &file.bytes {
            return Ok(bytes.to_vec());
        }
        let path = self.root.join(path);
        std::fs::read(&path).map_err(|source| Error::Read { path, source })
    }

    fn file(&self, path: &str) -> Result<&ConnectorFile, Error> {
        self.files
            .get(path)
            .ok_or_else(|| Error::NoSuchFile { path: path.to_owned() })
    }

    /// The same connector with one file's text replaced (an unsaved editor), or added. The manifest stays what it was
    /// when the text of `connector.toml` cannot be used.
    #[must_use]
    pub fn with_text(&self, path: &str, text: &str) -> Self {
        let mut changed = self.clone();
        let file = ConnectorFile::new(path.to_owned(), Some(text.into()));
        changed.files.insert(path.to_owned(), file);
        if path == MANIFEST
            && let Ok((manifest, problems)) = Manifest::parse(text)
        {
            changed.manifest = manifest;
            changed.problems.retain(|problem| problem.file != MANIFEST);
            changed.problems.extend(problems);
        }
        changed
    }

    /// Files of one kind, by name.
    pub fn of_kind(&self, kind: FileKind) -> impl Iterator<Item = &ConnectorFile> {
        self.files.values().filter(move |file| file.kind == kind)
    }

    /// The saved request at `path`, with headers and variables of its `folder.toml`s merged in.
    ///
    /// # Errors
    /// As [`Connector::text`], and [`Error::Invalid`] with line and column.
    pub fn request(&self, path: &str) -> Result<SavedRequest, Error> {
        let (request, _) = SavedRequest::parse(&self.text(path)?, path).map_err(invalid)?;
        Ok(self.request_folder(path)?.apply(request))
    }

    /// What the request at `path` (saved or not) inherits from the `folder.toml`s above it.
    ///
    /// # Errors
    /// As [`Connector::text`], and [`Error::Invalid`] with line and column.
    pub fn request_folder(&self, path: &str) -> Result<RequestFolder, Error> {
        let mut inherited = RequestFolder::default();
        for (slash, _) in path.match_indices('/') {
            let folder = format!("{}/folder.toml", &path[..slash]);
            if self.files.contains_key(&folder) {
                let (inner, _) = RequestFolder::parse(&self.text(&folder)?, &folder).map_err(invalid)?;
                inherited = inherited.with(inner);
            }
        }
        Ok(inherited)
    }

    /// The JSON Schema of `schemas/{name}.json`.
    ///
    /// # Errors
    /// As [`Connector::text`], and [`Error::Invalid`] with line and column.
    pub fn schema(&self, name: &str) -> Result<serde_json::Value, Error> {
        let path = format!("schemas/{name}.json");
        let text = self.text(&path)?;
        serde_json::from_str(&text).map_err(|error| {
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            invalid(Problem {
                file: path,
                line: u32::try_from(error.line()).unwrap_or(0),
                column: u32::try_from(error.column()).unwrap_or(0),
                end_column: None,
                severity: crate::problem::Severity::Error,
                code: "syntax".to_owned(),
                message: format!("not JSON: {message}"),
                hint: None,
            })
        })
    }
}

fn invalid(problem: Problem) -> Error {
    Error::Invalid {
        problem: Box::new(problem),
    }
}

#[cfg(test)]
mod tests;
