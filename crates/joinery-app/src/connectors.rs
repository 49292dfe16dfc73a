//! Connectors by folder, package or place in the workspace: opening, making and checking.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use include_dir::{Dir, include_dir};
use joinery_connector::{Connector, FileKind, Problem, package};

use crate::{
    error::{Code, Error},
    files::FileRef,
    studio::Studio,
    workspaces::Template,
};

static SAMPLES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../samples");

/// What one can start from: folder under `samples/`, label, description.
const TEMPLATES: &[(&str, &str, &str)] = &[
    (
        "okta",
        "Okta",
        "123 actions and 16 triggers: people, groups, apps, roles, policies and events",
    ),
    ("slack", "Slack", "Messages, questions with buttons, slash commands"),
    ("box", "Box", "Folders, collaborations, users and events"),
    (
        "chargebee",
        "Chargebee",
        "Customers and subscriptions, polled and by webhook",
    ),
    (
        FLOWS,
        "Flows",
        "These four and the flows that join them: onboarding, offboarding, approvals",
    ),
    (
        "rest",
        "REST API",
        "A bearer token or an API key, one request and one action",
    ),
    (
        "oauth2",
        "OAuth 2.0 API",
        "People sign in with the browser, services with a secret",
    ),
    (
        "webhook",
        "Webhook",
        "A trigger that checks the signature of what it is sent",
    ),
    ("empty", "Empty", "A connector.toml and an action to fill in"),
];

/// The template that is a whole workspace: its flows, and the connectors that they join.
const FLOWS: &str = "flows";
const JOINED: [&str; 4] = ["okta", "slack", "box", "chargebee"];

/// The templates, in the order they are offered.
pub fn templates() -> Vec<Template> {
    TEMPLATES
        .iter()
        .map(|(id, label, description)| Template {
            id: (*id).to_owned(),
            label: (*label).to_owned(),
            description: (*description).to_owned(),
        })
        .collect()
}

/// Opens the connector at a path: a folder or a package.
///
/// # Errors
/// [`Code::Unavailable`], [`Code::Invalid`], [`Code::Failed`] for a refused package.
pub fn open(path: &Path) -> Result<Connector, Error> {
    if path.is_dir() {
        return Ok(Connector::read(path)?);
    }
    package::open(path).map_err(|error| match error {
        joinery_connector::Error::Invalid { problem } => Error {
            code: Code::Failed,
            file: Some(path.display().to_string()),
            line: None,
            column: None,
            ..Error::from(*problem)
        },
        other => other.into(),
    })
}

/// The connector of that folder in the open workspace.
///
/// # Errors
/// [`Code::Usage`] when there is none.
pub fn in_workspace(studio: &Studio, folder: &str) -> Result<Arc<Connector>, Error> {
    Ok(Arc::new(Connector::read(&folder_of(studio, folder)?)?))
}

/// The connectors of a workspace's folder by id, packages among them; the folder itself where it is one.
///
/// # Errors
/// [`Code::Unavailable`], [`Code::Invalid`] for one that cannot be read, [`Code::Conflict`] for two of one id.
pub(crate) fn all_in(folder: &Path) -> Result<BTreeMap<String, Arc<Connector>>, Error> {
    let unreadable = |error: std::io::Error| {
        Error::new(
            Code::Unavailable,
            format!("{} cannot be read: {error}", folder.display()),
        )
    };
    let mut paths = vec![folder.to_owned()];
    for entry in folder.read_dir().map_err(unreadable)? {
        paths.push(entry.map_err(unreadable)?.path());
    }
    paths.sort();
    let is_connector = |path: &PathBuf| {
        path.join("connector.toml").is_file() || path.extension().is_some_and(|extension| extension == "joinery")
    };
    let mut found: BTreeMap<String, Arc<Connector>> = BTreeMap::new();
    for path in paths.iter().filter(|path| is_connector(path)) {
        let connector = open(path)?;
        if let Some(other) = found.get(&connector.manifest.id) {
            let (here, there) = (path.display(), other.root.display());
            return Err(Error::new(
                Code::Conflict,
                format!("{here} and {there} are both the connector {}", connector.manifest.id),
            )
            .with_hint("Move one of them out of the workspace."));
        }
        found.insert(connector.manifest.id.clone(), Arc::new(connector));
    }
    Ok(found)
}

/// The path of a connector's folder in the open workspace.
pub(crate) fn folder_of(studio: &Studio, folder: &str) -> Result<PathBuf, Error> {
    let workspace = studio.workspace_folder()?;
    if folder == "." {
        return Ok(workspace);
    }
    let path = workspace.join(folder);
    if folder.is_empty() || folder.contains(['/', '\\']) || folder == ".." || !path.is_dir() {
        return Err(Error::new(
            Code::Usage,
            format!("no connector `{folder}` in this workspace"),
        ));
    }
    Ok(path)
}

