//! A response body: in memory up to 1 MB, above that in a file that goes when the last user of it does.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// A body as received and decoded. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Body {
    /// Up to 1 MB.
    Memory(bytes::Bytes),
    /// Above that.
    File(Arc<BodyFile>),
}

/// A body on disk.
#[derive(Debug)]
pub struct BodyFile {
    path: PathBuf,
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
    pub fn read(&self) -> std::io::Result<bytes::Bytes> {
        todo!()
    }
}
