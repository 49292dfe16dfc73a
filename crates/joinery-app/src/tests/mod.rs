//! The tests of a connector: its cases, replayed from their cassettes, run live, or recorded.

mod case;
mod cassette;
mod debug;
mod delivered;
mod difference;
mod judge;
pub(crate) mod recording;
mod report;
mod save;
mod window;

use std::{collections::BTreeMap, sync::Arc};

use futures_util::{StreamExt, stream};
use joinery_connector::{
    Connector, FileKind,
    test_file::{Case, TestFile},
};
use joinery_script::{ConsoleLine, Coverage};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

pub use cassette::{CassetteView, ExchangeView};
pub use debug::CaseRun;
pub use report::{junit, lcov, save_junit};
pub use save::{SaveTest, SavedTest, save};
pub use window::{CaseDetail, CaseView, RunTests, detail, list, run_shown};

use crate::{
    bodies::DiffLine,
    connections::Resolved,
    connectors,
    error::{Code, Error},
    host::milliseconds,
    runs,
    studio::Studio,
};

/// Where the answers of a case come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename = "TestMode")]
pub enum Mode {
    /// Its cassette.
    #[default]
    Replay,
    /// The org.
    Live,
    /// The org, and what it answers is kept as its cassette.
    Record,
}

/// Which cases to run, and how.
#[derive(Debug, Clone, Default)]
pub struct TestOptions {
    /// Where answers come from.
    pub mode: Mode,
    /// Only cases whose action or name holds this text; with a slash, those whose `ACTION/NAME` begins with it.
    pub filter: Option<String>,
    /// Whether outputs that differ from their snapshot become it.
    pub accept: bool,
    /// Whether to stop at the first case that fails.
    pub fail_fast: bool,
    /// Whether to note which lines ran.
    pub coverage: bool,
    /// Only these cases, whatever the filter says; all where none is named.
    pub only: Vec<CaseName>,
    /// What ends the run before its time.
    pub stop: CancellationToken,
}

/// What tells a case from others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CaseName {
    /// The action or trigger.
    pub action: String,
    /// The case's name.
    pub name: String,
}

/// How the cases went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TestReport {
    /// How many hold.
    pub passed: u32,
    /// How many do not.
    pub failed: u32,
    /// How many were not run.
    pub skipped: u32,
    /// Each, by action and then in the order of its file.
    pub cases: Vec<CaseReport>,
    /// Which lines ran, by file; empty where that was not asked for.
    pub coverage: Vec<FileCoverage>,
    /// Milliseconds in all.
    pub time_ms: f64,
}

/// How one case went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CaseReport {
    /// The action or trigger.
    pub action: String,
    /// The case's name.
    pub name: String,
    /// Whether nothing is wrong with it; true for one that was not run.
    pub ok: bool,
    /// Whether it was not run.
    pub skipped: bool,
    /// What is wrong, or why it was not run, in one line.
    pub message: Option<String>,
    /// Everything that is wrong.
    pub failures: Vec<CaseFailure>,
    /// What else is worth knowing: an old cassette, an accepted snapshot.
    pub notes: Vec<String>,
    /// What was expected and what came instead, as one tree; empty where nothing differs.
    pub difference: Vec<DiffLine>,
    /// What the script wrote to the console.
    pub console: Vec<ConsoleLine>,
    /// The file of the case.
    pub file: String,
    /// Its line.
    pub line: u32,
    /// Milliseconds it took.
    pub time_ms: f64,
}

/// One thing wrong with a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CaseFailure {
    /// Where in the result: a `JSONPath`, `error.code`, `snapshot`; empty for the run itself.
    pub path: String,
    /// What was expected and found.
    pub message: String,
    /// Line by line where that helps: `-` expected or recorded, `+` found or asked.
    pub difference: Vec<String>,
    /// The line of the expectation in the file of the case.
    pub line: u32,
}

/// Which lines of a script ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FileCoverage {
    /// The script.
    pub file: String,
    /// Every line with a statement, and how often it ran.
    pub lines: Vec<LineHits>,
}

/// How often a line ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LineHits {
    /// The line, from 1.
    pub line: u32,
    /// How often.
    #[ts(type = "number")]
    pub hits: u64,
}

/// A case and where it stands.
struct Task {
    script: String,
    script_file: String,
    file: String,
    case: Case,
}

impl Task {
    fn full_name(&self) -> String {
        format!("{}/{}", self.script, self.case.name)
    }

    fn is(&self, name: &CaseName) -> bool {
        self.script == name.action && self.case.name == name.name
    }
}

