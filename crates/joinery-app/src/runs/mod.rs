//! Running actions: describe, run, compare with the run before.

mod alone;
pub mod debug;
mod going_on;
mod har;
mod held;
mod perform;
mod pick_lists;
mod seen;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Instant,
};

use joinery_connector::{
    Connector, Header,
    http::{RateLimit, Timing},
    schema::{Field, Violation},
};
use joinery_http::SentRequest;
use joinery_script::{CallPlace, Cancel, ConsoleLine, ScriptError};
use joinery_store::table::{self, run::Row};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

pub use going_on::{OnWait, Waiting, WaitingAction, forget_waiting};
pub use har::har;
pub use joinery_connector::schema::PickOption;
pub use perform::{Performance, Performed, advice, perform};
pub(crate) use perform::{
    call, checked_input, describe as describe_performance, is_idempotent, on_blocking_thread, run_script,
};
pub use pick_lists::{AskPickList, pick_list};
pub use seen::last_seen;

use crate::{
    bodies::{BodySummary, Diff, DiffLines, DiffMark, diff, window},
    connections, connectors,
    error::{Code, Error},
    files::{self, FileRef, SavedFile},
    host::{RecordedCall, milliseconds},
    settings,
    studio::{Studio, lock, now_ms},
    triggers::Trigger,
};

/// Runs kept per action.
const KEEP: usize = 100;
/// The largest output kept in the history, in bytes of JSON.
const LARGEST_KEPT: usize = 4 << 20;

/// What the run form shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ActionForm {
    /// The action's name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it does.
    pub description: String,
    /// What is asked first, because the input fields depend on it.
    pub config: Vec<Field>,
    /// The answers that the input fields stand for, defaults filled in.
    pub answers: Value,
    /// Its input fields.
    pub fields: Vec<Field>,
    /// The input of the last run; null where there was none.
    pub last_input: Value,
    /// What to use instead, where it is deprecated; empty where it does not say.
    pub deprecated: Option<String>,
    /// Its runs that were stopped while they waited to go on.
    pub waiting: Vec<WaitingAction>,
    /// Why the fields could not be had, where they could not; the form then keeps the last ones.
    pub error: Option<ScriptError>,
}

/// A run to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RunAction {
    /// An id the caller chose; [`cancel`] takes it.
    pub id: String,
    /// The script's file.
    pub file: FileRef,
    /// The input; null reuses the last one.
    pub input: Value,
    /// The answers to the config fields; null where there are none.
    pub config: Value,
    /// The connection's name.
    pub connection: Option<String>,
    /// The id of a run that waits, to go on with it in place of beginning; it keeps its own input.
    pub resume: Option<String>,
    /// A text to save first, in the same step.
    pub save: Option<SaveFirst>,
    /// One function of the script to call by itself; the input is its arguments, by the names of its parameters.
    #[serde(default)]
    #[ts(optional)]
    pub function: Option<String>,
}

/// The text an editor holds, saved before the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SaveFirst {
    /// Which file; often the action's own, sometimes a method it imports.
    pub file: FileRef,
    /// Its text.
    pub text: String,
    /// The version the editor read.
    pub version: Option<String>,
}

/// What a run gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RunReport {
    /// Its number in the history.
    pub number: i64,
    /// The action's name.
    pub action: String,
    /// Whether it gave a value.
    pub ok: bool,
    /// The output, where it gave one; ask for its lines.
    pub output: Option<OutputSummary>,
    /// Why it gave none.
    pub error: Option<ScriptError>,
    /// Every HTTP call in order.
    pub calls: Vec<CallReport>,
    /// The console.
    pub console: Vec<ConsoleLine>,
    /// Where the output differs from its declared fields.
    pub warnings: Vec<Violation>,
    /// The input used.
    pub input: Value,
    /// Milliseconds from the request to run to the result.
    pub time_ms: f64,
    /// Milliseconds of it spent reading and compiling.
    pub compile_ms: f64,
    /// What saving first gave.
    pub saved: Option<SavedFile>,
}

