//! Files that are imported together: a folder, or the same in a zip. Their paths name things, nothing is written there.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use super::{FORMATS, Format, Imported, Refused, bruno};

/// How many files are looked at.
const MOST: usize = 20_000;

/// The most that they may hold together.
const LARGEST: u64 = 64 << 20;

/// Reads files, by path and text, that are one collection of another tool.
///
/// # Errors
/// Files that are no collection which is known, or one that cannot be read.
pub fn read(files: &[(String, String)]) -> Result<(&'static Format, Imported), Refused> {
    if !bruno::is_collection(files) {
        return Err(Refused::new(
            "there is no collection in it that can be imported: it has no bruno.json and no opencollection.yml",
        ));
    }
    let format = FORMATS.iter().find(|format| format.id == "bruno");
    let format = format.ok_or_else(|| Refused::new("Bruno's collections are not known"))?;
    Ok((format, bruno::read_files(files)?.guarded()))
}

/// The texts in a zip, by path. What is not text is left out.
///
/// # Errors
/// What is no zip, and one that holds too much.
pub fn files(zip: &[u8]) -> Result<Vec<(String, String)>, Refused> {
    let broken = |error: &dyn std::fmt::Display| Refused::new(format!("the zip cannot be read: {error}"));
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(|error| broken(&error))?;
    if archive.len() > MOST {
        return Err(Refused::new(format!("the zip has more than {MOST} files")));
    }
    let mut files = Vec::new();
    let mut left = LARGEST;
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(|error| broken(&error))?;
        if !entry.is_file() {
            continue;
        }
        let path = entry.name().map_err(|error| broken(&error))?.replace('\\', "/");
        let mut bytes = Vec::new();
        // What an entry says of its size is not believed.
        let read = entry
            .take(left + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| broken(&error))?;
        left = left
            .checked_sub(read as u64)
            .ok_or_else(|| Refused::new(format!("the zip holds more than {} MB", LARGEST >> 20)))?;
        if let Ok(text) = String::from_utf8(bytes) {
            files.push((path, text));
        }
    }
    Ok(files)
}
