//! The sandbox org: in this process, or in another one of the same user (the studio's serves the command line too).
//! Starting it is here; the other files are what the panel does with whichever runs.

mod ask;
pub mod control;
pub mod limits;
pub mod log;
pub mod org;
pub mod snapshots;
pub mod views;

use std::{
    collections::VecDeque,
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    sync::Mutex,
    time::Duration,
};

pub use joinery_sandbox::{Activity, FaultRule, Neighbour, Options, RateLimits, Seed, Served, Time, duration};
use joinery_sandbox::{DataError, Sandbox, SeedError};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    error::{Code, Error},
    event::Event,
    studio::{Studio, lock},
};

/// The running sandbox org, if one runs, and what the panel asked of whichever runs.
#[derive(Default)]
pub(crate) struct SandboxSlot {
    running: Mutex<Option<Running>>,
    /// The request ids of the panel's own calls of late, which its list of calls leaves out.
    asked: tokio::sync::Mutex<VecDeque<String>>,
}

struct Running {
    org: Sandbox,
    /// Where it is recorded for other processes, if it is.
    record: Option<PathBuf>,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(path) = &self.record {
            // Another process may have started one since; its record stays.
            if read_record(path).is_some_and(|record| record.pid == std::process::id()) {
                let _ = std::fs::remove_file(path);
            }
        }
    }
}

/// `sandbox.json` in the store's folder: where the last sandbox org that was started listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxRecord {
    /// Its base URL.
    pub url: String,
    /// The API token it accepts. It opens nothing but this org on loopback, and only while it runs.
    pub token: String,
    /// The process it runs in.
    pub pid: u32,
    /// The services it stands in for beside Okta, by name.
    #[serde(default)]
    pub with: Vec<String>,
}

/// A running sandbox org, as fronts show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SandboxView {
    /// Its base URL.
    pub url: String,
    /// How many users it holds.
    pub users: usize,
}

/// The sandbox org, where one runs in this process.
pub fn status(studio: &Studio) -> Option<SandboxView> {
    lock(&studio.sandbox.running).as_ref().map(|running| view(&running.org))
}

/// Starts the sandbox org with the demo people and every service it can stand in for unless it runs, and records it.
///
/// # Errors
/// [`Code::Unavailable`] when no port can be had.
pub async fn start(studio: &Studio) -> Result<SandboxView, Error> {
    if let Some(running) = status(studio) {
        return Ok(running);
    }
    let view = start_whole(studio).await?;
    // Without a record other processes do not find this org; it works all the same.
    drop(record(studio));
    Ok(view)
}

/// Starts a sandbox org with these options in place of the one that runs. Other processes find it once it is
/// [recorded](record).
///
/// # Errors
/// [`Code::Unavailable`] when the port cannot be had.
pub async fn start_with(studio: &Studio, options: Options) -> Result<SandboxView, Error> {
    let org = joinery_sandbox::start(options).await.map_err(refused)?;
    let view = view(&org);
    *lock(&studio.sandbox.running) = Some(Running { org, record: None });
    studio.tell(Event::SandboxChanged);
    Ok(view)
}

/// The calls of late to this process's sandbox org.
///
/// # Errors
/// [`Code::Usage`] when none runs.
pub fn activity(studio: &Studio) -> Result<Activity, Error> {
    let slot = lock(&studio.sandbox.running);
    let running = slot.as_ref().ok_or_else(none_runs)?;
    Ok(running.org.activity())
}

/// Notes for other processes of this user where this process's sandbox org listens, until it stops.
///
/// # Errors
/// [`Code::Usage`] when none runs, [`Code::Unavailable`] when the note cannot be written.
pub fn record(studio: &Studio) -> Result<SandboxRecord, Error> {
    let mut slot = lock(&studio.sandbox.running);
    let running = slot.as_mut().ok_or_else(none_runs)?;
    let path = studio.home().join("sandbox.json");
    let record = SandboxRecord {
        url: running.org.url(),
        token: running.org.token().to_owned(),
        pid: std::process::id(),
        with: names(running.org.with()),
    };
    write_record(&path, &record).map_err(|source| joinery_connector::Error::Write {
        path: path.clone(),
        source,
    })?;
    running.record = Some(path);
    Ok(record)
}

