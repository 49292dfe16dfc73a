//! The text files of the open workspace: reading, saving without losing anybody's work, making, deleting.

use joinery_connector::{FileKind, Manifest, Problem, request::SavedRequest};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ts_rs::TS;

use crate::{
    connectors::{self, path_of},
    error::{Code, Error},
    flows, request_tree,
    studio::Studio,
    versions,
};

/// A file of a connector of the open workspace.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FileRef {
    /// The connector's folder in the workspace.
    pub connector: String,
    /// The path relative to the connector.
    pub path: String,
}

/// A file's text and the version it was read at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TextFile {
    /// Which file.
    pub file: FileRef,
    /// Its text.
    pub text: String,
    /// What was read, as a hash: saving over another version is a conflict.
    pub version: String,
}

/// A saved file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SavedFile {
    /// The version that stands on disk now.
    pub version: String,
    /// What is wrong or doubtful in it.
    pub problems: Vec<Problem>,
}

/// Reads a file.
///
/// # Errors
/// [`Code::Unavailable`], [`Code::Invalid`] for bytes that are not text.
pub fn read(studio: &Studio, file: &FileRef) -> Result<TextFile, Error> {
    let text = joinery_connector::file::read_text(&path_of(studio, file)?)?;
    Ok(TextFile {
        file: file.clone(),
        version: version_of(text.as_bytes()),
        text,
    })
}

/// Saves and checks a file. `version` is what the editor read; `None` overwrites whatever is there.
///
/// # Errors
/// [`Code::Conflict`] when another version stands on disk; [`Code::Unavailable`].
pub fn save(studio: &Studio, file: &FileRef, text: &str, version: Option<&str>) -> Result<SavedFile, Error> {
    let path = path_of(studio, file)?;
    if let (Some(version), Ok(there)) = (version, std::fs::read(&path))
        && version_of(&there) != version
    {
        return Err(Error {
            file: Some(file.path.clone()),
            ..Error::new(
                Code::Conflict,
                format!("{} changed on disk since it was opened", file.path),
            )
            .with_hint("Reload it to see the other change, or keep yours and overwrite it.")
        });
    }
    versions::write(studio, &path, text)?;
    Ok(SavedFile {
        version: version_of(text.as_bytes()),
        problems: check(studio, file, text)?,
    })
}

/// Makes a new action, trigger, method, schema, request or flow with a starting text. A flow is the workspace's own:
/// its `connector` is `.`.
///
/// # Errors
/// [`Code::Conflict`] when the name is taken, [`Code::Usage`] for a name that cannot be one.
pub fn create(studio: &Studio, connector: &str, kind: FileKind, name: &str) -> Result<FileRef, Error> {
    let (folder, extension) = place_of(kind)?;
    // Requests lie in folders of their own: `users/get_user`.
    let parts = match kind {
        FileKind::Request => name.split('/').collect(),
        _ => vec![name],
    };
    let parts: Vec<String> = parts
        .into_iter()
        .map(|part| valid_name(part, kind))
        .collect::<Result<_, _>>()?;
    let (name, stem) = (parts.join("/"), parts.last().cloned().unwrap_or_default());
    let file = FileRef {
        connector: connector.to_owned(),
        path: format!("{folder}/{name}.{extension}"),
    };
    let path = path_of(studio, &file)?;
    refuse_taken(&path, &file)?;
    let text = match kind {
        FileKind::Flow => flows::starting_text(&studio.workspace_folder()?, &title_of(&stem))?,
        _ => starting_text(kind, &stem),
    };
    joinery_connector::file::write(&path, text.as_bytes())?;
    Ok(file)
}

/// Renames a file within its folder. A request, and a folder of requests, takes the name on screen too.
///
/// # Errors
/// As [`create`].
pub fn rename(studio: &Studio, file: &FileRef, name: &str) -> Result<FileRef, Error> {
    if request_tree::holds(&file.path) {
        return request_tree::rename(studio, file, name);
    }
    let from = path_of(studio, file)?;
    let (folder, old) = file.path.rsplit_once('/').ok_or_else(|| {
        Error::new(Code::Usage, format!("{} has a fixed name", file.path)).with_hint("Joinery finds it by that name.")
    })?;
    let extension = old.rsplit_once('.').map_or("", |(_, extension)| extension);
    let name = valid_name(name, FileKind::Other)?;
    let renamed = FileRef {
        connector: file.connector.clone(),
        path: format!("{folder}/{name}.{extension}"),
    };
    let to = path_of(studio, &renamed)?;
    if to != from {
        refuse_taken(&to, &renamed)?;
        std::fs::rename(&from, &to).map_err(|source| joinery_connector::Error::Write {
            path: to.clone(),
            source,
        })?;
        versions::renamed(studio, &from, &to);
    }
    Ok(renamed)
}

