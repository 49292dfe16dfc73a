//! Workspaces: folders of connectors. Making, opening and listing them.

use joinery_connector::FileKind;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{error::Error, studio::Studio};

/// What the welcome view shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Welcome {
    /// Joinery's version.
    pub version: String,
    /// Where secrets are kept, in words.
    pub secrets: String,
    /// Workspaces opened before, latest first.
    pub recent: Vec<RecentWorkspace>,
    /// What *New from template* offers.
    pub templates: Vec<Template>,
}

/// A workspace opened before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RecentWorkspace {
    /// Its folder.
    pub path: String,
    /// The folder's name.
    pub name: String,
    /// Its connectors.
    pub connectors: Vec<String>,
    /// When it was last opened, in milliseconds since 1970.
    pub opened_ms: i64,
}

/// A connector to start from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Template {
    /// The word after `--template`.
    pub id: String,
    /// Its name on screen.
    pub label: String,
    /// One line about it.
    pub description: String,
}

/// An open workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Workspace {
    /// Its folder.
    pub path: String,
    /// The folder's name.
    pub name: String,
    /// The git branch, where it is in a repository.
    pub branch: Option<String>,
    /// Its connectors.
    pub connectors: Vec<ConnectorTree>,
    /// The connection chosen last.
    pub connection: Option<String>,
}

/// A connector in the tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConnectorTree {
    /// Its folder's name in the workspace; `.` where the workspace is the connector. What every command takes.
    pub folder: String,
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: String,
    /// Its files by kind, in the order of the tree.
    pub groups: Vec<TreeGroup>,
    /// Why it cannot be read, where it cannot.
    pub error: Option<Error>,
}

/// Files of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TreeGroup {
    /// The kind.
    pub kind: FileKind,
    /// The group's name on screen: `Actions`.
    pub label: String,
    /// Files and folders in it.
    pub entries: Vec<TreeEntry>,
}

/// A file, or a folder of requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TreeEntry {
    /// The name on screen: the file's stem, a request's name.
    pub label: String,
    /// The path relative to the connector; for a folder, the folder's.
    pub path: String,
    /// The method, for a request.
    pub method: Option<String>,
    /// What is in it, for a folder.
    pub children: Option<Vec<TreeEntry>>,
}

/// What the welcome view shows.
///
/// # Errors
/// [`crate::Code::Unavailable`] when the store cannot be read.
pub fn welcome(studio: &Studio) -> Result<Welcome, Error> {
    let _ = studio;
    todo!()
}

/// Makes a workspace from the Okta sample, starts the sandbox org and chooses its connection. Opens the one made
/// before where there is one.
///
/// # Errors
/// [`crate::Code::Unavailable`] when the folder cannot be made.
pub async fn start_with_sandbox(studio: &Studio) -> Result<Workspace, Error> {
    let _ = studio;
    todo!()
}

/// Opens a folder (a workspace or a connector), or unpacks a connector package beside itself and opens that.
///
/// # Errors
/// [`crate::Code::Unavailable`] when there is nothing to open; [`crate::Code::Failed`] for a refused package.
pub fn open(studio: &Studio, path: &str) -> Result<Workspace, Error> {
    let _ = (studio, path);
    todo!()
}

/// Makes a connector from a template in `path` (which must not exist or be empty) and opens it.
///
/// # Errors
/// [`crate::Code::Usage`] for an unknown template, [`crate::Code::Conflict`] when the folder holds something.
pub fn new(studio: &Studio, template: &str, path: &str) -> Result<Workspace, Error> {
    let _ = (studio, template, path);
    todo!()
}

/// The open workspace as it is on disk now.
///
/// # Errors
/// [`crate::Code::Usage`] when none is open.
pub fn current(studio: &Studio) -> Result<Workspace, Error> {
    let _ = studio;
    todo!()
}

/// Takes a workspace off the list of recent ones.
///
/// # Errors
/// [`crate::Code::Unavailable`].
pub fn forget(studio: &Studio, path: &str) -> Result<(), Error> {
    let _ = (studio, path);
    todo!()
}
