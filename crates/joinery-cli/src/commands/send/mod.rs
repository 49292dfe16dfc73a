//! `joinery send`: one request, given on the command line or saved in a file, curl-like; one many times; or several.

mod arguments;
mod checks;
mod many;
mod network;
mod repeat;
mod report;

use std::{
    collections::BTreeMap,
    io::IsTerminal,
    path::{Path, PathBuf},
    sync::Arc,
};

pub use arguments::Arguments;
use joinery_app::{
    Code, Connector, Error, Manifest, SavedRequest, Studio,
    connections::Resolved,
    requests::{self, Answered, ENDINGS, Preparation, Prepared, Progress},
};
use tokio_util::sync::CancellationToken;

use crate::{Outcome, ask, home, output, stop, target, texts};

/// The connector of requests that belong to none: every way to sign in, nothing else.
const NO_CONNECTOR: &str = include_str!("no_connector.toml");

/// Sends; a failed assertion fails the command, a status by itself does not, unless several requests are sent.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    // Before anything is sent: what is sent may change something.
    if let Some((kind, filter)) = arguments.filter() {
        joinery_app::bodies::check_filter(kind, filter)?;
    }
    let saved = arguments.what.iter().all(|what| is_saved(Path::new(what)));
    let data = arguments.data().filter(|data| saved && is_rows(Path::new(data)));
    let rows = data.map_or_else(|| Ok(Vec::new()), |data| requests::read_data(Path::new(data)))?;
    let folders = arguments.what.iter().any(|what| Path::new(what).is_dir());
    let several = saved && (folders || arguments.what.len() > 1 || !rows.is_empty());
    let sources = Source::find(arguments, saved, !rows.is_empty())?;
    if several {
        refuse_for_several(arguments)?;
        return home::wait_for(many::run(arguments, sources, rows));
    }
    let source = sources.into_iter().next().expect("one request was named");
    home::wait_for(async {
        let ready = Ready::prepare(arguments, source).await?;
        if let Some(times) = arguments.many.repeat {
            return repeat::run(arguments, &ready, times.get()).await;
        }
        let answered = ready.send().await?;
        if let Some(file) = &arguments.shown.har {
            report::write_har(&ready.desk.studio, &ready.prepared, &answered, file)?;
        }
        report::show(arguments, &answered)
    })
}

/// What means nothing where several requests are sent.
fn refuse_for_several(arguments: &Arguments) -> Result<(), Error> {
    let wrong = [
        (arguments.many.repeat.is_some(), "--repeat"),
        (arguments.shown.output.is_some(), "--output"),
        (arguments.shown.har.is_some(), "--har"),
        (arguments.with_head(), "--include"),
    ];
    match wrong.iter().find(|(given, _)| *given) {
        Some((_, flag)) => Err(Error::new(
            Code::Usage,
            format!("{flag} goes with one request, and here are several"),
        )),
        None => Ok(()),
    }
}

fn is_saved(what: &Path) -> bool {
    what.extension().is_some_and(|end| end == "toml") || what.is_dir()
}

fn is_rows(data: &Path) -> bool {
    let ending = data.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    ENDINGS.contains(&ending.as_str()) && data.is_file()
}

/// A request and the connector it belongs to.
struct Source {
    connector: Arc<Connector>,
    /// Its path in the connector, where it is one of its files.
    path: Option<String>,
    request: SavedRequest,
}

impl Source {
    /// The requests that were named, with what the command line says besides. `rows` says that `--data` is none of it.
    fn find(arguments: &Arguments, saved: bool, rows: bool) -> Result<Vec<Self>, Error> {
        let given = arguments.connector.as_deref().map(target::open).transpose()?;
        let mut found = Vec::new();
        if saved {
            let mut roots = Roots {
                given,
                open: BTreeMap::new(),
            };
            for what in &arguments.what {
                for file in files(Path::new(what))? {
                    found.push(Self::file(&file, &mut roots)?);
                }
            }
        } else {
            let connector = given.map_or_else(no_connector, Ok)?;
            found.push(Self {
                connector,
                path: None,
                request: arguments.request()?,
            });
        }
        for source in &mut found {
            source.request = arguments.overlay(std::mem::take(&mut source.request), rows)?;
        }
        Ok(found)
    }

    fn file(file: &Path, roots: &mut Roots) -> Result<Self, Error> {
        let text = texts::file(file)?;
        let (request, _) = SavedRequest::parse(&text, &file.display().to_string())?;
        let (connector, path) = match (&roots.given, root_of(file)) {
            (Some(connector), found) => {
                let own = |(root, path): (PathBuf, String)| is_same(&connector.root, &root).then_some(path);
                (Arc::clone(connector), found.and_then(own))
            }
            (None, Some((root, path))) => (roots.open(root)?, Some(path)),
            (None, None) => (roots.open(PathBuf::new())?, None),
        };
        Ok(Self {
            connector,
            path,
            request,
        })
    }
}

