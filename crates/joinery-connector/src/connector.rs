//! A connector: a folder of plain files (or the same files out of a package).

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{error::Error, manifest::Manifest, problem::Problem, request::SavedRequest};

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
#[derive(Debug, Clone)]
pub struct ConnectorFile {
    /// What it is, from where it lies.
    pub kind: FileKind,
    /// Path relative to the connector, with `/`.
    pub path: String,
    /// The name without folder of its kind and extension: `get_user`, `users/get_user` for nested requests.
    pub name: String,
    /// The text where it does not come from disk (packages, unsaved editors).
    pub text: Option<Arc<str>>,
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
    /// `README.md`, `CHANGELOG.md`, `icon.svg`
    Document,
    /// Anything else; carried along, never interpreted.
    Other,
}

impl Connector {
    /// Reads the connector in `folder`. Symbolic links, `.git` and other dot files are left out.
    ///
    /// # Errors
    /// [`Error::NotAConnector`], [`Error::Read`], or [`Error::Invalid`] for a `connector.toml` that cannot be used.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let _ = folder;
        todo!()
    }

    /// The text of one file, read now.
    ///
    /// # Errors
    /// [`Error::NoSuchFile`] or [`Error::Read`]; a file that is not UTF-8 is [`Error::Invalid`] naming the byte.
    pub fn text(&self, path: &str) -> Result<Arc<str>, Error> {
        let _ = path;
        todo!()
    }

    /// The same connector with one file's text replaced (an unsaved editor), or added.
    #[must_use]
    pub fn with_text(&self, path: &str, text: &str) -> Self {
        let _ = (path, text);
        todo!()
    }

    /// Files of one kind, by name.
    pub fn of_kind(&self, kind: FileKind) -> impl Iterator<Item = &ConnectorFile> {
        self.files.values().filter(move |file| file.kind == kind)
    }

    /// The saved request at `path`, with headers, variables and auth of its `folder.toml`s merged in.
    ///
    /// # Errors
    /// As [`Connector::text`], and [`Error::Invalid`] with line and column.
    pub fn request(&self, path: &str) -> Result<SavedRequest, Error> {
        let _ = path;
        todo!()
    }

    /// The JSON Schema of `schemas/{name}.json`.
    ///
    /// # Errors
    /// As [`Connector::text`], and [`Error::Invalid`] with line and column.
    pub fn schema(&self, name: &str) -> Result<serde_json::Value, Error> {
        let _ = name;
        todo!()
    }
}