/// An output, without its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OutputSummary {
    /// The id that [`crate::bodies`] knows the value view by.
    pub value: BodySummary,
    /// Lines of the difference; 0 where there is no run to compare with.
    pub diff_lines: u32,
    /// The first line of the difference that is not the same in both, from 0.
    pub first_change: Option<u32>,
    /// The run it is compared with.
    pub previous: Option<i64>,
    /// Values added.
    pub added: u32,
    /// Values removed.
    pub removed: u32,
    /// Values changed.
    pub changed: u32,
}

/// One HTTP call of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CallReport {
    /// The method.
    pub method: String,
    /// The URL, secrets masked.
    pub url: String,
    /// The status, where there was a response.
    pub status: Option<u16>,
    /// Why there was none.
    pub error: Option<String>,
    /// Whether signing in made it on its own, to get a token for the call that follows.
    pub sign_in: bool,
    /// Milliseconds from the start of the run.
    pub start_ms: f64,
    /// Milliseconds it took.
    pub time_ms: f64,
    /// Its phases.
    pub timing: Option<Timing>,
    /// What the rate-limit headers said.
    pub rate_limit: Option<RateLimit>,
    /// The line that made it.
    pub place: CallPlace,
    /// The request as it went out.
    pub request: Option<SentRequest>,
    /// The response's headers.
    pub headers: Vec<Header>,
    /// The response's body; ask for its lines.
    pub body: Option<BodySummary>,
}

/// Sends and runs under way, by the id their caller chose.
#[derive(Default)]
pub(crate) struct Running(Mutex<HashMap<String, Stop>>);

/// What stops one of them: the request under way and the script around it.
#[derive(Clone, Default)]
pub(crate) struct Stop {
    pub(crate) request: CancellationToken,
    pub(crate) script: Cancel,
}

impl Running {
    /// Notes a start. The entry goes when the returned guard does.
    pub(crate) fn begin<'a>(&'a self, id: &str) -> (Stop, impl Drop + use<'a>) {
        struct Ended<'a>(&'a Running, String);
        impl Drop for Ended<'_> {
            fn drop(&mut self) {
                lock(&self.0.0).remove(&self.1);
            }
        }
        let stop = Stop::default();
        lock(&self.0).insert(id.to_owned(), stop.clone());
        (stop, Ended(self, id.to_owned()))
    }
}

/// The last good output of each action, and the differences on screen.
#[derive(Default)]
pub(crate) struct Outputs {
    last: Mutex<HashMap<String, (i64, Arc<Value>)>>,
    differences: Mutex<HashMap<i64, Arc<Diff>>>,
    runs: Mutex<seen::LastRuns>,
    kept: Mutex<HashMap<i64, Arc<Kept>>>,
}

/// A run as a test is made of it.
pub(crate) struct Kept {
    pub(crate) connector: String,
    pub(crate) file: String,
    pub(crate) action: String,
    pub(crate) connection: connections::Resolved,
    /// What a trigger was asked with.
    pub(crate) cursor: Value,
    pub(crate) performed: Performed,
}

/// Runs whose exchanges are kept, so that a test can be made of them: those that may still be on screen.
const KEPT: i64 = 8;

/// The run of that number, where it is one of the last.
pub(crate) fn kept(studio: &Studio, number: i64) -> Option<Arc<Kept>> {
    lock(&studio.outputs.kept).get(&number).cloned()
}

