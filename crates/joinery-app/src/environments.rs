//! Variables of the workspace, and of its environments: `variables.toml` and `environments/NAME.toml` beside the
//! connectors.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use joinery_connector::{Problem, variables::VariablesFile};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    error::{Code, Error},
    studio::Studio,
};

/// A set of values that a request is tried with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EnvironmentView {
    /// The file's stem, which is how it is chosen.
    pub name: String,
    /// Its colour: a word such as `red`, or nothing.
    pub color: Option<String>,
    /// Its values. None is secret: secrets are a connection's.
    pub variables: BTreeMap<String, String>,
}

/// The workspace's own variables. `root` is a connector's folder: they are of the workspace around it, or of the
/// connector where that is a workspace of its own.
///
/// # Errors
/// [`Code::Invalid`] with its place.
pub fn workspace_variables(root: &Path) -> Result<BTreeMap<String, String>, Error> {
    for folder in folders(root) {
        let path = folder.join("variables.toml");
        if path.is_file() {
            return Ok(read(&path, "variables.toml")?.variables);
        }
    }
    Ok(BTreeMap::new())
}

/// The environments of the workspace around the connector in `root`, by name.
///
/// # Errors
/// [`Code::Invalid`] with its place.
pub fn list(root: &Path) -> Result<Vec<EnvironmentView>, Error> {
    let names = names(root);
    names.iter().map(|name| open(root, name)).collect()
}

/// The environments of the open workspace.
///
/// # Errors
/// As [`list`]; [`Code::Usage`] when no workspace is open.
pub fn of_workspace(studio: &Studio) -> Result<Vec<EnvironmentView>, Error> {
    // Any folder in the workspace stands for its connectors.
    list(&studio.workspace_folder()?.join("."))
}

/// The environment of that name.
///
/// # Errors
/// [`Code::Usage`] where there is none, [`Code::Invalid`] with its place.
pub fn open(root: &Path, name: &str) -> Result<EnvironmentView, Error> {
    let file = format!("environments/{name}.toml");
    let plain = !name.contains(['/', '\\', ':']) && !name.starts_with('.');
    let found = folders(root)
        .into_iter()
        .map(|folder| folder.join(&file))
        .find(|path| plain && path.is_file());
    let Some(path) = found else {
        let names = names(root);
        return Err(Error {
            code: Code::Usage,
            ..Error::unknown("environment", name, names.iter().map(String::as_str))
        });
    };
    let VariablesFile { color, variables } = read(&path, &file)?;
    Ok(EnvironmentView {
        name: name.to_owned(),
        color,
        variables,
    })
}

/// Where a workspace's own files may lie.
fn folders(root: &Path) -> Vec<PathBuf> {
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    root.parent()
        .map(Path::to_owned)
        .into_iter()
        .chain([root.clone()])
        .collect()
}

fn names(root: &Path) -> Vec<String> {
    let mut names: Vec<String> = folders(root)
        .into_iter()
        .filter_map(|folder| std::fs::read_dir(folder.join("environments")).ok())
        .flat_map(Iterator::flatten)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    names.dedup();
    names
}

fn read(path: &Path, shown: &str) -> Result<VariablesFile, Error> {
    let text = joinery_connector::file::read_text(path)?;
    VariablesFile::parse(&text, shown)
        .map(|(file, _)| file)
        .map_err(|problem: Problem| problem.into())
}
