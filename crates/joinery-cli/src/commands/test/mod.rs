//! `joinery test`: the cases of a connector, replayed from their cassettes, run live, or recorded.

mod report;

use std::{path::PathBuf, time::Duration};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use joinery_app::{
    Code, Connector, Error, Studio,
    connections::{self, Resolved},
    tests::{self, Mode, TestOptions, TestReport},
};

use crate::{
    Outcome, ask, changes, home, output,
    target::{self, Target},
};

/// How often a progress line is drawn at most: drawing it must not cost more than the tests.
const REDRAW: u8 = 15;

/// What `joinery test` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A connector's folder or package
    connector: PathBuf,
    /// Run the cases on an org instead of their cassettes
    #[arg(long, conflicts_with = "record")]
    live: bool,
    /// Run the cases on an org and keep what it answers as their cassettes
    #[arg(long, conflicts_with = "watch")]
    record: bool,
    /// Only cases whose ACTION/NAME holds this text; with a slash in it, begins with it
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Take outputs that differ from their snapshot as right
    #[arg(long)]
    accept: bool,
    /// Stop at the first case that fails
    #[arg(long)]
    fail_fast: bool,
    /// Run again whenever a file of the connector changes
    #[arg(long)]
    watch: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    /// Write the result as `JUnit` XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write which lines ran, as lcov does
    #[arg(long, value_name = "FILE")]
    coverage: Option<PathBuf>,
    /// Let cases write to a live org without asking
    #[arg(long)]
    allow_writes: bool,
    #[command(flatten)]
    target: Target,
}

/// Runs the cases; one that fails is a failed check.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    home::wait_for(async {
        let studio = home::studio()?;
        ask::offer(&studio, arguments.allow_writes);
        let connector = target::open(&arguments.connector)?;
        let org = org(arguments, &studio, &connector).await?;
        if arguments.watch {
            return watch(arguments, &studio, org.as_ref()).await;
        }
        let tested = test(arguments, &studio, org.as_ref()).await?;
        Ok(if tested.failed == 0 {
            Outcome::Done
        } else {
            Outcome::Failed
        })
    })
}

/// The org that live cases talk to; `None` where none is named.
async fn org(arguments: &Arguments, studio: &Studio, connector: &Connector) -> Result<Option<Resolved>, Error> {
    let target = &arguments.target;
    let calls_one = target.is_named() || (arguments.live || arguments.record) && connections::needs_nothing(connector);
    if !calls_one {
        return Ok(None);
    }
    let resolved = target.resolve(studio, connector).await?;
    target::warn(&resolved);
    Ok(Some(resolved))
}

async fn watch(arguments: &Arguments, studio: &Studio, org: Option<&Resolved>) -> Result<Outcome, Error> {
    let mut changes = changes::of(&arguments.connector)?;
    test(arguments, studio, org).await?;
    while changes.next().await {
        // What is wrong now is mended by the next save.
        if let Err(error) = test(arguments, studio, org).await {
            output::error(&error, arguments.json);
        }
    }
    Ok(Outcome::Done)
}

/// Runs the cases with the connector's files as they are now, and shows how they went.
async fn test(arguments: &Arguments, studio: &Studio, org: Option<&Resolved>) -> Result<TestReport, Error> {
    let connector = target::open(&arguments.connector)?;
    let options = TestOptions {
        mode: match (arguments.live, arguments.record) {
            (_, true) => Mode::Record,
            (true, _) => Mode::Live,
            _ => Mode::Replay,
        },
        filter: arguments.filter.clone(),
        accept: arguments.accept,
        fail_fast: arguments.fail_fast,
        coverage: arguments.coverage.is_some(),
        ..TestOptions::default()
    };
    let progress = Progress::new();
    let report = tests::run(studio, &connector, &options, org, |case, count| {
        progress.show(&case.name, count);
    })
    .await;
    drop(progress);
    let report = report.map_err(|error| target::seen_from_here(&arguments.connector, error))?;
    for (path, text) in [
        (&arguments.junit, tests::junit as fn(&str, &TestReport) -> String),
        (&arguments.coverage, |_, report| tests::lcov(&report.coverage)),
    ] {
        if let Some(path) = path {
            write(path, &text(&connector.manifest.id, &report))?;
        }
    }
    report::show(arguments, &report)?;
    Ok(report)
}

fn write(path: &PathBuf, text: &str) -> Result<(), Error> {
    std::fs::write(path, text).map_err(|error| {
        Error::new(Code::Unavailable, format!("cannot write {}: {error}", path.display()))
            .with_hint("Check that its folder exists.")
    })
}

/// A line that tells how far it is, on stderr and only where that is a terminal.
struct Progress(ProgressBar);

impl Progress {
    fn new() -> Self {
        let style =
            ProgressStyle::with_template("{bar:20} {pos}/{len} {msg}").expect("checked by every run in a terminal");
        let bar = ProgressBar::with_draw_target(Some(0), indicatif::ProgressDrawTarget::stderr_with_hz(REDRAW));
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar.with_style(style))
    }

    fn show(&self, case: &str, count: usize) {
        self.0.set_length(count as u64);
        self.0.set_message(output::printable(case));
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
