//! Saved requests and their folders as a tree: duplicating, moving, renaming, and what a folder gives its requests.

use std::path::Path;

use joinery_connector::{
    Connector, file,
    request::{RequestFolder, SavedRequest},
};

use crate::{
    connectors::{self, path_of},
    error::{Code, Error},
    files::FileRef,
    studio::Studio,
    versions,
};

/// The folder that holds every request.
const TOP: &str = "requests";
/// The file in which a folder says what it gives.
const FOLDER: &str = "folder.toml";
const LONGEST: usize = 56;

/// Whether `path` is a request or a folder of requests, whose names on screen are kept in files.
pub(crate) fn holds(path: &str) -> bool {
    path.starts_with("requests/") && !path.ends_with("/folder.toml")
}

/// Makes a copy of a request beside it.
///
/// # Errors
/// [`Code::Unavailable`](crate::Code::Unavailable), [`Code::Invalid`](crate::Code::Invalid) with its place.
pub fn duplicate(studio: &Studio, request: &FileRef) -> Result<FileRef, Error> {
    only_in_tree(request)?;
    let before = file::read_text(&path_of(studio, request)?)?;
    let (mut saved, _) = SavedRequest::parse(&before, &request.path)?;
    let name = if saved.name.is_empty() {
        stem(&request.path).replace('_', " ")
    } else {
        saved.name
    };
    saved.name = format!("{name} copy");
    let copy = free(studio, request, parent(&request.path), &slug(&saved.name))?;
    file::write(&path_of(studio, &copy)?, saved.render(Some(&before)).as_bytes())?;
    Ok(copy)
}

/// Moves a request, or a folder with all in it, into another folder. What it inherits is then that folder's.
///
/// # Errors
/// [`Code::Conflict`] when the name is taken there, [`Code::Usage`] for a folder moved into itself.
pub fn move_into(studio: &Studio, moved: &FileRef, folder: &str) -> Result<FileRef, Error> {
    only_in_tree(moved)?;
    if folder != TOP && !folder.starts_with("requests/") {
        return Err(Error::new(Code::Usage, format!("`{folder}` is no folder of requests")));
    }
    if folder == moved.path || folder.starts_with(&format!("{}/", moved.path)) {
        return Err(Error::new(Code::Usage, "a folder cannot be moved into itself"));
    }
    let name = moved.path.rsplit('/').next().unwrap_or_default();
    rename_to(studio, moved, &format!("{folder}/{name}"))
}

/// Gives a request or a folder another name: the one on screen and, as far as it can be one, that of the file.
pub(crate) fn rename(studio: &Studio, renamed: &FileRef, name: &str) -> Result<FileRef, Error> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Error::new(Code::Usage, "a request needs a name"));
    }
    let path = path_of(studio, renamed)?;
    if path.is_dir() {
        let mut folder = folder(studio, renamed)?;
        folder.name = Some(name.to_owned());
        save_folder(studio, renamed, &folder)?;
    } else {
        let before = file::read_text(&path)?;
        let (mut saved, _) = SavedRequest::parse(&before, &renamed.path)?;
        name.clone_into(&mut saved.name);
        versions::write(studio, &path, &saved.render(Some(&before)))?;
    }
    let slug = slug(name);
    let end = if path.is_dir() { "" } else { ".toml" };
    let to = format!("{}/{slug}{end}", parent(&renamed.path));
    if slug.is_empty() || to == renamed.path {
        return Ok(renamed.clone());
    }
    rename_to(studio, renamed, &to)
}

/// Deletes a folder of requests with all in it.
pub(crate) fn delete_folder(studio: &Studio, path: &Path) -> Result<(), Error> {
    versions::keep_folder(studio, path);
    std::fs::remove_dir_all(path).map_err(|source| write_failed(path, source))
}

/// Makes a folder of requests in `parent`, such as `requests/users`.
///
/// # Errors
/// [`Code::Conflict`] when the name is taken, [`Code::Usage`] for a name that cannot be one.
pub fn new_folder(studio: &Studio, connector: &str, parent: &str, name: &str) -> Result<FileRef, Error> {
    let name = name.trim();
    let slug = slug(name);
    if slug.is_empty() {
        return Err(
            Error::new(Code::Usage, format!("`{name}` cannot be the name of a folder"))
                .with_hint("Use a letter or a digit in it."),
        );
    }
    let made = FileRef {
        connector: connector.to_owned(),
        path: format!("{parent}/{slug}"),
    };
    only_in_tree(&made)?;
    refuse_taken(studio, &made)?;
    let folder = RequestFolder {
        name: (slug != name).then(|| name.to_owned()),
        ..RequestFolder::default()
    };
    let written = path_of(studio, &made)?.join(FOLDER);
    file::write(&written, folder.render(None).as_bytes())?;
    Ok(made)
}