/// What [`folder_of`] knows a connector's folder by.
pub(crate) fn name_in(workspace: &Path, folder: &Path) -> String {
    let below = folder.strip_prefix(workspace).unwrap_or(folder);
    if below.as_os_str().is_empty() {
        ".".to_owned()
    } else {
        below.to_string_lossy().into_owned()
    }
}

/// Writes a template's files into `folder`, which must not exist or be empty.
///
/// # Errors
/// [`Code::Usage`] for an unknown template, [`Code::Conflict`] when the folder holds something.
pub fn make(template: &str, folder: &Path) -> Result<(), Error> {
    let source = TEMPLATES
        .iter()
        .find(|(id, _, _)| *id == template)
        .and_then(|(id, _, _)| SAMPLES.get_dir(id))
        .ok_or_else(|| Error::unknown("template", template, TEMPLATES.iter().map(|(id, _, _)| *id)))?;
    let holds_something = folder.read_dir().is_ok_and(|mut entries| entries.next().is_some());
    if holds_something || folder.is_file() {
        return Err(Error::new(Code::Conflict, format!("{} is not empty", folder.display()))
            .with_hint("Choose a folder that does not exist yet; nothing was changed."));
    }
    if template != FLOWS {
        return write_all(source, source.path(), folder);
    }
    for connector in JOINED.iter().filter_map(|name| SAMPLES.get_dir(name)) {
        write_all(connector, SAMPLES.path(), folder)?;
    }
    write_all(source, SAMPLES.path(), folder)
}

fn write_all(source: &Dir<'_>, root: &Path, folder: &Path) -> Result<(), Error> {
    for file in source.files() {
        let relative = file
            .path()
            .strip_prefix(root)
            .expect("a file of the folder lies under it");
        // An Okta connector has a thousand files: waiting for the disk after each takes seconds.
        joinery_connector::file::write_new(&folder.join(relative), file.contents())?;
    }
    source.dirs().try_for_each(|inner| write_all(inner, root, folder))
}

/// Everything wrong or doubtful in a connector.
pub fn check(studio: &Studio, connector: &Connector) -> Vec<Problem> {
    studio.scripts().check(connector)
}

/// What laying out a script came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Layout {
    /// It was laid out already.
    Unchanged,
    /// Its text, laid out.
    Changed(String),
    /// It does not compile and is left as it is.
    Broken(Box<Problem>),
}

/// Every script of a connector's folder with its layout. Nothing is written.
///
/// # Errors
/// [`Code::Usage`] for a package; [`Code::Unavailable`] for a file that cannot be read.
pub fn layouts(studio: &Studio, connector: &Connector) -> Result<Vec<(String, Layout)>, Error> {
    scripts(connector)?
        .map(|path| {
            let text = connector.text(path)?;
            Ok((path.clone(), layout(studio, path, &text)))
        })
        .collect()
}

/// The scripts of a connector whose files may change.
fn scripts(connector: &Connector) -> Result<impl Iterator<Item = &String>, Error> {
    if !connector.root.is_dir() {
        return Err(Error::new(
            Code::Usage,
            format!("{} is a package, and packages do not change", connector.root.display()),
        )
        .with_hint("Name the folder it was made of, and export that again."));
    }
    let is_script = |path: &&String| Path::new(path).extension().is_some_and(|extension| extension == "rhai");
    Ok(connector.files.keys().filter(is_script))
}

/// The scripts of a connector's folder that have fixes that are safe: path, text with them made, how many they are.
/// Nothing is written.
///
/// # Errors
/// As [`layouts`].
pub fn fixes(studio: &Studio, connector: &Connector) -> Result<Vec<(String, String, usize)>, Error> {
    let mut fixed = Vec::new();
    for path in scripts(connector)? {
        let text = connector.text(path)?;
        let findings = studio.scripts().findings(connector, path, &text);
        let (changed, count) = joinery_script::fixed(path, &text, &findings);
        if count > 0 {
            fixed.push((path.clone(), changed, count));
        }
    }
    Ok(fixed)
}

/// The layout of one script.
pub fn layout(studio: &Studio, path: &str, text: &str) -> Layout {
    match studio.scripts().layout(path, text) {
        Ok(formatted) if formatted == text => Layout::Unchanged,
        Ok(formatted) => Layout::Changed(formatted),
        Err(error) => Layout::Broken(Box::new(joinery_script::of_error(error))),
    }
}

/// Writes a file of a connector's folder.
///
/// # Errors
/// [`Code::Unavailable`].
pub fn write(connector: &Connector, path: &str, text: &str) -> Result<(), Error> {
    Ok(joinery_connector::file::write(
        &connector.root.join(path),
        text.as_bytes(),
    )?)
}

