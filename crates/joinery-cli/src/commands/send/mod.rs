//! `joinery send`: one request, given on the command line or saved in a file; curl-like.

mod arguments;
mod network;
mod repeat;
mod report;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

pub use arguments::Arguments;
use joinery_app::{
    Assertion, Code, Connector, Error, Exchange, HttpRequest, Manifest, SavedRequest, Studio,
    assertions::{self, AssertionResult},
    connections::Resolved,
    requests,
    variables::{Scope, Value},
};
use tokio_util::sync::CancellationToken;

use crate::{Outcome, ask, home, target, texts};

/// The connector of requests that belong to none: every way to sign in, nothing else.
const NO_CONNECTOR: &str = include_str!("no_connector.toml");

/// Sends the request; a failed assertion fails the command, a status by itself does not.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    // Before anything is sent: what is sent may change something.
    if let Some((kind, filter)) = arguments.filter() {
        joinery_app::bodies::check_filter(kind, filter)?;
    }
    let source = Source::find(arguments)?;
    home::wait_for(async {
        let ready = Ready::prepare(arguments, source).await?;
        if let Some(times) = arguments.repeat {
            return repeat::run(arguments, &ready, times.get()).await;
        }
        let (exchange, checked) = ready.send().await?;
        report::show(arguments, &exchange, &checked)
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

/// A request with everything filled in, and what it takes to send it again and again.
struct Ready {
    studio: Studio,
    resolved: Resolved,
    request: HttpRequest,
    assertions: Vec<Assertion>,
}

impl Ready {
    async fn prepare(arguments: &Arguments, source: Source) -> Result<Self, Error> {
        let studio = home::studio()?;
        ask::offer(&studio, arguments.allow_writes);
        let mut resolved = arguments.target.resolve(&studio, &source.connector).await?;
        let has_key = arguments.target.secret.iter().any(|(name, _)| name == "client_key");
        resolved.change_network(&arguments.network.values(has_key)?)?;
        target::warn(&resolved);
        let (request, mut variables) =
            requests::in_context(&source.connector, source.path.as_deref(), &source.request, &resolved)?;
        for (name, value) in &arguments.var {
            variables.set(Scope::Run, name, Value::Text(value.clone()));
        }
        let needs_org =
            request.url.starts_with('/') || request.mentions().iter().any(|mention| mention.name == "base_url");
        if needs_org && resolved.http.base_url.is_empty() && !arguments.var.iter().any(|(name, _)| name == "base_url") {
            return Err(Error::new(Code::Input, "no value for {{base_url}} in url").with_hint(target::SAY_WHICH_ORG));
        }
        let mut ready = requests::resolve(&request, &variables)?;
        if let Some(timeout) = arguments.timeout {
            ready.timeout_ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
        } else if let Some(timeout) = resolved.timeout_ms() {
            ready.timeout_ms = timeout;
        }
        Ok(Self {
            studio,
            resolved,
            request: ready,
            assertions: request.assertions,
        })
    }

    /// Sends once. Ctrl C gives the request up at any phase.
    async fn send(&self) -> Result<(Exchange, Vec<AssertionResult>), Error> {
        let cancel = CancellationToken::new();
        let mut work = std::pin::pin!(requests::exchange(
            &self.studio,
            &self.resolved,
            self.request.clone(),
            &cancel
        ));
        let exchange = tokio::select! {
            exchange = &mut work => exchange?,
            _ = tokio::signal::ctrl_c() => {
                cancel.cancel();
                work.await?
            }
        };
        let checked = assertions::check(&self.assertions, &exchange.response, &exchange.body);
        Ok((exchange, checked))
    }
}