/// What a folder of requests says itself, nothing inherited mixed in.
///
/// # Errors
/// [`Code::Invalid`](crate::Code::Invalid) with its place.
pub fn folder(studio: &Studio, folder: &FileRef) -> Result<RequestFolder, Error> {
    let path = path_of(studio, folder)?.join(FOLDER);
    if !path.is_file() {
        return Ok(RequestFolder::default());
    }
    let text = file::read_text(&path)?;
    Ok(RequestFolder::parse(&text, &format!("{}/{FOLDER}", folder.path))?.0)
}

/// Saves what a folder gives its requests. Comments and unknown keys stay.
///
/// # Errors
/// [`Code::Unavailable`](crate::Code::Unavailable).
pub fn save_folder(studio: &Studio, folder: &FileRef, says: &RequestFolder) -> Result<(), Error> {
    let path = path_of(studio, folder)?.join(FOLDER);
    let before = path.is_file().then(|| file::read_text(&path)).transpose()?;
    versions::write(studio, &path, &says.render(before.as_deref()))
}

/// The innermost folder above the request at `path` that says how its requests are signed.
pub(crate) fn signing_folder(connector: &Connector, path: &str) -> Option<String> {
    let slashes = path.match_indices('/').rev();
    slashes
        .map(|(slash, _)| &path[..slash])
        .find(|folder| {
            let path = format!("{folder}/{FOLDER}");
            let text = connector.files.get(&path).and_then(|_| connector.text(&path).ok());
            text.and_then(|text| RequestFolder::parse(&text, &path).ok())
                .is_some_and(|(says, _)| says.auth != joinery_connector::request::RequestAuth::Inherit)
        })
        .map(str::to_owned)
}

fn rename_to(studio: &Studio, file: &FileRef, path: &str) -> Result<FileRef, Error> {
    let renamed = FileRef {
        connector: file.connector.clone(),
        path: path.to_owned(),
    };
    if renamed == *file {
        return Ok(renamed);
    }
    refuse_taken(studio, &renamed)?;
    let (from, to) = (path_of(studio, file)?, path_of(studio, &renamed)?);
    if let Some(above) = to.parent() {
        std::fs::create_dir_all(above).map_err(|source| write_failed(above, source))?;
    }
    std::fs::rename(&from, &to).map_err(|source| write_failed(&to, source))?;
    versions::renamed(studio, &from, &to);
    Ok(renamed)
}

fn refuse_taken(studio: &Studio, file: &FileRef) -> Result<(), Error> {
    if path_of(studio, file)?.exists() {
        return Err(Error::new(Code::Conflict, format!("{} exists", file.path)).with_hint("Choose another name."));
    }
    Ok(())
}

fn only_in_tree(file: &FileRef) -> Result<(), Error> {
    if holds(&file.path) {
        return Ok(());
    }
    Err(Error::new(Code::Usage, format!("{} is no request", file.path)))
}

/// A file of that stem that does not exist yet.
fn free(studio: &Studio, beside: &FileRef, folder: &str, stem: &str) -> Result<FileRef, Error> {
    connectors::folder_of(studio, &beside.connector)?;
    let mut file = beside.clone();
    for number in 1_u32.. {
        let tail = if number == 1 {
            String::new()
        } else {
            format!("_{number}")
        };
        file.path = format!("{folder}/{stem}{tail}.toml");
        if !path_of(studio, &file)?.exists() {
            break;
        }
    }
    Ok(file)
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or(TOP, |(folder, _)| folder)
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".toml").unwrap_or(name)
}

/// A file name made of a name on screen: `Get a user` is kept in `get_a_user.toml`.
fn slug(name: &str) -> String {
    let plain: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' })
        .collect();
    let words = plain.split_whitespace().collect::<Vec<_>>().join("_");
    words
        .chars()
        .take(LONGEST)
        .collect::<String>()
        .trim_end_matches('_')
        .to_owned()
}

fn write_failed(path: &Path, source: std::io::Error) -> Error {
    joinery_connector::Error::Write {
        path: path.to_owned(),
        source,
    }
    .into()
}
