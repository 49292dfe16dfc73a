//! `joinery run`: one action, from input to output.

pub mod report;
mod watch;

use std::{path::PathBuf, sync::Arc, time::Duration};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use joinery_app::{
    Connector, Error, Studio,
    connections::Resolved,
    connectors,
    runs::{self, Performance, Performed},
    settings,
};
use serde_json::{Value, json};

use crate::{
    Outcome, ask, durations, home, output, stop,
    target::{self, Target},
    texts,
};

/// How long a run may be silent before a terminal shows that it is alive.
const SILENCE: Duration = Duration::from_secs(1);

/// What `joinery run` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A connector's folder or package
    connector: PathBuf,
    /// The action; `http` sends any request, `pick_lists/NAME` gives a pick list's options, `schemas/NAME` the fields of an
    /// org, and `SCRIPT::FUNCTION` runs one function, such as `methods/paging::all`
    action: String,
    /// Its input, or the arguments of a function by name or in order: JSON, @FILE, or - for what comes in
    #[arg(long, value_name = "JSON|@FILE|-")]
    input: Option<String>,
    /// Answers to its config fields: JSON, @FILE, or - for what comes in
    #[arg(long, value_name = "JSON|@FILE|-")]
    config: Option<String>,
    /// Go on with an action that waits, by its id, in place of beginning
    #[arg(long, value_name = "ID", conflicts_with_all = ["input", "config", "watch"])]
    resume: Option<String>,
    /// Where the action waits to go on, end and tell its id in place of waiting
    #[arg(long)]
    no_wait: bool,
    /// Print output, calls and console as JSON
    #[arg(long)]
    pub json: bool,
    /// Show every HTTP call and how long it took
    #[arg(long)]
    trace: bool,
    /// Write every HTTP call to a file as HAR, secrets as stars
    #[arg(long, value_name = "FILE", conflicts_with = "watch")]
    har: Option<PathBuf>,
    /// Run again whenever a file of the connector changes, and show what that changed
    #[arg(long)]
    watch: bool,
    /// Let the action write to a live org without asking
    #[arg(long)]
    allow_writes: bool,
    /// Stop the run after this long
    #[arg(long, value_name = "TIME", value_parser = durations::parse)]
    timeout: Option<Duration>,
    #[command(flatten)]
    target: Target,
}

/// Runs the action; a script that fails is a failed run.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    let input = arguments
        .input
        .as_deref()
        .map_or_else(|| Ok(json!({})), texts::read_json)?;
    let config = arguments
        .config
        .as_deref()
        .map_or_else(|| Ok(Value::Null), texts::read_json)?;
    home::wait_for(async {
        let mut session = Session {
            studio: home::studio()?,
            arguments,
            input,
            config,
            resolved: None,
        };
        // It starts while the connector is read.
        session.studio.scripts().warm_up();
        ask::offer(&session.studio, arguments.allow_writes);
        if arguments.watch {
            watch::run(&mut session).await
        } else {
            once(&mut session).await
        }
    })
}

async fn once(session: &mut Session<'_>) -> Result<Outcome, Error> {
    let (connector, performed) = session.perform().await?;
    if session.arguments.trace {
        report::gaps(session.studio.scripts().gaps());
    }
    if let Some(file) = &session.arguments.har {
        output::har(&runs::har(&performed)?, file)?;
    }
    report::show(session.arguments, &connector, &performed)
}

/// What the runs of one command share.
struct Session<'a> {
    studio: Studio,
    arguments: &'a Arguments,
    input: Value,
    config: Value,
    /// Kept from the first run on: a secret that came in can be read only once.
    resolved: Option<Resolved>,
}

impl Session<'_> {
    /// One run, with the connector's files as they are now. Ctrl C stops the script.
    async fn perform(&mut self) -> Result<(Arc<Connector>, Performed), Error> {
        let connector = connectors::with_built_in(target::open(&self.arguments.connector)?);
        let (file, function) = match connectors::function(&connector, &self.arguments.action)? {
            Some((file, function)) => (file, Some(function)),
            None => (connectors::script(&connector, &self.arguments.action)?, None),
        };
        let resolved = if let Some(resolved) = &self.resolved {
            resolved.clone()
        } else {
            let resolved = self.arguments.target.resolve(&self.studio, &connector).await?;
            target::warn(&resolved);
            resolved
        };
        self.resolved = Some(resolved.clone());
        let mut performance = Performance::new(Arc::clone(&connector), &file, resolved);
        performance.function = function;
        performance.input = self.input.clone();
        performance.config = self.config.clone();
        performance.resume.clone_from(&self.arguments.resume);
        performance.wait = !self.arguments.no_wait;
        let json = self.arguments.json;
        performance.on_wait = Some(Arc::new(move |waiting| {
            if !json {
                output::note(&format!(
                    "waits {} s, then goes on ({})",
                    waiting.left().as_secs_f64().ceil(),
                    waiting.id
                ));
            }
        }));
        performance.limits = settings::limits(&self.studio);
        if let Some(time) = self.arguments.timeout {
            performance.limits.time = time;
        }
        let stop = performance.stopper();
        let mut work = std::pin::pin!(runs::perform(&self.studio, performance));
        let alive = self.show_alive();
        let mut alive = std::pin::pin!(alive);
        let mut interrupted = false;
        loop {
            tokio::select! {
                performed = &mut work => return Ok((connector, self.advised(performed?))),
                never = &mut alive => match never {},
                () = stop::asked(), if !interrupted => {
                    interrupted = true;
                    stop();
                }
            }
        }
    }

    /// A path that leads nowhere because no org was named is mended on the command line, not in the script.
    fn advised(&self, mut performed: Performed) -> Performed {
        if let Err(error) = &mut performed.outcome.result
            && error.code == "invalid_url"
            && self.arguments.target.is_empty()
        {
            error.hint = Some(target::SAY_WHICH_ORG.to_owned());
        }
        performed
    }

    /// Shows a running clock on a terminal after a while of silence; ends with the run.
    async fn show_alive(&self) -> std::convert::Infallible {
        tokio::time::sleep(SILENCE).await;
        // Drawn on stderr, and only where that is a terminal.
        let style =
            ProgressStyle::with_template("{spinner} {msg} {elapsed}").expect("checked by every run in a terminal");
        let clock = ProgressBar::new_spinner()
            .with_style(style)
            .with_message(self.arguments.action.clone());
        clock.set_elapsed(SILENCE);
        clock.enable_steady_tick(Duration::from_millis(120));
        let _cleared = Cleared(clock);
        std::future::pending().await
    }
}

/// Takes the clock off the screen.
struct Cleared(ProgressBar);

impl Drop for Cleared {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
