//! Who works on a run. A process that works on runs holds a lock on a file of its own as long as it lives: the system
//! lets go of it however the process ends, so that others can tell who has gone.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use joinery_store::table::flow;

use crate::{
    error::{Code, Error},
    studio::Studio,
};

/// This process, as long as it works on runs.
pub struct Owner {
    /// What runs name it by.
    pub name: String,
    path: PathBuf,
    _lock: File,
}

impl Owner {
    /// Takes a name and its lock, and gives back the runs of those that have gone.
    ///
    /// # Errors
    /// [`Code::Unavailable`].
    pub fn new(studio: &Studio) -> Result<Self, Error> {
        let folder = studio.home().join("flow-owners");
        let name = super::new_id();
        let path = folder.join(&name);
        let lock = fs::create_dir_all(&folder)
            .and_then(|()| File::create_new(&path))
            .and_then(|file| file.lock().map(|()| file))
            .map_err(|error| {
                Error::new(
                    Code::Unavailable,
                    format!("{} cannot be locked: {error}", path.display()),
                )
            })?;
        let owner = Self {
            name,
            path,
            _lock: lock,
        };
        owner.give_back(studio)?;
        Ok(owner)
    }

    /// Gives back the runs of processes that have ended.
    ///
    /// # Errors
    /// [`Code::Unavailable`].
    pub fn give_back(&self, studio: &Studio) -> Result<(), Error> {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let given = flow::give_back(studio.store()?, |owner| {
            owner != self.name && has_gone(&folder.join(owner))
        });
        given?;
        Ok(())
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // A file that stays is in nobody's way: its lock is gone.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether nobody holds the lock.
fn has_gone(path: &Path) -> bool {
    match File::open(path) {
        Ok(file) => match file.try_lock() {
            Ok(()) => {
                let _ = fs::remove_file(path);
                true
            }
            // Where it cannot be told, its runs stay its own.
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => false,
        },
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}