/// What the run form shows for an action. `text` is what the editor holds, where it is not saved; `answers` those to its
/// config fields.
///
/// # Errors
/// [`Code::Usage`] when the action does not exist.
pub async fn describe(
    studio: &Studio,
    file: &FileRef,
    text: Option<&str>,
    connection: Option<&str>,
    answers: Value,
) -> Result<ActionForm, Error> {
    let mut connector = connectors::with_built_in(connectors::in_workspace(studio, &file.connector)?);
    if let Some(text) = text {
        connector = Arc::new(connector.with_text(&file.path, text));
    }
    let script = connector
        .files
        .get(&file.path)
        .ok_or_else(|| Error::unknown("file", &file.path, connector.files.keys().map(String::as_str)))?;
    let name = script.name.clone();
    let last_input = last_input(studio, &connector, &name)?.unwrap_or_default();
    let waiting = going_on::waiting(studio, &connector, &file.path)?;
    let mut performance = Performance::new(
        Arc::clone(&connector),
        &file.path,
        resolved(studio, &connector, connection)?,
    );
    performance.config = answers;
    performance.limits = settings::limits(studio);
    Ok(match perform::describe(studio, &performance).await? {
        Ok((description, answers)) => ActionForm {
            name,
            title: description.title,
            description: description.description,
            config: description.config,
            answers,
            fields: description.input,
            last_input,
            deprecated: description.deprecated,
            waiting,
            error: None,
        },
        Err(error) => ActionForm {
            title: name.clone(),
            name,
            description: String::new(),
            config: Vec::new(),
            answers: performance.config,
            fields: Vec::new(),
            last_input,
            deprecated: None,
            waiting,
            error: Some(*error),
        },
    })
}

/// Saves if asked to, then runs an action with the last input or the given one.
///
/// # Errors
/// [`Code::Conflict`] when saving found another version, [`Code::Usage`]. A script that fails is a report, not an
/// error.
pub async fn run(studio: &Studio, run: RunAction) -> Result<RunReport, Error> {
    let started = Instant::now();
    let saved = match &run.save {
        Some(save) => Some(files::save(studio, &save.file, &save.text, save.version.as_deref())?),
        None => None,
    };
    let connector = connectors::with_built_in(connectors::in_workspace(studio, &run.file.connector)?);
    let (path, name) = if let Some(function) = &run.function {
        alone_in(&connector, &run.file.path, function)?
    } else {
        let path = connectors::script(&connector, &run.file.path)?;
        let name = connector.files[&path].name.clone();
        (path, name)
    };
    let input = match run.input {
        Value::Null => last_input(studio, &connector, &name)?.unwrap_or_else(|| json!({})),
        given => given,
    };
    let (stop, _ended) = studio.running.begin(&run.id);
    let connection = resolved(studio, &connector, run.connection.as_deref())?;
    let performance = Performance {
        input,
        config: run.config,
        resume: run.resume,
        function: run.function.clone(),
        limits: settings::limits(studio),
        stop,
        ..Performance::new(Arc::clone(&connector), &path, connection.clone())
    };
    let performed = perform(studio, performance).await?;
    let report = report(studio, &connector, name.clone(), performed.clone(), saved, started)?;
    // A case is of an action or a trigger, not of one function.
    if run.function.is_some() {
        return Ok(report);
    }
    let kept = Kept {
        connector: run.file.connector,
        file: path,
        action: name,
        connection,
        cursor: Value::Null,
        performed,
    };
    let kept = Arc::new(kept);
    studio.deeds.ran(&kept);
    remember(studio, report.number, kept);
    Ok(report)
}

/// The script of a function that is called by itself, and what its runs are kept under: `methods/find::first`.
fn alone_in(connector: &Connector, file: &str, function: &str) -> Result<(String, String), Error> {
    let name = format!("{}::{function}", file.trim_end_matches(".rhai"));
    match connectors::function(connector, &name)? {
        Some((path, _)) => Ok((path, name)),
        None => Err(Error::new(Code::Usage, format!("`{name}` is no function"))
            .with_hint("Put the caret into a function of a script.")),
    }
}

