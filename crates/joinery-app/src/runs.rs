//! Running actions: describe, run, compare with the run before.

use joinery_connector::{
    Header,
    http::{RateLimit, Timing},
    schema::{Field, Violation},
};
use joinery_http::SentRequest;
use joinery_script::{CallPlace, ConsoleLine, ScriptError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::{
    bodies::BodySummary,
    error::Error,
    files::{FileRef, SavedFile},
    studio::Studio,
};

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
    /// Its input fields.
    pub fields: Vec<Field>,
    /// The input of the last run; null where there was none.
    pub last_input: Value,
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
    /// The connection's name.
    pub connection: Option<String>,
    /// A text to save first, in the same step.
    pub save: Option<SaveFirst>,
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

/// What the run form shows for an action. `text` is what the editor holds, where it is not saved.
///
/// # Errors
/// [`crate::Code::Usage`] when the action does not exist.
pub async fn describe(
    studio: &Studio,
    file: &FileRef,
    text: Option<&str>,
    connection: Option<&str>,
) -> Result<ActionForm, Error> {
    let _ = (studio, file, text, connection);
    todo!()
}

/// Saves if asked to, then runs an action with the last input or the given one.
///
/// # Errors
/// [`crate::Code::Conflict`] when saving found another version, [`crate::Code::Usage`]. A script that fails is a
/// report, not an error.
pub async fn run(studio: &Studio, run: RunAction) -> Result<RunReport, Error> {
    let _ = (studio, run);
    todo!()
}

/// Stops the send or run of that id; fine when it is over.
pub fn cancel(studio: &Studio, id: &str) {
    let _ = (studio, id);
    todo!()
}
