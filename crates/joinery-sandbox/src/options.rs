//! How to start a sandbox org, and why it could not.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::clock::Time;
use crate::data_file;
use crate::fault_rule::FaultRule;
use crate::neighbours::Neighbour;
use crate::rate_limit_rules::RateLimits;
use crate::seed;

/// How to start a sandbox org.
#[derive(Clone, Default)]
pub struct Options {
    /// The port; 0 takes a free one.
    pub port: u16,
    /// The API token it accepts; made at random where none is given.
    pub token: Option<String>,
    /// What it holds at the start.
    pub seed: Seed,
    /// The rate limits.
    pub rate_limits: RateLimits,
    /// How far lists and the log lag behind.
    pub lag: Duration,
    /// What goes wrong on purpose.
    pub faults: Vec<FaultRule>,
    /// When its clock stands still; it runs with the system's where nothing is given.
    pub frozen_at: Option<Time>,
    /// The file that keeps it beyond this process. Where the file holds an org already, the seed is not used.
    pub data: Option<PathBuf>,
    /// The services that stand beside it.
    pub with: Vec<Neighbour>,
}

impl fmt::Debug for Options {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Options")
            .field("port", &self.port)
            .field("seed", &self.seed)
            .field("rate_limits", &self.rate_limits)
            .field("lag", &self.lag)
            .field("faults", &self.faults)
            .field("frozen_at", &self.frozen_at)
            .field("data", &self.data)
            .field("with", &self.with)
            .finish_non_exhaustive()
    }
}

/// What an org holds at the start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Seed {
    /// 250 believable people in groups, the same every time.
    #[default]
    Demo,
    /// The token's owner and the Everyone group.
    Empty,
    /// So many generated users.
    Users(usize),
    /// What a file says: TOML, CSV or a snapshot.
    File(PathBuf),
}

/// Why a sandbox could not start, or could not do what it was told to.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The port is taken or forbidden.
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Listen {
        /// The port asked for.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
    /// The seed file cannot be used.
    #[error(transparent)]
    Seed(#[from] seed::Error),
    /// The data file cannot be used.
    #[error(transparent)]
    Data(#[from] data_file::Error),
    /// A snapshot could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// No snapshot has this name.
    #[error("there is no snapshot `{name}`")]
    NoSnapshot {
        /// The name.
        name: String,
    },
    /// What was asked for makes no sense.
    #[error("{reason}")]
    Refused {
        /// Why.
        reason: String,
    },
}
