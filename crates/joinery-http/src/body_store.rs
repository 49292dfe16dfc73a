//! A response body: in memory up to 1 MB, above that in a file that goes when the last user of it does.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::{Bytes, BytesMut};
use tempfile::{NamedTempFile, TempPath};
use tokio::io::AsyncWriteExt;

use crate::error::Error;

/// Bodies up to this size stay in memory.
const IN_MEMORY: usize = 1024 * 1024;

/// A body as received and decoded. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Body {
    /// Up to 1 MB.
    Memory(Bytes),
    /// Above that.
    File(Arc<BodyFile>),
}

impl Default for Body {
    fn default() -> Self {
        Self::Memory(Bytes::new())
    }
}

/// A body on disk. The file is removed when the last clone of the body is dropped.
#[derive(Debug)]
pub struct BodyFile {
    path: TempPath,
    size: u64,
}

impl Body {
    /// Bytes in it.
    pub fn size(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::File(file) => file.size,
        }
    }

    /// Where it is, if it is on disk.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Memory(_) => None,
            Self::File(file) => Some(&file.path),
        }
    }

    /// All of it in memory. For bodies whose size the caller has checked.
    ///
    /// # Errors
    /// What the system says of the file.
    pub fn read(&self) -> io::Result<Bytes> {
        match self {
            Self::Memory(bytes) => Ok(bytes.clone()),
            Self::File(file) => fs::read(&file.path).map(Bytes::from),
        }
    }

    /// Keeps it at `to`, which outlives this body and replaces what stood there. Takes no time for a body that is on
    /// the same disk already. The folder of `to` must exist.
    ///
    /// # Errors
    /// What the system says of `to`; a half-written file is never left there.
    pub fn keep(&self, to: &Path) -> io::Result<()> {
        if let Self::File(file) = self
            && fs::hard_link(&file.path, to).is_ok()
        {
            return Ok(());
        }
        let mut kept = NamedTempFile::new_in(to.parent().unwrap_or(Path::new(".")))?;
        match self {
            Self::Memory(bytes) => io::Write::write_all(&mut kept, bytes)?,
            Self::File(file) => {
                io::copy(&mut fs::File::open(&file.path)?, &mut kept)?;
            }
        }
        kept.persist(to)?;
        Ok(())
    }
}

/// Takes a body in piece by piece.
pub(crate) struct Sink<'a> {
    folder: &'a Path,
    size: u64,
    held: Held,
}

enum Held {
    /// Most small bodies arrive as one piece, which is then kept as it is.
    Piece(Bytes),
    Pieces(BytesMut),
    File(tokio::fs::File, TempPath),
}

impl<'a> Sink<'a> {
    /// A sink that keeps large bodies in `folder`; an empty path stands for the system's folder for temporary files.
    pub(crate) fn new(folder: &'a Path) -> Self {
        Self {
            folder,
            size: 0,
            held: Held::Piece(Bytes::new()),
        }
    }

    /// Bytes taken in so far.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Takes in the next piece.
    pub(crate) async fn push(&mut self, piece: Bytes) -> Result<(), Error> {
        self.size += piece.len() as u64;
        match &mut self.held {
            Held::Piece(first) if first.is_empty() && piece.len() <= IN_MEMORY => *first = piece,
            Held::Piece(first) => {
                let mut pieces = BytesMut::with_capacity(2 * (first.len() + piece.len()).min(IN_MEMORY));
                pieces.extend_from_slice(first);
                self.append(pieces, &piece).await?;
            }
            Held::Pieces(pieces) => {
                let pieces = std::mem::take(pieces);
                self.append(pieces, &piece).await?;
            }
            Held::File(file, path) => write(file, path, &piece).await?,
        }
        Ok(())
    }