/// Keeps the run in the history and opens its output and bodies for the screen.
fn report(
    studio: &Studio,
    connector: &Connector,
    action: String,
    performed: Performed,
    saved: Option<SavedFile>,
    started: Instant,
) -> Result<RunReport, Error> {
    let previous = last_output(studio, connector, &action)?;
    let time_ms = milliseconds(started.elapsed());
    let number = keep(studio, connector, &action, &performed, time_ms)?;
    let (output, error) = match performed.outcome.result {
        Ok(value) => (Some(compare(studio, connector, &action, number, value, previous)), None),
        Err(error) => (None, Some(error)),
    };
    let calls = shown_calls(studio, performed.calls);
    seen::remember(studio, connector, &action, &performed.input, &calls);
    Ok(RunReport {
        number,
        action,
        ok: error.is_none(),
        output,
        error,
        calls,
        console: performed.console,
        warnings: performed.warnings,
        input: performed.input,
        time_ms,
        compile_ms: performed.outcome.compile_ms,
        saved,
    })
}

/// Calls with their bodies opened for the screen.
pub(crate) fn shown_calls(studio: &Studio, calls: Vec<RecordedCall>) -> Vec<CallReport> {
    let shown = calls.into_iter().map(|call| {
        // A body that cannot be read back leaves the call without one: the call itself is still worth showing.
        let body = call.body.and_then(|body| {
            studio
                .bodies
                .open_response(&body, content_type(&call.report.headers))
                .ok()
        });
        CallReport { body, ..call.report }
    });
    shown.collect()
}

/// Keeps a page of a poll as a run, so that its input is known again and a test can be made of it. Its number.
pub(crate) fn keep_page(
    studio: &Studio,
    trigger: &Trigger,
    connector: &str,
    cursor: Value,
    performed: &Performed,
) -> Result<i64, Error> {
    let number = keep(studio, &trigger.connector, trigger.name(), performed, performed.time_ms)?;
    let kept = Kept {
        connector: connector.to_owned(),
        file: trigger.file.clone(),
        action: trigger.name().to_owned(),
        connection: trigger.connection.clone(),
        cursor,
        performed: performed.clone(),
    };
    remember(studio, number, Arc::new(kept));
    Ok(number)
}

fn remember(studio: &Studio, number: i64, kept: Arc<Kept>) {
    let mut runs = lock(&studio.outputs.kept);
    runs.retain(|earlier, _| *earlier > number - KEPT);
    runs.insert(number, kept);
}

pub(crate) fn content_type(headers: &[Header]) -> &str {
    joinery_connector::http::header(headers, "content-type").unwrap_or_default()
}

/// Opens an output for the screen, compared with none.
fn shown(studio: &Studio, value: &Value) -> OutputSummary {
    OutputSummary {
        value: studio.bodies.open(value.to_string(), "application/json"),
        diff_lines: 0,
        first_change: None,
        previous: None,
        added: 0,
        removed: 0,
        changed: 0,
    }
}

/// Opens the output for the screen, compared with the last good one.
fn compare(
    studio: &Studio,
    connector: &Connector,
    action: &str,
    number: i64,
    value: Value,
    previous: Option<(i64, Arc<Value>)>,
) -> OutputSummary {
    let value = Arc::new(value);
    let mut summary = shown(studio, &value);
    if let Some((number_before, mut before)) = previous {
        if !settings::of(studio).masks().is_empty() {
            settings::unmask(Arc::make_mut(&mut before), &value);
        }
        let diff = diff(&before, &value);
        summary.diff_lines = diff.lines.len() as u32;
        let first_change = diff.lines.iter().position(|line| line.mark != DiffMark::Same);
        summary.first_change = first_change.and_then(|line| u32::try_from(line).ok());
        summary.previous = Some(number_before);
        (summary.added, summary.removed, summary.changed) = (diff.added, diff.removed, diff.changed);
        let mut differences = lock(&studio.outputs.differences);
        // Only what is on screen is asked for again: a handful of the latest is enough.
        differences.retain(|run, _| *run > number - 8);
        differences.insert(number, Arc::new(diff));
    }
    lock(&studio.outputs.last).insert(key(studio, connector, action), (number, value));
    summary
}

