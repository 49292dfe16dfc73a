//! `joinery send`: one request, given on the command line or saved in a file, curl-like; one many times; or several.

mod arguments;
mod checks;
mod many;
mod network;
mod repeat;
mod report;
mod sources;

use std::{collections::BTreeMap, io::IsTerminal, path::Path, sync::Arc};

pub use arguments::Arguments;
use joinery_app::{
    Code, Connector, Error, Studio,
    connections::Resolved,
    requests::{self, Answered, ENDINGS, Preparation, Prepared, Progress},
};
use sources::Source;
use tokio_util::sync::CancellationToken;

use crate::{Outcome, ask, home, output, stop, target};

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
        let network = arguments.network.values()?;
        let connection = arguments.target.resolve_over(&studio, connector, &network).await?;
        target::warn(&connection);
        Ok(Self {
            studio,
            connector: Arc::clone(connector),
            connection,
        })
    }
}

impl Desk {
    /// Asks a person at a terminal what the request wants to know and `answers` does not have.
    fn ask(&self, arguments: &Arguments, source: &Source, answers: &mut BTreeMap<String, String>) -> Result<(), Error> {
        let given = arguments.preparation(source.path.clone(), source.request.clone());
        let prompts = requests::prompts_before(&self.studio, &self.connector, self.connection.clone(), given)?;
        ask::prompts(prompts, answers)
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
        let mut answers = arguments.answers();
        desk.ask(arguments, &source, &mut answers)?;
        let given = Preparation {
            answers,
            ..arguments.preparation(source.path, source.request)
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
