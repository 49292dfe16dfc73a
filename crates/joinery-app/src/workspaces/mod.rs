//! Workspaces: folders of connectors. Making, opening and listing them.

mod asked;
mod install;
mod tree;
mod watch;

pub(crate) use asked::Asked;
pub use asked::{AskedPath, ask, take_asked};
pub use install::{install, keep_dropped};

use std::{
    path::{Path, PathBuf},
    sync::PoisonError,
};

use joinery_connector::FileKind;
use joinery_store::{SecretPlace, table};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    connections, connectors,
    error::{Code, Error},
    sandbox, settings,
    studio::{Studio, lock, now_ms, version},
    versions,
};

/// How many workspaces the welcome view lists.
const RECENT: usize = 8;

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
    /// Its flows, and the methods they share, as a connector of the workspace's own folder; none where it has none.
    pub flows: Option<ConnectorTree>,
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
    /// Whether it is kept for old users only.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub deprecated: bool,
}

/// The folder that is open, and its watch.
pub(crate) struct OpenWorkspace {
    pub(crate) folder: PathBuf,
    _watch: Option<watch::Watch>,
}

/// What the welcome view shows.
///
/// # Errors
/// [`Code::Unavailable`] when the store cannot be read.
pub fn welcome(studio: &Studio) -> Result<Welcome, Error> {
    let recent = table::workspace::recent(studio.store()?, RECENT)?;
    Ok(Welcome {
        version: version().to_owned(),
        secrets: match studio.secrets()?.place() {
            SecretPlace::Keychain => "Secrets live in the system keychain.".to_owned(),
            SecretPlace::File(path) => format!("No keychain answers: secrets live encrypted in {}.", path.display()),
        },
        recent: recent.into_iter().filter_map(recent_workspace).collect(),
        templates: connectors::templates(),
    })
}

/// A row of the list, unless its folder is gone.
fn recent_workspace(row: table::workspace::Row) -> Option<RecentWorkspace> {
    let folder = Path::new(&row.path);
    folder.is_dir().then(|| RecentWorkspace {
        name: name_of(folder),
        connectors: connector_folders(folder)
            .into_iter()
            .map(|found| if found == "." { name_of(folder) } else { found })
            .collect(),
        path: row.path.clone(),
        opened_ms: row.opened_ms,
    })
}

/// Makes a workspace from the Okta sample, starts the sandbox org and chooses its connection. Opens the one made
/// before where there is one.
///
/// # Errors
/// [`Code::Unavailable`] when the folder cannot be made.
pub async fn start_with_sandbox(studio: &Studio) -> Result<Workspace, Error> {
    let folder = studio.documents().join("Joinery").join("acme-connectors");
    if !folder.join("okta").join("connector.toml").is_file() {
        connectors::make("okta", &folder.join("okta"))?;
    }
    sandbox::start(studio).await?;
    open_folder(studio, &folder)?;
    connections::choose(studio, connections::SANDBOX)?;
    current(studio)
}

/// Opens a folder (a workspace or a connector), or unpacks a connector package beside itself and opens that.
///
/// # Errors
/// [`Code::Unavailable`] when there is nothing to open; [`Code::Failed`] for a refused package.
pub fn open(studio: &Studio, path: &str) -> Result<Workspace, Error> {
    let path = Path::new(path);
    if path.is_dir() {
        let folder = std::fs::canonicalize(path).map_err(|source| joinery_connector::Error::Read {
            path: path.into(),
            source,
        })?;
        if connector_folders(&folder).is_empty() {
            return Err(
                Error::new(Code::Unavailable, format!("{} holds no connector", folder.display()))
                    .with_hint("Choose a folder with a connector.toml in it or one level below."),
            );
        }
        open_folder(studio, &folder)?;
    } else {
        open_folder(studio, &install::unpack(path)?)?;
    }
    current(studio)
}

/// Makes a connector from a template in `path` (which must not exist or be empty) and opens it.
///
/// # Errors
/// [`Code::Usage`] for an unknown template, [`Code::Conflict`] when the folder holds something.
pub fn new(studio: &Studio, template: &str, path: &str) -> Result<Workspace, Error> {
    connectors::make(template, Path::new(path))?;
    open(studio, path)
}

/// The open workspace as it is on disk now.
///
/// # Errors
/// [`Code::Usage`] when none is open.
pub fn current(studio: &Studio) -> Result<Workspace, Error> {
    let folder = studio.workspace_folder()?;
    let connectors = connector_folders(&folder);
    Ok(Workspace {
        name: name_of(&folder),
        branch: branch_of(&folder),
        connection: connections::chosen(studio, &connectors)?,
        connectors: connectors.iter().map(|name| tree::read(&folder, name)).collect(),
        flows: tree::flows(&folder),
        path: folder.display().to_string(),
    })
}

/// Takes a workspace off the list of recent ones.
///
/// # Errors
/// [`Code::Unavailable`].
pub fn forget(studio: &Studio, path: &str) -> Result<(), Error> {
    Ok(table::workspace::forget(studio.store()?, path)?)
}

fn open_folder(studio: &Studio, folder: &Path) -> Result<(), Error> {
    table::workspace::opened(studio.store()?, &folder.display().to_string(), now_ms())?;
    settings::forget_old(studio)?;
    versions::forget_old(studio)?;
    // A folder that cannot be watched (too many watches, a network drive) still opens.
    let watch = watch::Watch::start(folder, studio.event_sender()).ok();
    let mut slot = studio.workspace.write().unwrap_or_else(PoisonError::into_inner);
    if slot.as_ref().is_some_and(|open| open.folder != folder) {
        // What was captured in one workspace means nothing in another, and may be secret.
        lock(&studio.captured).clear();
        studio.last_responses.forget();
        studio.serving.leave();
    }
    *slot = Some(OpenWorkspace {
        folder: folder.to_owned(),
        _watch: watch,
    });
    Ok(())
}

/// Names of the connector folders in a workspace, sorted; `.` where the folder is a connector itself.
fn connector_folders(folder: &Path) -> Vec<String> {
    if folder.join("connector.toml").is_file() {
        return vec![".".to_owned()];
    }
    let mut names: Vec<String> = folder
        .read_dir()
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter(|entry| entry.path().join("connector.toml").is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

fn name_of(folder: &Path) -> String {
    folder.file_name().map_or_else(
        || folder.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// The git branch of the repository that the folder is in.
fn branch_of(folder: &Path) -> Option<String> {
    let head = versions::git_folder(folder)?.join("HEAD");
    let text = std::fs::read_to_string(head).ok()?;
    Some(match text.trim().strip_prefix("ref: refs/heads/") {
        Some(branch) => branch.to_owned(),
        None => text.trim().chars().take(7).collect(),
    })
}