/// The file of the action that every connector has.
const CUSTOM_REQUEST: &str = "actions/http.rhai";

/// The connector with the actions that every connector has: `http`, which sends any request. One of its own of that name
/// stays.
pub fn with_built_in(connector: Arc<Connector>) -> Arc<Connector> {
    if connector.files.contains_key(CUSTOM_REQUEST) {
        return connector;
    }
    Arc::new(connector.with_text(CUSTOM_REQUEST, include_str!("../assets/http.rhai")))
}

/// The script of an action or trigger by name, or of a pick list by its path, or an error that names the nearest.
///
/// # Errors
/// [`Code::Usage`].
pub fn script(connector: &Connector, name: &str) -> Result<String, Error> {
    let scripts = || {
        connector
            .files
            .values()
            .filter(|file| matches!(file.kind, FileKind::Action | FileKind::Trigger))
    };
    let pick_list = format!("{}.rhai", name.trim_end_matches(".rhai"));
    if connector
        .files
        .get(&pick_list)
        .is_some_and(|file| file.kind == FileKind::PickList)
    {
        return Ok(pick_list);
    }
    scripts()
        .find(|file| file.name == name || file.path == name)
        .map(|file| file.path.clone())
        .ok_or_else(|| Error::unknown("action", name, scripts().map(|file| file.name.as_str())))
}

/// A function that is run by itself: `methods/paging::items`, `new_user::dedupe_key`, `connection::test`; of a schema
/// (`schemas/user`) its `fields`. `None` where `name` is that of something else.
///
/// # Errors
/// [`Code::Usage`] with the nearest names.
pub fn function(connector: &Connector, name: &str) -> Result<Option<(String, String)>, Error> {
    let (file, function) = match name.split_once("::") {
        Some((file, function)) => (file, function),
        None if name.starts_with("schemas/") => (name, "fields"),
        None => return Ok(None),
    };
    let scripts = || {
        connector
            .files
            .values()
            .filter(|file| file.path.strip_suffix(".rhai").is_some())
    };
    let path = format!("{}.rhai", file.trim_end_matches(".rhai"));
    let is_named = |known: &&joinery_connector::ConnectorFile| {
        matches!(known.kind, FileKind::Action | FileKind::Trigger) && known.name == file
    };
    let found = scripts()
        .find(|known| known.path == path)
        .or_else(|| scripts().find(is_named));
    let Some(found) = found else {
        let known = scripts().map(|known| known.path.trim_end_matches(".rhai"));
        return Err(Error::unknown("script", file, known));
    };
    if found.kind == FileKind::Connection && function == "apply" {
        return Err(
            Error::new(Code::Usage, "`apply` signs a request, and needs one to sign").with_hint(
                "Send one over the connection: joinery run CONNECTOR http --input '{\"path\": \"/\"}' --trace",
            ),
        );
    }
    Ok(Some((found.path.clone(), function.to_owned())))
}

/// The script of an action by name, or an error that names the nearest.
///
/// # Errors
/// [`Code::Usage`].
pub fn action(connector: &Connector, name: &str) -> Result<String, Error> {
    named(connector, FileKind::Action, "action", name)
}

/// The names of its triggers.
pub fn triggers(connector: &Connector) -> Vec<String> {
    let files = connector.files.values().filter(|file| file.kind == FileKind::Trigger);
    files.map(|file| file.name.clone()).collect()
}

/// The script of a trigger by name, or an error that names the nearest.
///
/// # Errors
/// [`Code::Usage`].
pub fn trigger(connector: &Connector, name: &str) -> Result<String, Error> {
    named(connector, FileKind::Trigger, "trigger", name)
}

fn named(connector: &Connector, kind: FileKind, what: &str, name: &str) -> Result<String, Error> {
    let of_kind = || connector.files.values().filter(|file| file.kind == kind);
    of_kind()
        .find(|file| file.name == name || file.path == name)
        .map(|file| file.path.clone())
        .ok_or_else(|| Error::unknown(what, name, of_kind().map(|file| file.name.as_str())))
}

/// The path of a file of the open workspace, refusing anything outside its connector.
pub(crate) fn path_of(studio: &Studio, file: &FileRef) -> Result<PathBuf, Error> {
    let outside = file.path.is_empty()
        || file.path.contains('\\')
        || Path::new(&file.path)
            .components()
            .any(|part| !matches!(part, std::path::Component::Normal(_)));
    if outside {
        return Err(Error::new(
            Code::Usage,
            format!("`{}` is not a file of a connector", file.path),
        ));
    }
    Ok(folder_of(studio, &file.connector)?.join(&file.path))
}