/// Deletes a file, or a folder of requests with all in it.
///
/// # Errors
/// [`Code::Unavailable`].
pub fn delete(studio: &Studio, file: &FileRef) -> Result<(), Error> {
    let path = path_of(studio, file)?;
    if request_tree::holds(&file.path) && path.is_dir() {
        return request_tree::delete_folder(studio, &path);
    }
    versions::delete(studio, &path)
}

/// What is wrong or doubtful in a text that is not saved yet.
///
/// # Errors
/// [`Code::Usage`] when the connector does not exist.
pub fn check(studio: &Studio, file: &FileRef, text: &str) -> Result<Vec<Problem>, Error> {
    if file.path == "connector.toml" {
        return Ok(match Manifest::parse(text) {
            Ok((_, warnings)) => warnings,
            Err(problem) => vec![problem],
        });
    }
    let folder = studio.workspace_folder()?;
    if file.connector == "." && file.path.starts_with("flows/") && flows::has_flows(&folder) {
        return Ok(flows::open(&folder)?.check_file(studio, &file.path, text));
    }
    let connector = connectors::in_workspace(studio, &file.connector)?;
    Ok(studio.scripts().check_file(&connector, &file.path, text))
}

/// A hash of a file's bytes.
fn version_of(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn refuse_taken(path: &std::path::Path, file: &FileRef) -> Result<(), Error> {
    if path.exists() {
        return Err(Error::new(Code::Conflict, format!("{} exists", file.path)).with_hint("Choose another name."));
    }
    Ok(())
}

fn place_of(kind: FileKind) -> Result<(&'static str, &'static str), Error> {
    Ok(match kind {
        FileKind::Action => ("actions", "rhai"),
        FileKind::Trigger => ("triggers", "rhai"),
        FileKind::Method => ("methods", "rhai"),
        FileKind::PickList => ("pick_lists", "rhai"),
        FileKind::Schema => ("schemas", "json"),
        FileKind::Request => ("requests", "toml"),
        FileKind::Flow => ("flows", "rhai"),
        _ => return Err(Error::new(Code::Usage, "files of that kind are not made here")),
    })
}

/// A name that works as a file name everywhere and, for scripts, as a word on the command line.
pub(crate) fn valid_name(name: &str, kind: FileKind) -> Result<String, Error> {
    let name = name.trim();
    // Requests are named in words: `Get a user` is kept in get_a_user.toml.
    let name = if kind == FileKind::Request {
        name.to_lowercase().replace(' ', "_")
    } else {
        name.to_owned()
    };
    let valid = !name.is_empty()
        && name.len() <= 64
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        && name.starts_with(|c: char| c.is_ascii_alphanumeric());
    valid.then_some(name.clone()).ok_or_else(|| {
        Error::new(Code::Usage, format!("`{name}` cannot be a file name"))
            .with_hint("Use letters, digits, _ and -, at most 64 of them.")
    })
}

/// `new_user` is `New user` for people.
fn title_of(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    words
        .char_indices()
        .map(|(i, c)| if i == 0 { c.to_ascii_uppercase() } else { c })
        .collect()
}

fn starting_text(kind: FileKind, name: &str) -> String {
    let title = title_of(name);
    match kind {
        FileKind::Action => format!(
            "//! {title}\n\nfn input_fields(connection, config) {{\n    [\n        \
             field(\"id\", #{{ label: \"ID\", required: true }}),\n    ]\n}}\n\n\
             fn execute(connection, input) {{\n    http.get(`/${{encode_path(input.id)}}`)\n}}\n"
        ),
        FileKind::Trigger => format!(
            "//! {title}\n\nfn poll(connection, input, cursor) {{\n    \
             #{{ events: [], cursor: cursor, more: false }}\n}}\n\nfn dedupe_key(event) {{\n    event.id\n}}\n"
        ),
        FileKind::PickList => {
            format!(
                "//! {title}\n\nfn options(connection, params) {{\n    [#{{ label: \"One\", value: \"one\" }}]\n}}\n"
            )
        }
        FileKind::Schema => concat!(
            "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n",
            "  \"type\": \"object\",\n  \"properties\": {}\n}\n"
        )
        .to_owned(),
        FileKind::Request => SavedRequest {
            name: title,
            method: "GET".into(),
            url: "{{base_url}}/".into(),
            ..SavedRequest::default()
        }
        .render(None),
        _ => format!(
            "//! {title}\n\nfn {}(value) {{\n    value\n}}\n",
            name.replace('-', "_")
        ),
    }
}
