//! Reading and writing files so that nothing is lost: a write is a temporary file, fsync and rename.

mod together;

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use crate::{
    error::Error,
    problem::{Problem, Severity},
};

pub use together::write_all;

/// Writes `bytes` to `path`, making parent folders. On failure the old file stands untouched. A symbolic link stays
/// one: the file it points to is replaced. Permissions are kept.
///
/// # Errors
/// [`Error::Write`].
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    replace(path, |file| file.write_all(bytes)).map_err(|source| Error::Write {
        path: path.to_owned(),
        source,
    })
}

/// Writes `bytes` as a file that does not exist yet, making parent folders. It does not wait for the disk, as
/// [`write()`] does: where nothing stood before, nothing can be lost.
///
/// # Errors
/// [`Error::Write`], also where something is there.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let make = || {
        fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
        fs::File::create_new(path)?.write_all(bytes)
    };
    make().map_err(|source| Error::Write {
        path: path.to_owned(),
        source,
    })
}

fn replace(path: &Path, fill: impl FnOnce(&mut fs::File) -> io::Result<()>) -> io::Result<()> {
    let staged = Staged::new(path, fill)?;
    staged.temporary.as_file().sync_all()?;
    staged.temporary.persist(&staged.target).map_err(|error| error.error)?;
    sync_folder(&staged.folder)
}

/// A file that is written in full, beside the place it will take.
struct Staged {
    temporary: tempfile::NamedTempFile,
    target: PathBuf,
    folder: PathBuf,
}

impl Staged {
    fn new(path: &Path, fill: impl FnOnce(&mut fs::File) -> io::Result<()>) -> io::Result<Self> {
        let target = link_target(path)?;
        let folder = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        fs::create_dir_all(&folder)?;
        let before = match fs::metadata(&target) {
            Ok(metadata) => Some(metadata.permissions()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        // A rename needs no right to write to the file it replaces, so a file marked read-only must be asked about.
        if before.as_ref().is_some_and(fs::Permissions::readonly)
            || cfg!(unix) && fs::metadata(&folder)?.permissions().readonly()
        {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only"));
        }
        let mut temporary = new_file(&folder)?;
        fill(temporary.as_file_mut())?;
        if let Some(permissions) = before {
            temporary.as_file().set_permissions(permissions)?;
        }
        Ok(Self {
            temporary,
            target,
            folder,
        })
    }
}

/// A dot file, so that a connector that is read meanwhile does not see it.
fn new_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".joinery-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The process's umask still applies.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// Follows symbolic links to the file that is meant, which need not exist yet.
fn link_target(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..40 {
        match fs::read_link(&target) {
            Ok(link) => target = target.parent().unwrap_or(Path::new("")).join(link),
            Err(_) => return Ok(target),
        }
    }
    Err(io::Error::other("its symbolic links go round in a circle"))
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    // Makes the rename itself survive a power cut.
    fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Reads UTF-8 text.
///
/// # Errors
/// [`Error::Read`], or [`Error::Invalid`] naming the first byte that is not UTF-8.
pub fn read_text(path: &Path) -> Result<String, Error> {
    let bytes = fs::read(path).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })?;
    to_text(bytes, &path.to_string_lossy())
}

/// `bytes` of `file` as text.
pub(crate) fn to_text(bytes: Vec<u8>, file: &str) -> Result<String, Error> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..at]);
        let (line, column) = place(&before, at);
        Error::Invalid {
            problem: Box::new(Problem {
                file: file.to_owned(),
                line,
                column,
                end_column: None,
                severity: Severity::Error,
                code: "encoding".to_owned(),
                message: format!(
                    "`{file}` is not UTF-8 text: byte {at} is 0x{:02x}",
                    error.as_bytes()[at]
                ),
                hint: Some("save it as UTF-8".to_owned()),
            }),
        }
    })
}

/// Line and column, from 1, of the byte at `offset`.
pub(crate) fn place(text: &str, offset: usize) -> (u32, u32) {
    let before = &text[..boundary(text, offset)];
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (
        u32::try_from(line).unwrap_or(u32::MAX),
        u32::try_from(column).unwrap_or(u32::MAX),
    )
}

/// The last place at or before `offset` where `text` can be cut.
pub(crate) fn boundary(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_write_makes_folders_and_leaves_nothing_else_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("actions/deep/get.rhai");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(read_text(&path).unwrap(), "two");
        assert_eq!(names(path.parent().unwrap()), ["get.rhai"]);
    }

    #[test]
    fn a_write_that_fails_half_way_leaves_the_old_file_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write(&path, b"old").unwrap();
        let full = |file: &mut fs::File| {
            file.write_all(b"ne")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        };
        assert_eq!(replace(&path, full).unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(read_text(&path).unwrap(), "old");
        assert_eq!(names(folder.path()), ["a.txt"]);
    }

    #[test]
    fn a_new_file_takes_no_other_files_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("actions/get.rhai");
        write_new(&path, b"one").unwrap();
        assert!(write_new(&path, b"two").is_err());
        assert_eq!(read_text(&path).unwrap(), "one");
    }

    #[test]
    fn a_folder_in_the_way_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = write(folder.path(), b"x").unwrap_err().to_string();
        assert!(
            error.starts_with("cannot save ") && error.contains(&*folder.path().to_string_lossy()),
            "{error}"
        );
    }

    #[test]
    fn bytes_that_are_not_text_are_named_with_their_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write(&path, b"one\ntw\xff").unwrap();
        let Err(Error::Invalid { problem }) = read_text(&path) else {
            panic!("it was accepted")
        };
        assert_eq!(
            (problem.line, problem.column, problem.code.as_str()),
            (2, 3, "encoding")
        );
        assert!(problem.message.ends_with("byte 6 is 0xff"), "{}", problem.message);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_are_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real.sh"), folder.path().join("link.sh"));
        write(&real, b"old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o750)).unwrap();
        symlink("real.sh", &link).unwrap();
        write(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(read_text(&real).unwrap(), "new");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o750);
    }

    #[cfg(unix)]
    #[test]
    fn a_read_only_file_or_folder_is_not_written_to() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write(&path, b"old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        write(&path, b"new").unwrap_err();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
        let error = write(&path, b"new").unwrap_err().to_string();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        assert!(error.contains("read-only"), "{error}");
        assert_eq!(read_text(&path).unwrap(), "old");
    }
}
