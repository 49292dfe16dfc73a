//! Taking requests in from elsewhere: curl commands and the files of other tools.

mod folder;
mod window;

use std::{io::Read as _, path::Path};

use joinery_connector::{
    Secret,
    import::{self, FORMATS, Format, Imported, NotCarried, Refused},
    request::SavedRequest,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    error::{Code, Error},
    requests::{self, RequestInContext},
    studio::Studio,
};

pub use window::{ImportPreview, ImportRequests, ImportSource, import_requests, preview_import};

/// The largest file that is read.
const LARGEST: u64 = 64 << 20;

/// A request that a curl command sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CurlRequest {
    /// The request.
    pub request: SavedRequest,
    /// What of the command cannot be carried.
    pub not_carried: Vec<NotCarried>,
    /// The variables that stand for its secrets, which are held until the studio closes.
    pub held: Vec<String>,
}

/// What an import wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportReport {
    /// The format's id.
    pub format: String,
    /// What the file calls itself.
    pub name: Option<String>,
    /// The address its requests are sent to: give the connection this one.
    pub base_url: Option<String>,
    /// The files written, below the connector; `environments` below the workspace.
    pub made: Vec<String>,
    /// Files that were there already, and stand as they were.
    pub kept: Vec<String>,
    /// What cannot be carried.
    pub not_carried: Vec<NotCarried>,
}

/// The request that a curl command sends, to be sent in place of `shown`. Its secrets are held, so that it can be sent.
///
/// # Errors
/// [`Code::Input`] for what is no curl command.
pub fn curl(studio: &Studio, shown: &RequestInContext, text: &str) -> Result<CurlRequest, Error> {
    let mut held = Vec::new();
    let mut keep = |name: &str, value: &Secret| {
        let name = requests::hold_secret(studio, shown, name, value);
        if !held.contains(&name) {
            held.push(name.clone());
        }
        Some(name)
    };
    let (request, not_carried) = import::curl_with(text, &mut keep).map_err(|refused| invalid(&refused, None))?;
    Ok(CurlRequest {
        request,
        not_carried,
        held,
    })
}

/// The format of that id; where none is given, the one that `text` looks like.
///
/// # Errors
/// [`Code::Usage`] for an id that is not known, [`Code::Input`] for a text that looks like none.
pub fn format(id: Option<&str>, text: &str) -> Result<&'static Format, Error> {
    let known = || FORMATS.iter().map(|format| format.id);
    match id {
        Some(id) => FORMATS
            .iter()
            .find(|format| format.id == id)
            .ok_or_else(|| Error::unknown("import format", id, known())),
        None => FORMATS.iter().find(|format| (format.detect)(text)).ok_or_else(|| {
            let known: Vec<&str> = known().collect();
            Error::new(Code::Input, "it is none of the formats that can be imported")
                .with_hint(format!("These are known: {}.", known.join(", ")))
        }),
    }
}

/// Writes what `text` holds into the connector in `root`, environments into `workspace`. `file` is its name, for errors.
/// A file that is there already stays, unless `replace`.
///
/// # Errors
/// As [`format()`]; [`Code::Invalid`] with its place; [`Code::Unavailable`] where it cannot be written.
pub fn into(
    (root, workspace): (&Path, &Path),
    id: Option<&str>,
    text: &str,
    file: &str,
    replace: bool,
) -> Result<ImportReport, Error> {
    write_unseen(read_as(id, text, file)?, (root, workspace), replace)
}

/// What a text holds, and in which format.
fn read_as(id: Option<&str>, text: &str, file: &str) -> Result<(&'static Format, Imported), Error> {
    let format = format(id, text)?;
    let imported = format.read(text).map_err(|refused| invalid(&refused, Some(file)))?;
    Ok((format, imported))
}

/// Writes what a file, a folder or a zip holds; otherwise as [`into`].
///
/// # Errors
/// As [`into`]; [`Code::Usage`] where a format is named that is no folder.
pub fn path_into(
    (root, workspace): (&Path, &Path),
    id: Option<&str>,
    path: &Path,
    replace: bool,
) -> Result<ImportReport, Error> {
    write_unseen(read_path(id, path)?, (root, workspace), replace)
}