fn none_runs() -> Error {
    Error::new(Code::Usage, "no sandbox org runs in this process")
}

/// Why a sandbox org did not start, with what to do about it.
fn refused(error: joinery_sandbox::Error) -> Error {
    use joinery_sandbox::Error as Refused;
    let message = error.to_string();
    let (code, hint) = match error {
        Refused::Listen { .. } => (Code::Unavailable, "Choose another port, or 0 for a free one."),
        Refused::Seed(SeedError::Fault {
            path,
            line,
            column,
            message,
        }) => {
            return Error {
                file: Some(path.display().to_string()),
                line: u32::try_from(line).ok(),
                column: u32::try_from(column).ok(),
                ..Error::new(Code::Invalid, message)
            };
        }
        Refused::Seed(SeedError::Read { .. }) => (Code::Unavailable, "Check the path."),
        Refused::Seed(_) => (
            Code::Invalid,
            "Take another file, or one of demo, empty and users=NUMBER.",
        ),
        Refused::Data(DataError::InUse { .. }) => (Code::Unavailable, "Stop the other one, or choose another file."),
        Refused::Data(DataError::Foreign { .. } | DataError::Later { .. }) => {
            (Code::Unavailable, "Choose another file. This one was not touched.")
        }
        Refused::Data(DataError::Damaged { .. }) => (
            Code::Unavailable,
            "Choose another file, or remove this one to start anew.",
        ),
        Refused::Data(DataError::Open { .. }) => {
            (Code::Unavailable, "Check the path, the permissions and the free space.")
        }
        _ => return Error::new(Code::Usage, message),
    };
    Error::new(code, message).with_hint(hint)
}

/// Where a sandbox org runs and the token it takes: this process's own, or the one another process recorded.
pub fn address(studio: &Studio) -> Option<(String, String)> {
    let own = lock(&studio.sandbox.running)
        .as_ref()
        .map(|running| (running.org.url(), running.org.token().to_owned()));
    own.or_else(|| {
        let record = read_record(&studio.home().join("sandbox.json"))?;
        listens(&record.url).then_some((record.url, record.token))
    })
}

/// Whether the sandbox org that runs, in this process or another, stands in for a service as well.
pub(crate) fn stands_in_for(studio: &Studio, service: Neighbour) -> bool {
    let own = lock(&studio.sandbox.running)
        .as_ref()
        .map(|running| running.org.with().contains(&service));
    own.unwrap_or_else(|| {
        read_record(&studio.home().join("sandbox.json"))
            .is_some_and(|record| record.with.iter().any(|name| name == service.name()))
    })
}

fn names(services: &[Neighbour]) -> Vec<String> {
    services.iter().map(|service| service.name().to_owned()).collect()
}

/// An org with the demo people and every service it can stand in for.
fn with_everything() -> Options {
    Options {
        with: Neighbour::ALL.to_vec(),
        ..Options::default()
    }
}

/// Starts a sandbox org for whoever named it where none runs, with every service it can stand in for.
///
/// # Errors
/// [`Code::Unavailable`] when no port can be had.
pub(crate) async fn start_whole(studio: &Studio) -> Result<SandboxView, Error> {
    start_with(studio, with_everything()).await
}

/// Whether anybody still listens there: a process that was killed leaves its record behind.
fn listens(url: &str) -> bool {
    let address = url
        .strip_prefix("http://")
        .and_then(|host| host.parse::<SocketAddr>().ok());
    address.is_some_and(|address| {
        address.ip().is_loopback() && TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_ok()
    })
}

fn read_record(path: &Path) -> Option<SandboxRecord> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn write_record(path: &Path, record: &SandboxRecord) -> std::io::Result<()> {
    std::fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    write_private(path, &serde_json::to_vec(record)?)
}

/// Writes a file that its owner alone can read.
fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // A temporary file is readable by its owner only, and stays so under its final name.
    let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    std::io::Write::write_all(&mut file, bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

fn view(running: &Sandbox) -> SandboxView {
    SandboxView {
        url: running.url(),
        users: running.users(),
    }
}
