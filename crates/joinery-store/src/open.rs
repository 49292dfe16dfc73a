//! Opening the store: one SQLite file in WAL mode, migrated when it is opened.

use std::{
    path::{Path, PathBuf},
    sync::Mutex,
};

use crate::error::Error;

/// An open store. Calls block; SQLite serialises writers, in this process and others.
pub struct Store {
    pub(crate) connection: Mutex<rusqlite::Connection>,
    folder: PathBuf,
}

impl Store {
    /// Opens or makes `folder/joinery.db` and migrates it.
    ///
    /// # Errors
    /// [`Error::Open`], [`Error::TooNew`], [`Error::Locked`].
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let _ = folder;
        todo!()
    }

    /// The folder it lives in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where bodies of the history are kept.
    pub fn body_folder(&self) -> PathBuf {
        self.folder.join("bodies")
    }
}