/// Writes what was read while nobody watches, with no versions kept: on the command line.
fn write_unseen(
    (format, imported): (&'static Format, Imported),
    places: (&Path, &Path),
    replace: bool,
) -> Result<ImportReport, Error> {
    write(format, imported, places, "requests", replace, &|_, _| {}, &|_| {})
}

/// What a file, a folder or a zip holds, and in which format.
fn read_path(id: Option<&str>, path: &Path) -> Result<(&'static Format, Imported), Error> {
    let name = path.display().to_string();
    let Some(files) = files_at(path)? else {
        return read_as(id, &read(path)?, &name);
    };
    let (format, imported) = read_files(&files, &name)?;
    if let Some(id) = id.filter(|id| *id != format.id) {
        return Err(Error::new(
            Code::Usage,
            format!("{name} is a {}, not {id}", format.label),
        ));
    }
    Ok((format, imported))
}

/// What a zip holds, and in which format.
fn read_zip(bytes: &[u8], name: &str) -> Result<(&'static Format, Imported), Error> {
    let files = import::bundle_files(bytes).map_err(|refused| invalid(&refused, Some(name)))?;
    read_files(&files, name)
}

fn read_files(files: &[(String, String)], name: &str) -> Result<(&'static Format, Imported), Error> {
    import::bundle(files).map_err(|refused| invalid(&refused, Some(name)))
}

/// The files of a folder or a zip; none for any other file.
fn files_at(path: &Path) -> Result<Option<Vec<(String, String)>>, Error> {
    if path.is_dir() {
        return Ok(Some(folder::texts(path, LARGEST)?));
    }
    let mut start = [0; 4];
    let opened = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start));
    if opened.is_err() || start != *b"PK\x03\x04" {
        return Ok(None);
    }
    let bytes = std::fs::read(path).map_err(|source| joinery_connector::Error::Read {
        path: path.to_owned(),
        source,
    })?;
    let files = import::bundle_files(&bytes).map_err(|refused| invalid(&refused, Some(&path.display().to_string())))?;
    Ok(Some(files))
}

/// Writes what was read, its requests into the folder `below` of the connector. `tell` hears how many files of how many
/// are done, `replacing` of each file before it is written.
fn write(
    format: &Format,
    imported: Imported,
    (root, workspace): (&Path, &Path),
    below: &str,
    replace: bool,
    tell: &dyn Fn(usize, usize),
    replacing: &dyn Fn(&Path),
) -> Result<ImportReport, Error> {
    let mut left = imported.not_carried.clone();
    let own = imported.files(&mut left).into_iter().map(|(path, text)| {
        let path = path
            .strip_prefix("requests")
            .map(|rest| format!("{below}{rest}"))
            .unwrap_or(path);
        (root, (path, text))
    });
    let mut files: Vec<_> = own.collect();
    let environments = imported.environment_files(&mut left).into_iter();
    files.extend(environments.map(|file| (workspace, file)));
    let mut report = ImportReport {
        format: format.id.to_owned(),
        name: imported.name,
        base_url: imported.base_url,
        made: Vec::new(),
        kept: Vec::new(),
        not_carried: left,
    };
    let mut writes = Vec::new();
    for (folder, (path, text)) in files {
        let target = folder.join(&path);
        if target.exists() && !replace {
            report.kept.push(path);
            continue;
        }
        replacing(&target);
        report.made.push(path);
        writes.push((target, text));
    }
    let written = writes.iter().map(|(target, text)| (target.as_path(), text.as_bytes()));
    joinery_connector::file::write_all(written, |done| tell(done, writes.len()))?;
    Ok(report)
}

/// The text of a file to import.
///
/// # Errors
/// [`Code::Unavailable`] where it cannot be read, [`Code::Input`] above 64 MB.
pub fn read(path: &Path) -> Result<String, Error> {
    let size = std::fs::metadata(path).map_or(0, |about| about.len());
    // What has no size, such as a pipe, has no end either.
    if size > LARGEST || path.exists() && !path.is_file() {
        let message = format!("{} is no file, or has more than {} MB", path.display(), LARGEST >> 20);
        return Err(Error::new(Code::Input, message));
    }
    Ok(joinery_connector::file::read_text(path)?)
}

fn invalid(refused: &Refused, file: Option<&str>) -> Error {
    let error = Error::new(
        if file.is_some() { Code::Invalid } else { Code::Input },
        &refused.message,
    );
    Error {
        file: file.map(str::to_owned),
        line: refused.place.map(|(line, _)| line),
        column: refused.place.map(|(_, column)| column),
        ..error
    }
}