    /// The body, complete.
    pub(crate) async fn finish(self) -> Result<Body, Error> {
        match self.held {
            Held::Piece(piece) => Ok(Body::Memory(piece)),
            Held::Pieces(pieces) => Ok(Body::Memory(pieces.freeze())),
            Held::File(mut file, path) => {
                // Without this, the last write may still be under way when the file is first read.
                file.flush().await.map_err(|source| stored(&path, source))?;
                Ok(Body::File(Arc::new(BodyFile { path, size: self.size })))
            }
        }
    }

    async fn append(&mut self, mut pieces: BytesMut, piece: &Bytes) -> Result<(), Error> {
        if self.size <= IN_MEMORY as u64 {
            pieces.extend_from_slice(piece);
            self.held = Held::Pieces(pieces);
            return Ok(());
        }
        let (mut file, path) = create(self.folder)?;
        write(&mut file, &path, &pieces).await?;
        write(&mut file, &path, piece).await?;
        self.held = Held::File(file, path);
        Ok(())
    }
}

fn create(folder: &Path) -> Result<(tokio::fs::File, TempPath), Error> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("body-");
    let made = if folder.as_os_str().is_empty() {
        builder.tempfile()
    } else {
        fs::create_dir_all(folder).and_then(|()| builder.tempfile_in(folder))
    };
    let (file, path) = made.map_err(|source| stored(folder, source))?.into_parts();
    Ok((tokio::fs::File::from_std(file), path))
}

async fn write(file: &mut tokio::fs::File, path: &Path, bytes: &[u8]) -> Result<(), Error> {
    file.write_all(bytes).await.map_err(|source| stored(path, source))
}

fn stored(path: &Path, source: io::Error) -> Error {
    Error::Store {
        path: PathBuf::from(path),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn body(folder: &Path, pieces: &[usize]) -> Body {
        let mut sink = Sink::new(folder);
        for (number, size) in pieces.iter().enumerate() {
            sink.push(vec![number as u8; *size].into()).await.unwrap();
        }
        sink.finish().await.unwrap()
    }

    #[tokio::test]
    async fn body_of_a_megabyte_stays_in_memory_and_a_larger_one_goes_to_disk() {
        let folder = tempfile::tempdir().unwrap();
        let bodies = folder.path().join("made/when/needed");
        for pieces in [&[0][..], &[10], &[10, 20], &[IN_MEMORY], &[IN_MEMORY - 1, 1]] {
            let small = body(&bodies, pieces).await;
            assert!(matches!(small, Body::Memory(_)), "{pieces:?}");
            assert_eq!(small.size(), pieces.iter().sum::<usize>() as u64);
        }
        assert!(!bodies.exists());
        for pieces in [&[IN_MEMORY + 1][..], &[IN_MEMORY, 1], &[1, 2, IN_MEMORY, 3]] {
            let large = body(&bodies, pieces).await;
            assert!(large.path().unwrap().starts_with(&bodies), "{pieces:?}");
            let expected: Vec<u8> = (0..)
                .zip(pieces)
                .flat_map(|(number, size)| vec![number; *size])
                .collect();
            assert_eq!(large.size(), expected.len() as u64);
            assert!(large.read().unwrap() == expected, "{pieces:?}");
        }
        assert_eq!(fs::read_dir(&bodies).unwrap().count(), 0, "files go with their bodies");
    }

    #[tokio::test]
    async fn kept_body_outlives_its_last_user() {
        let folder = tempfile::tempdir().unwrap();
        for pieces in [&[7][..], &[IN_MEMORY, 9]] {
            let to = folder.path().join("kept");
            fs::write(&to, "older").unwrap();
            let body = body(folder.path(), pieces).await;
            body.keep(&to).unwrap();
            let bytes = body.read().unwrap();
            drop(body);
            assert!(fs::read(&to).unwrap() == bytes);
        }
    }

    #[tokio::test]
    async fn folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("a-file");
        fs::write(&taken, "").unwrap();
        let error = Sink::new(&taken).push(vec![0; IN_MEMORY + 1].into()).await.unwrap_err();
        assert!(matches!(&error, Error::Store { path, .. } if *path == taken), "{error}");
    }
}
