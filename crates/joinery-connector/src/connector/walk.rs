//! Listing a connector's folder without following anything out of it.

use std::{fs, path::Path};

use super::ConnectorFile;
use crate::{
    error::Error,
    problem::{Problem, Severity},
};

/// A file above this is no part of a connector.
pub(crate) const MAX_FILE_SIZE: u64 = 8 * 1024 * 1024;

/// Folders deeper than this are no connector's.
const MAX_DEPTH: usize = 16;

/// Every file below `folder`, and a problem for each that is left out.
pub(super) fn files(folder: &Path, problems: &mut Vec<Problem>) -> Result<Vec<ConnectorFile>, Error> {
    let mut files = Vec::new();
    walk(folder, "", 0, &mut files, problems)?;
    Ok(files)
}

fn walk(
    folder: &Path,
    prefix: &str,
    depth: usize,
    files: &mut Vec<ConnectorFile>,
    problems: &mut Vec<Problem>,
) -> Result<(), Error> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Read { path, source }
    };
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let entry = entry.map_err(failed(folder))?;
        let (name, at) = (entry.file_name(), entry.path());
        let Some(name) = name.to_str() else {
            let shown = format!("{prefix}{}", name.to_string_lossy());
            problems.push(left_out(&shown, "file_name", "its name is not UTF-8", "rename it"));
            continue;
        };
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{prefix}{name}");
        let metadata = match fs::symlink_metadata(&at) {
            Ok(metadata) => metadata,
            // Somebody deleted it while the folder was being read.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(failed(&at)(error)),
        };
        if metadata.is_symlink() {
            let hint = "put the file itself there: a package cannot carry links";
            problems.push(left_out(&path, "symlink", "it is a symbolic link", hint));
        } else if metadata.is_dir() {
            if depth == MAX_DEPTH {
                let hint = "move it nearer to the top";
                problems.push(left_out(&path, "too_deep", "it lies too many folders deep", hint));
            } else {
                walk(&at, &format!("{path}/"), depth + 1, files, problems)?;
            }
        } else if !metadata.is_file() {
            problems.push(left_out(&path, "not_a_file", "it is not an ordinary file", "remove it"));
        } else if metadata.len() > MAX_FILE_SIZE {
            problems.push(left_out(
                &path,
                "too_large",
                "it is larger than 8 MB",
                "keep large files elsewhere",
            ));
        } else {
            files.push(ConnectorFile::new(path, None));
        }
    }
    Ok(())
}

fn left_out(file: &str, code: &str, reason: &str, hint: &str) -> Problem {
    Problem {
        file: file.to_owned(),
        line: 0,
        column: 0,
        end_column: None,
        severity: Severity::Warning,
        code: code.to_owned(),
        message: format!("`{file}` is left out: {reason}"),
        hint: Some(hint.to_owned()),
    }
}