/// A window of the difference between a run's output and the one before it.
///
/// # Errors
/// [`Code::Usage`] when that run is not on screen any more.
pub fn diff_lines(studio: &Studio, number: i64, from: usize, count: usize) -> Result<DiffLines, Error> {
    let diff = lock(&studio.outputs.differences).get(&number).cloned();
    diff.map(|diff| window(&diff, from, count))
        .ok_or_else(|| Error::new(Code::Usage, format!("run {number} has no difference to show")))
}

/// Stops the send or run of that id; fine when it is over.
pub fn cancel(studio: &Studio, id: &str) {
    if let Some(stop) = lock(&studio.running.0).get(id) {
        stop.script.cancel();
        stop.request.cancel();
    }
}

/// The connection of that name, or one without fields where none is chosen: scripts that call nothing still run.
pub(crate) fn resolved(
    studio: &Studio,
    connector: &Connector,
    name: Option<&str>,
) -> Result<connections::Resolved, Error> {
    match name {
        Some(name) => connections::resolve(studio, connector, Ok(name)),
        None => Ok(connections::none(studio, connector)),
    }
}

fn key(studio: &Studio, connector: &Connector, action: &str) -> String {
    let workspace = studio.workspace_folder().unwrap_or_default();
    format!("{}\n{}\n{action}", workspace.display(), connector.manifest.id)
}

fn rows(studio: &Studio, connector: &Connector, action: &str, limit: usize) -> Result<Vec<Row>, Error> {
    let workspace = studio.workspace_folder()?.display().to_string();
    Ok(table::run::list(
        studio.store()?,
        &workspace,
        &connector.manifest.id,
        action,
        limit,
    )?)
}

fn last_input(studio: &Studio, connector: &Connector, action: &str) -> Result<Option<Value>, Error> {
    let rows = rows(studio, connector, action, 1)?;
    Ok(rows.first().and_then(|row| serde_json::from_str(&row.input).ok()))
}

/// The last good output, from memory or from the history of an earlier session.
fn last_output(studio: &Studio, connector: &Connector, action: &str) -> Result<Option<(i64, Arc<Value>)>, Error> {
    if let Some(last) = lock(&studio.outputs.last).get(&key(studio, connector, action)) {
        return Ok(Some(last.clone()));
    }
    Ok(rows(studio, connector, action, 10)?.into_iter().find_map(|row| {
        let value = serde_json::from_str(row.output.as_deref()?).ok()?;
        Some((row.id, Arc::new(value)))
    }))
}

fn keep(
    studio: &Studio,
    connector: &Connector,
    action: &str,
    performed: &Performed,
    time_ms: f64,
) -> Result<i64, Error> {
    let masks = settings::of(studio).masks();
    let masked = |value: &Value| {
        let mut value = value.clone();
        masks.mask(&mut value);
        value.to_string()
    };
    let output = performed
        .outcome
        .result
        .as_ref()
        .ok()
        .map(masked)
        .filter(|text| text.len() <= LARGEST_KEPT);
    let calls: Vec<&CallReport> = performed.calls.iter().map(|call| &call.report).collect();
    let detail =
        json!({ "error": performed.outcome.result.as_ref().err(), "calls": calls, "console": performed.console });
    let row = Row {
        id: 0,
        workspace: studio.workspace_folder()?.display().to_string(),
        connector: connector.manifest.id.clone(),
        action: action.to_owned(),
        ran_ms: now_ms(),
        ok: performed.outcome.result.is_ok(),
        time_ms,
        // The next run begins with this one's input: stars would be sent.
        input: performed.input.to_string(),
        output,
        detail: masked(&detail),
    };
    Ok(table::run::add(studio.store()?, &row, KEEP)?)
}