/// Runs the cases of a connector. `org` is whom live cases talk to. `tell` hears of each case as it ends.
///
/// # Errors
/// [`Code::Invalid`] for a file of cases that cannot be read, [`Code::Usage`] where an org is needed and none is named,
/// or something is to be written into a package. A case that fails is a report, not an error.
pub async fn run(
    studio: &Studio,
    connector: &Arc<Connector>,
    options: &TestOptions,
    org: Option<&Resolved>,
    tell: impl Fn(&CaseReport, usize),
) -> Result<TestReport, Error> {
    let started = std::time::Instant::now();
    refuse(connector, options, org)?;
    let mut tasks = tasks(connector, options.filter.as_deref())?;
    if !options.only.is_empty() {
        tasks.retain(|task| options.only.iter().any(|only| task.is(only)));
    }
    let count = tasks.len();
    if let Some(filter) = options.filter.as_deref().filter(|_| tasks.is_empty()) {
        return Err(Error::new(Code::Usage, format!("no case holds `{filter}`"))
            .with_hint("A filter is a part of ACTION/NAME, in any case; with a slash in it, the beginning."));
    }
    // An org is asked one thing after the other: what one case makes, the next may find.
    let at_once = match options.mode {
        Mode::Replay if org.is_none() => 2 * std::thread::available_parallelism().map_or(2, usize::from),
        _ => 1,
    };
    let mut running = stream::iter(tasks)
        .map(|task: Task| async move { case::run(studio, connector, options, org, &task).await })
        .buffered(at_once);
    let mut report = TestReport {
        passed: 0,
        failed: 0,
        skipped: 0,
        cases: Vec::with_capacity(count),
        coverage: Vec::new(),
        time_ms: 0.0,
    };
    let mut coverage = Coverage::default();
    while let Some(case) = running.next().await {
        let (case, ran) = case?;
        if options.stop.is_cancelled() {
            return Err(Error::new(Code::Cancelled, "the tests were stopped"));
        }
        coverage.add(&ran.unwrap_or_default());
        tell(&case, count);
        match (case.skipped, case.ok) {
            (true, _) => report.skipped += 1,
            (false, true) => report.passed += 1,
            (false, false) => report.failed += 1,
        }
        let stop = options.fail_fast && !case.ok;
        report.cases.push(case);
        if stop {
            break;
        }
    }
    if options.coverage && options.filter.is_none() && options.only.is_empty() {
        add_unrun(studio, connector, &mut coverage).await?;
    }
    report.coverage = by_line(coverage);
    report.time_ms = milliseconds(started.elapsed());
    Ok(report)
}

/// Adds the actions and triggers that no case runs. One that does not compile has no lines; the check tells of it.
async fn add_unrun(studio: &Studio, connector: &Arc<Connector>, coverage: &mut Coverage) -> Result<(), Error> {
    for kind in [FileKind::Action, FileKind::Trigger] {
        for script in connector.of_kind(kind) {
            let (scripts, connector, file) = (studio.scripts().clone(), Arc::clone(connector), script.path.clone());
            if coverage.files.contains_key(&file) {
                continue;
            }
            let lines = runs::on_blocking_thread(move || scripts.lines(&connector, &file).ok()).await?;
            if let Some(lines) = lines {
                coverage.add_unrun(&script.path, lines);
            }
        }
    }
    Ok(())
}

fn by_line(coverage: Coverage) -> Vec<FileCoverage> {
    let lines = |lines: BTreeMap<u32, u64>| lines.into_iter().map(|(line, hits)| LineHits { line, hits }).collect();
    let files = coverage.files.into_iter().map(|(file, hits)| FileCoverage {
        file,
        lines: lines(hits),
    });
    files.collect()
}

fn refuse(connector: &Connector, options: &TestOptions, org: Option<&Resolved>) -> Result<(), Error> {
    let is_package = connector.root.is_file();
    if is_package && options.mode == Mode::Record {
        let message = format!(
            "{} is a package: nothing can be recorded into it",
            connector.root.display()
        );
        return Err(
            Error::new(Code::Usage, message).with_hint("Record into the connector's folder, and export it again.")
        );
    }
    if is_package && options.accept {
        let message = format!("{} is a package: it takes no snapshots", connector.root.display());
        return Err(Error::new(Code::Usage, message).with_hint("Accept them in the connector's folder."));
    }
    if options.mode != Mode::Replay && org.is_none() {
        return Err(
            Error::new(Code::Usage, "no org is named that the cases could be run on")
                .with_hint("Say which org: --connection NAME, --connection sandbox, or --base-url URL."),
        );
    }
    Ok(())
}

/// Every case that is wanted.
fn tasks(connector: &Connector, filter: Option<&str>) -> Result<Vec<Task>, Error> {
    let filter = filter.unwrap_or_default().to_lowercase();
    let mut tasks = Vec::new();
    for file in connector.of_kind(FileKind::Test) {
        let (cases, _) = TestFile::parse(&connector.text(&file.path)?, &file.path)?;
        let script_file = connectors::script(connector, &file.name).map_err(|error| Error {
            file: Some(file.path.clone()),
            ..error
        })?;
        for case in cases.cases {
            let task = Task {
                script: file.name.clone(),
                script_file: script_file.clone(),
                file: file.path.clone(),
                case,
            };
            let name = task.full_name().to_lowercase();
            // With a slash the action is named, and another may end like it.
            let is_wanted = if filter.contains('/') {
                name.starts_with(&filter)
            } else {
                name.contains(&filter)
            };
            if is_wanted {
                tasks.push(task);
            }
        }
    }
    Ok(tasks)
}

/// The case of that name.
fn named(connector: &Connector, name: &CaseName) -> Result<Task, Error> {
    let tasks = tasks(connector, None)?;
    let names: Vec<String> = tasks.iter().map(Task::full_name).collect();
    let unknown = || {
        let wanted = format!("{}/{}", name.action, name.name);
        Error::unknown("case", &wanted, names.iter().map(String::as_str))
    };
    tasks.into_iter().find(|task| task.is(name)).ok_or_else(unknown)
}
