//! Writing many files at once: each is written in full beside its place, the disk is waited for once for all of them,
//! and only then does any take its place.

use std::{
    collections::BTreeSet,
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    thread,
};

use super::{Staged, sync_folder};
use crate::error::Error;

/// How many files are handed to the disk at a time. A file system joins what it is asked to keep at the same moment.
const AT_A_TIME: usize = 8;

/// Writes every file as [`write`](super::write()) does, but waits for the disk once. `tell` hears how many are written.
/// On failure before the last of them is on disk, no file has changed.
///
/// # Errors
/// [`Error::Write`], naming the first file that could not be written.
pub fn write_all<'a>(
    files: impl IntoIterator<Item = (&'a Path, &'a [u8])>,
    mut tell: impl FnMut(usize),
) -> Result<(), Error> {
    let mut staged = Vec::new();
    for (path, bytes) in files {
        let one = Staged::new(path, |file| file.write_all(bytes)).map(Waiting::from);
        staged.push((path, one.map_err(|source| failed(path, source))?));
        tell(staged.len());
    }
    keep(&staged)?;
    let mut folders = BTreeSet::new();
    for (path, one) in staged {
        folders.insert(one.publish().map_err(|source| failed(path, source))?);
    }
    for folder in folders {
        sync_folder(&folder).map_err(|source| failed(&folder, source))?;
    }
    Ok(())
}

/// A file beside its place, closed: a process may have a few hundred files open, and there can be more.
struct Waiting {
    temporary: tempfile::TempPath,
    target: PathBuf,
    folder: PathBuf,
}

impl Waiting {
    fn from(staged: Staged) -> Self {
        Self {
            temporary: staged.temporary.into_temp_path(),
            target: staged.target,
            folder: staged.folder,
        }
    }

    /// Waits until the disk has it.
    fn keep(&self) -> io::Result<()> {
        // Windows flushes only what is open for writing.
        fs::File::options().append(true).open(&self.temporary)?.sync_all()
    }

    /// Takes its place; returns the folder that this changes.
    fn publish(self) -> io::Result<PathBuf> {
        self.temporary.persist(&self.target).map_err(|error| error.error)?;
        Ok(self.folder)
    }
}

fn keep(staged: &[(&Path, Waiting)]) -> Result<(), Error> {
    let each = staged.len().div_ceil(AT_A_TIME).max(1);
    thread::scope(|scope| {
        let parts: Vec<_> = staged
            .chunks(each)
            .map(|part| {
                scope.spawn(move || {
                    part.iter()
                        .try_for_each(|(path, one)| one.keep().map_err(|source| failed(path, source)))
                })
            })
            .collect();
        parts
            .into_iter()
            .try_for_each(|part| part.join().expect("waiting for the disk does not panic"))
    })
}

fn failed(path: &Path, source: io::Error) -> Error {
    Error::Write {
        path: path.to_owned(),
        source,
    }
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
    fn more_files_than_a_process_may_have_open_are_written_in_many_folders() {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<PathBuf> = (0..1_500)
            .map(|at| folder.path().join(format!("{}/{at}.toml", at % 7)))
            .collect();
        let mut told = 0;
        write_all(paths.iter().map(|path| (path.as_path(), b"x".as_slice())), |count| {
            told = count;
        })
        .unwrap();
        assert_eq!(told, 1_500);
        assert!(paths.iter().all(|path| fs::read(path).unwrap() == b"x"));
        assert_eq!(names(&folder.path().join("3")).len(), 214);
    }

    #[test]
    fn a_file_that_cannot_be_written_leaves_every_other_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new, taken) = (
            folder.path().join("a.toml"),
            folder.path().join("new/b.toml"),
            folder.path().join("c"),
        );
        fs::write(&old, "old").unwrap();
        fs::write(&taken, "in the way").unwrap();
        let below = taken.join("d.toml");
        let files = [&old, &new, &below];
        let error = write_all(files.map(|path| (path.as_path(), b"x".as_slice())), |_| {}).unwrap_err();
        assert!(error.to_string().contains("d.toml"), "{error}");
        assert_eq!(fs::read_to_string(&old).unwrap(), "old");
        assert_eq!(names(folder.path()), ["a.toml", "c", "new"]);
        assert!(names(&folder.path().join("new")).is_empty());
    }

    #[test]
    fn the_same_place_twice_ends_with_the_last() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        write_all([(path.as_path(), b"one".as_slice()), (&path, b"two")], |_| {}).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(names(folder.path()), ["a.toml"]);
    }
}
