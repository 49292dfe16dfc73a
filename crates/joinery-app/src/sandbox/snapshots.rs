//! Copies of the sandbox org that runs: kept by it under a name, and in files.

use std::path::Path;

use super::{
    ask::{Call, control, download},
    control::glance,
    views::{SandboxOverview, SandboxSnapshot},
};
use crate::{
    error::{Code, Error},
    event::Event,
    studio::Studio,
};

/// The snapshots.
///
/// # Errors
/// As [`super::control`] says.
pub async fn snapshots(studio: &Studio) -> Result<Vec<SandboxSnapshot>, Error> {
    control(studio, Call::new("GET", &["sandbox", "snapshots"])).await
}

/// Keeps a copy of the org under a name; another one of that name goes.
///
/// # Errors
/// As [`super::control`] says.
pub async fn take_snapshot(studio: &Studio, name: &str) -> Result<SandboxSnapshot, Error> {
    control(studio, Call::new("PUT", &["sandbox", "snapshots", name])).await
}

/// Puts the copy of that name in the place of the org.
///
/// # Errors
/// As [`super::control`] says.
pub async fn restore_snapshot(studio: &Studio, name: &str) -> Result<SandboxOverview, Error> {
    let path = ["sandbox", "snapshots", name, "restore"];
    let overview = glance(studio, Call::new("POST", &path)).await?;
    studio.tell(Event::SandboxChanged);
    Ok(overview)
}

/// Forgets a snapshot; gives those left.
///
/// # Errors
/// As [`super::control`] says.
pub async fn remove_snapshot(studio: &Studio, name: &str) -> Result<Vec<SandboxSnapshot>, Error> {
    control(studio, Call::new("DELETE", &["sandbox", "snapshots", name])).await
}

/// Writes a snapshot to a file that its owner alone can read: it holds the secrets of the org's clients.
///
/// # Errors
/// As [`super::control`] says; [`Code::Unavailable`] when the file cannot be written.
pub async fn save_snapshot(studio: &Studio, name: &str, path: &Path) -> Result<(), Error> {
    let bytes = download(studio, Call::new("GET", &["sandbox", "snapshots", name])).await?;
    super::write_private(path, &bytes).map_err(|error| unusable("write", path, &error))
}

/// Puts the org of a file in the place of the one that runs.
///
/// # Errors
/// As [`super::control`] says; [`Code::Input`] when the file holds no snapshot, [`Code::Unavailable`] when it cannot be read.
pub async fn load_snapshot(studio: &Studio, path: &Path) -> Result<SandboxOverview, Error> {
    let bytes = std::fs::read(path).map_err(|error| unusable("read", path, &error))?;
    let call = Call::new("PUT", &["sandbox", "org"]).with_file(bytes).with_hint(FILE);
    let overview = glance(studio, call).await?;
    studio.tell(Event::SandboxChanged);
    Ok(overview)
}

const FILE: &str = "Choose a file that was saved from a snapshot.";

fn unusable(verb: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::new(Code::Unavailable, format!("cannot {verb} {}: {error}", path.display()))
        .with_hint("Choose another file.")
}
