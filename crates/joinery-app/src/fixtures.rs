//! Files to be sent: those below the workspace's `fixtures` folder, and no others.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use joinery_connector::{
    HttpRequest,
    http::{HttpBody, PartContent},
};

use crate::error::{Code, Error};

/// Why a file is not sent.
#[derive(Debug)]
pub(crate) enum Refused {
    /// Its path leads out of the folder.
    Outside(String),
    /// It cannot be read.
    Missing(String, io::Error),
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Outside(name) => Self::new(
                Code::Input,
                format!("`{name}` is not a file below the workspace's `fixtures` folder"),
            )
            .with_hint("Write a path such as `photo.png` or `reports/june.csv`."),
            Refused::Missing(name, error) => Self::new(
                Code::Input,
                format!("there is no file `fixtures/{name}` that can be read: {error}"),
            )
            .with_hint("Files to be sent lie in the folder `fixtures` beside the connector."),
        }
    }
}

/// The file `name` below the folder `fixtures` beside the connector in `root`; of a connector that is a workspace of
/// its own, of the one in it.
pub(crate) fn find(root: &Path, name: &str) -> Result<PathBuf, Refused> {
    let plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':']);
    if !name.split('/').all(plain) {
        return Err(Refused::Outside(name.to_owned()));
    }
    let missing = |error| Refused::Missing(name.to_owned(), error);
    let folder = folder(root).map_err(missing)?;
    let file = folder.join(name).canonicalize().map_err(missing)?;
    // A link may lead out of the folder.
    if file.starts_with(&folder) && file.is_file() {
        Ok(file)
    } else {
        Err(Refused::Outside(name.to_owned()))
    }
}

fn folder(root: &Path) -> io::Result<PathBuf> {
    let root = root.canonicalize()?;
    let beside = root.parent().unwrap_or(&root).join("fixtures");
    beside.canonicalize().or_else(|_| root.join("fixtures").canonicalize())
}

/// Finds every file that `request` names by its path below `fixtures`. A whole path stays where it was given on a command
/// line (`anywhere`); a saved request would send any file of whoever opens it.
///
/// # Errors
/// As [`find`].
pub fn place(root: &Path, request: &mut HttpRequest, anywhere: bool) -> Result<(), Error> {
    let paths: Vec<&mut PathBuf> = match &mut request.body {
        HttpBody::File { path, .. } => vec![path],
        HttpBody::Multipart { parts } => parts
            .iter_mut()
            .filter_map(|part| match &mut part.content {
                PartContent::File(path) => Some(path),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    for path in paths {
        if path.is_relative() || !anywhere {
            *path = find(root, &path.to_string_lossy())?;
        }
    }
    Ok(())
}

/// The size of the largest file that a template takes in.
const LARGEST_TEXT: u64 = 16 << 20;

/// The bytes of the file `name`, for a template.
///
/// # Errors
/// As [`find`], and for a file above 16 MB.
pub fn read(root: &Path, name: &str) -> Result<Vec<u8>, Error> {
    let path = find(root, name)?;
    let size = fs::metadata(&path).map_or(0, |about| about.len());
    if size > LARGEST_TEXT {
        return Err(
            Error::new(Code::Input, format!("`{name}` has more than {} MB", LARGEST_TEXT >> 20))
                .with_hint("Send it as a body of the kind file."),
        );
    }
    fs::read(&path).map_err(|error| Error::new(Code::Input, format!("`{name}` cannot be read: {error}")))
}
