//! Reading and writing files so that nothing is lost: a write is a temporary file, fsync and rename.

use std::path::Path;

use crate::error::Error;

/// Writes `bytes` to `path`, making parent folders. On failure the old file stands untouched.
///
/// # Errors
/// [`Error::Write`].
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let _ = (path, bytes);
    todo!()
}

/// Reads UTF-8 text.
///
/// # Errors
/// [`Error::Read`], or [`Error::Invalid`] naming the first byte that is not UTF-8.
pub fn read_text(path: &Path) -> Result<String, Error> {
    let _ = path;
    todo!()
}
