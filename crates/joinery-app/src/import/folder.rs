//! The text files of a folder that is imported.

use std::path::Path;

use crate::error::{Code, Error};

/// How many files are looked at.
const MOST: usize = 20_000;

/// Every text file below `folder`, by its path with `/`. Links, and what begins with a dot, are left out.
///
/// # Errors
/// [`Code::Unavailable`] where something cannot be read, [`Code::Input`] above `largest` bytes.
pub(super) fn texts(folder: &Path, largest: u64) -> Result<Vec<(String, String)>, Error> {
    let mut files = Vec::new();
    let mut left = largest;
    let mut open = vec![(folder.to_owned(), String::new())];
    while let Some((folder, place)) = open.pop() {
        let unread = |source| joinery_connector::Error::Read {
            path: folder.clone(),
            source,
        };
        for entry in std::fs::read_dir(&folder).map_err(unread)? {
            let entry = entry.map_err(unread)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().map_err(unread)?;
            if name.starts_with('.') || name == "node_modules" || kind.is_symlink() {
                continue;
            }
            let path = format!("{place}{name}");
            if kind.is_dir() {
                open.push((entry.path(), format!("{path}/")));
                continue;
            }
            let size = entry.metadata().map_err(unread)?.len();
            left = left
                .checked_sub(size)
                .filter(|_| files.len() < MOST)
                .ok_or_else(|| too_much(largest))?;
            if kind.is_file()
                && let Ok(text) = String::from_utf8(std::fs::read(entry.path()).map_err(unread)?)
            {
                files.push((path, text));
            }
        }
    }
    files.sort();
    Ok(files)
}

fn too_much(largest: u64) -> Error {
    let message = format!("the folder holds more than {} MB or {MOST} files", largest >> 20);
    Error::new(Code::Input, message).with_hint("Give the folder of one collection.")
}