/// The connectors that requests belong to, each opened once.
struct Roots {
    given: Option<Arc<Connector>>,
    open: BTreeMap<PathBuf, Arc<Connector>>,
}

impl Roots {
    /// The connector in a folder; no folder stands for none.
    fn open(&mut self, root: PathBuf) -> Result<Arc<Connector>, Error> {
        if let Some(connector) = self.open.get(&root) {
            return Ok(Arc::clone(connector));
        }
        let connector = if root.as_os_str().is_empty() {
            no_connector()?
        } else {
            target::open(&root)?
        };
        if let Some(other) = self.open.keys().next() {
            return Err(Error::new(
                Code::Usage,
                format!(
                    "the requests belong to several connectors: {} and {}",
                    other.display(),
                    root.display()
                ),
            )
            .with_hint("Send those of one connector at a time."));
        }
        self.open.insert(root, Arc::clone(&connector));
        Ok(connector)
    }
}

/// The requests of a folder and of those in it, by name; a file stands for itself.
fn files(what: &Path) -> Result<Vec<PathBuf>, Error> {
    if !what.is_dir() {
        return Ok(vec![what.to_owned()]);
    }
    let unreadable =
        |error: std::io::Error| Error::new(Code::Unavailable, format!("cannot read {}: {error}", what.display()));
    let entries = std::fs::read_dir(what).map_err(unreadable)?;
    let mut entries: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()).map_err(unreadable))
        .collect::<Result<_, _>>()?;
    entries.sort_by_cached_key(|path| path.file_stem().map(std::ffi::OsStr::to_owned));
    let mut found = Vec::new();
    for entry in entries {
        let is_request = entry.extension().is_some_and(|end| end == "toml");
        if entry.is_dir() {
            found.extend(files(&entry)?);
        } else if is_request && entry.file_name().is_some_and(|name| name != "folder.toml") {
            found.push(entry);
        }
    }
    Ok(found)
}

fn is_same(one: &Path, other: &Path) -> bool {
    one.canonicalize().is_ok_and(|one| one == other)
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

/// Who sends, and to whom.
struct Desk {
    studio: Studio,
    connector: Arc<Connector>,
    connection: Resolved,
}

impl Desk {
    /// The desk for requests of one connector.
    async fn open(arguments: &Arguments, sources: &[Source]) -> Result<Self, Error> {
        let Some(Source { connector, .. }) = sources.first() else {
            return Err(Error::new(Code::Usage, "there is no request to send")
                .with_hint("Requests are files that end in .toml."));
        };
        let studio = home::studio()?;
        ask::offer(&studio, arguments.allow_writes);
        let mut connection = arguments.target.resolve(&studio, connector).await?;
        let has_key = arguments.target.secret.iter().any(|(name, _)| name == "client_key");
        connection.change_network(&arguments.network.values(has_key)?)?;
        target::warn(&connection);
        Ok(Self {
            studio,
            connector: Arc::clone(connector),
            connection,
        })
    }
}

/// Tells a person at a terminal how far the pages are; every tenth is enough.
fn tell_page(progress: Progress) {
    if progress.pages.is_multiple_of(10) && std::io::stderr().is_terminal() {
        output::note(&format!("{} pages, {} entries", progress.pages, progress.entries));
    }
}

/// A request that can be sent again and again.
struct Ready {
    desk: Desk,
    prepared: Prepared,
}

impl Ready {
    async fn prepare(arguments: &Arguments, source: Source) -> Result<Self, Error> {
        let sources = [source];
        let desk = Desk::open(arguments, &sources).await?;
        let no_org = desk.connection.http.base_url.is_empty();
        let [source] = sources;
        let given = Preparation {
            path: source.path,
            request: source.request,
            variables: arguments.var.iter().cloned().collect(),
            answers: arguments.answer.iter().cloned().collect(),
            environment: arguments.env.clone(),
            any_file: arguments.any_file(),
        };
        let prepared = requests::prepare(&desk.studio, &desk.connector, desk.connection.clone(), given)?;
        let request = prepared.request();
        let needs_org =
            request.url.starts_with('/') || request.mentions().iter().any(|mention| mention.name == "base_url");
        if needs_org && no_org && !arguments.var.iter().any(|(name, _)| name == "base_url") {
            return Err(Error::new(Code::Input, "no value for {{base_url}} in url").with_hint(target::SAY_WHICH_ORG));
        }
        Ok(Self { desk, prepared })
    }

    /// Sends once. Ctrl C gives the request up at any phase.
    async fn send(&self) -> Result<Answered, Error> {
        let cancel = CancellationToken::new();
        let ready = self.prepared.ready()?;
        let on_page = |progress: Progress| tell_page(progress);
        let mut work = std::pin::pin!(self.prepared.send_ready(&self.desk.studio, ready, &cancel, &on_page));
        tokio::select! {
            answered = &mut work => answered,
            () = stop::asked() => {
                cancel.cancel();
                work.await
            }
        }
    }
}
