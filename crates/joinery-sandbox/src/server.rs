//! The HTTP server on 127.0.0.1.

use std::net::SocketAddr;

/// How to start a sandbox org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The port; 0 takes a free one.
    pub port: u16,
    /// The API token it accepts; made at random where none is given.
    pub token: Option<String>,
    /// What it holds at the start.
    pub seed: Seed,
    /// Whether rate limits are enforced (headers are always sent).
    pub rate_limit: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            token: None,
            seed: Seed::Demo,
            rate_limit: true,
        }
    }
}

/// What an org holds at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seed {
    /// 250 believable people in groups, the same every time.
    Demo,
    /// The token's owner and the Everyone group.
    Empty,
    /// So many generated users.
    Users(usize),
}

/// Why a sandbox could not start.
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
}

/// A running sandbox org. It stops when this is dropped.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    token: String,
}

impl Sandbox {
    /// Its base URL: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The API token it accepts.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// How many users it holds, deactivated ones included.
    pub fn users(&self) -> usize {
        todo!()
    }
}

/// Starts a sandbox org on the current tokio runtime.
///
/// # Errors
/// [`Error::Listen`].
pub async fn start(options: Options) -> Result<Sandbox, Error> {
    let _ = options;
    todo!()
}
