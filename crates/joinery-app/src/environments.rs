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
    versions,
};

/// The file of the workspace's own variables.
const VARIABLES: &str = "variables.toml";

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
        let path = folder.join(VARIABLES);
        if path.is_file() {
            return Ok(read(&path, VARIABLES)?.variables);
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
    let folder = studio.workspace_folder()?;
    let names = names_in(&folder);
    names.iter().map(|name| in_folder(&folder, name)).collect()
}

/// The variables of the open workspace.
///
/// # Errors
/// As [`workspace_variables`]; [`Code::Usage`] when no workspace is open.
pub fn variables_of_workspace(studio: &Studio) -> Result<BTreeMap<String, String>, Error> {
    let path = studio.workspace_folder()?.join(VARIABLES);
    if path.is_file() {
        return Ok(read(&path, VARIABLES)?.variables);
    }
    Ok(BTreeMap::new())
}

/// Saves the variables of the open workspace.
///
/// # Errors
/// [`Code::Unavailable`], [`Code::Usage`] when no workspace is open.
pub fn save_variables(studio: &Studio, variables: BTreeMap<String, String>) -> Result<(), Error> {
    let path = studio.workspace_folder()?.join(VARIABLES);
    write(studio, &path, &VariablesFile { color: None, variables })
}

/// Saves an environment of the open workspace; a new name makes one.
///
/// # Errors
/// [`Code::Usage`] for a name that cannot be one, [`Code::Unavailable`].
pub fn save(studio: &Studio, environment: EnvironmentView) -> Result<(), Error> {
    let EnvironmentView { name, color, variables } = environment;
    let path = file_of(studio, &name)?;
    write(studio, &path, &VariablesFile { color, variables })
}

/// Deletes an environment of the open workspace.
///
/// # Errors
/// [`Code::Usage`], [`Code::Unavailable`].
pub fn remove(studio: &Studio, name: &str) -> Result<(), Error> {
    let path = file_of(studio, name)?;
    versions::delete(studio, &path)
}

fn file_of(studio: &Studio, name: &str) -> Result<PathBuf, Error> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
        return Err(
            Error::new(Code::Usage, format!("`{name}` cannot be the name of an environment"))
                .with_hint("Use letters, digits, _ and -, at most 64 of them."),
        );
    }
    Ok(studio.workspace_folder()?.join(format!("environments/{name}.toml")))
}

fn write(studio: &Studio, path: &Path, file: &VariablesFile) -> Result<(), Error> {
    let before = path
        .is_file()
        .then(|| joinery_connector::file::read_text(path))
        .transpose()?;
    versions::write(studio, path, &file.render(before.as_deref()))
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
        .find(|folder| plain && folder.join(&file).is_file());
    let Some(folder) = found else {
        let names = names(root);
        return Err(Error {
            code: Code::Usage,
            ..Error::unknown("environment", name, names.iter().map(String::as_str))
        });
    };
    in_folder(&folder, name)
}

fn in_folder(folder: &Path, name: &str) -> Result<EnvironmentView, Error> {
    let file = format!("environments/{name}.toml");
    let VariablesFile { color, variables } = read(&folder.join(&file), &file)?;
    Ok(EnvironmentView {
        name: name.to_owned(),
        color,
        variables,
    })
}

/// Where new environments go for the connector in `root`: beside it where its workspace has some, else into it. Nobody
/// said that the folder around it is ours.
pub fn place_of(root: &Path) -> PathBuf {
    let used = |folder: &PathBuf| !names_in(folder).is_empty() || folder.join(VARIABLES).is_file();
    folders(root).into_iter().find(used).unwrap_or_else(|| root.to_owned())
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
    let mut names: Vec<String> = folders(root).iter().flat_map(|folder| names_in(folder)).collect();
    names.sort();
    names.dedup();
    names
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder.join("environments")).ok();
    let mut names: Vec<String> = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    names
}

fn read(path: &Path, shown: &str) -> Result<VariablesFile, Error> {
    let text = joinery_connector::file::read_text(path)?;
    VariablesFile::parse(&text, shown)
        .map(|(file, _)| file)
        .map_err(|problem: Problem| problem.into())
}
