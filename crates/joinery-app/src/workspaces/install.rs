//! Putting a connector package's files on disk: beside the package, or among the connectors of a workspace.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use joinery_connector::Connector;

use super::{Workspace, connector_folders, current, open_folder};
use crate::{Code, Error, Studio, connectors};

/// Adds the package's connector to the open workspace, in a folder named by its id; where no workspace is open, or the
/// open one is a connector itself, to the folder `Joinery` of the documents, which is then opened.
///
/// # Errors
/// [`Code::Failed`] for a refused package; [`Code::Conflict`] where the folder exists.
pub fn install(studio: &Studio, package: &str) -> Result<Workspace, Error> {
    let connector = connectors::open(Path::new(package))?;
    let open = studio.workspace_folder().ok();
    let among_others = open.filter(|folder| connector_folders(folder) != ["."]);
    let workspace = among_others.unwrap_or_else(|| studio.documents().join("Joinery"));
    write(&connector, &workspace.join(&connector.manifest.id))?;
    open_folder(studio, &workspace)?;
    current(studio)
}

/// Keeps a package that was dropped on the window, which has its bytes (in Base64) but not where it lies. Gives where it
/// lies now; the one dropped before is gone.
///
/// # Errors
/// [`Code::Input`] for what is no Base64; [`Code::Unavailable`] where it cannot be written.
pub fn keep_dropped(studio: &Studio, name: &str, base64: &str) -> Result<PathBuf, Error> {
    let bytes = STANDARD
        .decode(base64)
        .map_err(|error| Error::new(Code::Input, format!("{name} did not come through whole: {error}")))?;
    let folder = studio.home().join("dropped");
    let name = Path::new(name)
        .file_name()
        .unwrap_or_else(|| OsStr::new("dropped.joinery"));
    let unavailable = |error: io::Error| {
        Error::new(
            Code::Unavailable,
            format!("{} cannot be written: {error}", folder.display()),
        )
    };
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unavailable(error)),
        _ => fs::create_dir_all(&folder).map_err(unavailable)?,
    }
    let path = folder.join(name);
    fs::write(&path, bytes).map_err(unavailable)?;
    Ok(path)
}

/// Writes a package's files into a folder beside it: `okta-1.4.0` for `okta-1.4.0.joinery`.
pub(super) fn unpack(package: &Path) -> Result<PathBuf, Error> {
    let connector = connectors::open(package)?;
    let folder = package.with_extension("");
    write(&connector, &folder)?;
    Ok(folder)
}

fn write(connector: &Connector, folder: &Path) -> Result<(), Error> {
    if folder.exists() {
        return Err(
            Error::new(Code::Conflict, format!("{} exists", folder.display())).with_hint(
                "Nothing was overwritten. Open that folder, or move it away to put the package's files there.",
            ),
        );
    }
    // All of it or nothing: half a connector would look like a whole one.
    let above = folder.parent().unwrap_or(folder);
    fs::create_dir_all(above).map_err(|source| write_failed(above, source))?;
    let staged = tempfile::Builder::new()
        .prefix(".joinery-")
        .tempdir_in(above)
        .map_err(|source| write_failed(above, source))?;
    for path in connector.files.keys() {
        joinery_connector::file::write_new(&staged.path().join(path), connector.text(path)?.as_bytes())?;
    }
    let staged = staged.keep();
    fs::rename(&staged, folder).map_err(|source| {
        let _ = fs::remove_dir_all(&staged);
        write_failed(folder, source)
    })
}

fn write_failed(path: &Path, source: io::Error) -> Error {
    joinery_connector::Error::Write {
        path: path.into(),
        source,
    }
    .into()
}
