//! `joinery send`: one request, given on the command line or saved in a file; curl-like.

mod arguments;
mod network;
mod repeat;
mod report;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

pub use arguments::Arguments;
use joinery_app::{
    Code, Connector, Error, Manifest, SavedRequest, Studio,
    requests::{self, Answered, Preparation, Prepared},
};
use tokio_util::sync::CancellationToken;

use crate::{Outcome, ask, home, target, texts};

/// The connector of requests that belong to none: every way to sign in, nothing else.
const NO_CONNECTOR: &str = include_str!("no_connector.toml");

/// Sends the request; a failed assertion fails the command, a status by itself does not.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    let source = Source::find(arguments)?;
    home::wait_for(async {
        let ready = Ready::prepare(arguments, source).await?;
        if let Some(times) = arguments.repeat {
            return repeat::run(arguments, &ready, times.get()).await;
        }
        report::show(arguments, &ready.send().await?)
    })
}

/// A request and the connector it belongs to.
struct Source {
    connector: Arc<Connector>,
    /// Its path in the connector, where it is one of its files.
    path: Option<String>,
    request: SavedRequest,
}

impl Source {
    fn find(arguments: &Arguments) -> Result<Self, Error> {
        let given = arguments.connector.as_deref().map(target::open).transpose()?;
        let found = match arguments.what.as_slice() {
            [file] if Path::new(file).extension().is_some_and(|end| end == "toml") => {
                Self::file(Path::new(file), given)?
            }
            _ => {
                let connector = given.map_or_else(no_connector, Ok)?;
                Self {
                    connector,
                    path: None,
                    request: arguments.request()?,
                }
            }
        };
        Ok(Self {
            request: arguments.overlay(found.request)?,
            ..found
        })
    }

    fn file(file: &Path, given: Option<Arc<Connector>>) -> Result<Self, Error> {
        let text = texts::file(file)?;
        let (request, _) = SavedRequest::parse(&text, &file.display().to_string())?;
        let (connector, path) = match (given, root_of(file)) {
            (Some(connector), _) => (connector, None),
            (None, Some((root, path))) => (target::open(&root)?, Some(path)),
            (None, None) => (no_connector()?, None),
        };
        Ok(Self {
            connector,
            path,
            request,
        })
    }
}

/// The connector's folder above a request's file, and the file's path in it.
fn root_of(file: &Path) -> Option<(PathBuf, String)> {
    let absolute = file.canonicalize().ok()?;
    let root = absolute
        .ancestors()
        .skip(1)
        .find(|folder| folder.join("connector.toml").is_file())?;
    let path = absolute.strip_prefix(root).ok()?.to_string_lossy().replace('\\', "/");
    Some((root.to_owned(), path))
}

fn no_connector() -> Result<Arc<Connector>, Error> {
    let (manifest, problems) = Manifest::parse(NO_CONNECTOR)?;
    Ok(Arc::new(Connector {
        root: PathBuf::new(),
        manifest,
        files: BTreeMap::new(),
        problems,
    }))
}

/// A request that can be sent again and again.
struct Ready {
    studio: Studio,
    prepared: Prepared,
    timeout: Option<Duration>,
}

impl Ready {
    async fn prepare(arguments: &Arguments, source: Source) -> Result<Self, Error> {
        let studio = home::studio()?;
        ask::offer(&studio, arguments.allow_writes);
        let mut resolved = arguments.target.resolve(&studio, &source.connector).await?;
        let has_key = arguments.target.secret.iter().any(|(name, _)| name == "client_key");
        resolved.change_network(&arguments.network.values(has_key)?)?;
        target::warn(&resolved);
        let no_org = resolved.http.base_url.is_empty();
        let given = Preparation {
            path: source.path,
            request: source.request,
            variables: arguments.var.iter().cloned().collect(),
            answers: arguments.answer.iter().cloned().collect(),
            environment: arguments.env.clone(),
        };
        let prepared = requests::prepare(&studio, &source.connector, resolved, given)?;
        let request = prepared.request();
        let needs_org =
            request.url.starts_with('/') || request.mentions().iter().any(|mention| mention.name == "base_url");
        if needs_org && no_org && !arguments.var.iter().any(|(name, _)| name == "base_url") {
            return Err(Error::new(Code::Input, "no value for {{base_url}} in url").with_hint(target::SAY_WHICH_ORG));
        }
        Ok(Self {
            studio,
            prepared,
            timeout: arguments.timeout,
        })
    }

    /// Sends once. Ctrl C gives the request up at any phase.
    async fn send(&self) -> Result<Answered, Error> {
        let cancel = CancellationToken::new();
        let mut ready = self.prepared.ready()?;
        if let Some(timeout) = self.timeout {
            ready.timeout_ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
        }
        let mut work = std::pin::pin!(self.prepared.send_ready(&self.studio, ready, &cancel));
        tokio::select! {
            answered = &mut work => answered,
            _ = tokio::signal::ctrl_c() => {
                cancel.cancel();
                work.await
            }
        }
    }
}
