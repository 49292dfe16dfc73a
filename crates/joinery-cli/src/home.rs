//! Where the store lives, and the studio and runtime that commands work with. The only place that reads the environment.

use std::{
    future::Future,
    path::{Path, PathBuf},
};

use directories::{ProjectDirs, UserDirs};
use joinery_app::{Code, Error, Program, Studio, StudioOptions};
use tokio::runtime::Builder;

/// The studio of this process. Nothing is opened yet.
///
/// # Errors
/// [`Code::Unavailable`] when the system names no home folder and `JOINERY_HOME` is not set.
pub fn studio() -> Result<Studio, Error> {
    let documents = UserDirs::new().and_then(|folders| folders.document_dir().map(Path::to_owned));
    Ok(Studio::new(StudioOptions {
        home: folder()?,
        documents: documents.unwrap_or_else(std::env::temp_dir),
        // A test or a build machine says `file` so that it never asks a person's keychain.
        keychain: std::env::var_os("JOINERY_SECRETS").is_none_or(|place| place != "file"),
        worker: Program::This,
    }))
}

/// The folder of the store.
///
/// # Errors
/// As [`studio`].
pub fn folder() -> Result<PathBuf, Error> {
    if let Some(given) = std::env::var_os("JOINERY_HOME").filter(|given| !given.is_empty()) {
        return Ok(given.into());
    }
    ProjectDirs::from("dev", "joinery", "Joinery")
        .map(|folders| folders.data_dir().to_owned())
        .ok_or_else(|| {
            Error::new(Code::Unavailable, "this system names no home folder").with_hint("Set JOINERY_HOME to a folder.")
        })
}

/// Waits for `work` on a runtime of this one thread: a command does one thing at a time.
///
/// # Errors
/// What `work` returns.
pub fn wait_for<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    finish(Builder::new_current_thread(), work)
}

/// Waits for `work` that answers others meanwhile, on a thread per core.
///
/// # Errors
/// What `work` returns.
pub fn serve<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    finish(Builder::new_multi_thread(), work)
}

fn finish<T>(mut builder: Builder, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = builder
        .enable_all()
        .build()
        .map_err(|error| Error::new(Code::Unavailable, format!("cannot start: {error}")))?;
    let result = runtime.block_on(work);
    // A script that heeds no stop must not hold the process back.
    runtime.shutdown_background();
    result
}
