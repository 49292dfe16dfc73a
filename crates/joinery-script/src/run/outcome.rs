//! What a run is given, and what comes of it.

use std::sync::Arc;

use joinery_connector::{Connector, schema::Field};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use super::Function;
use crate::{coverage::Coverage, error::ScriptError, limits::Limits};

/// One run.
#[derive(Clone)]
pub struct Run {
    /// The connector, with unsaved texts laid over it where an editor has some.
    pub connector: Arc<Connector>,
    /// The script: `actions/get_user.rhai`.
    pub file: String,
    /// What to call.
    pub function: Function,
    /// The profile's fields that are not secret.
    pub connection: Map<String, Value>,
    /// Names of the profile's secrets: the script gets opaque values for them.
    pub secrets: Vec<String>,
    /// The answers to `config_fields`; null where nothing was asked.
    pub config: Value,
    /// What it may use.
    pub limits: Limits,
    /// Whether to note which lines ran.
    pub coverage: bool,
}

/// What a run gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The value, or why there is none.
    pub result: Result<Value, ScriptError>,
    /// Milliseconds spent reading and compiling.
    pub compile_ms: f64,
    /// Rhai operations counted.
    pub operations: u64,
    /// When and with what the action goes on, where it called `continue_in`; the result is then an error that says so.
    pub continuation: Option<Continuation>,
    /// Which lines ran, where that was asked for.
    pub coverage: Option<Coverage>,
}

/// A long action's pause: what it gave to `continue_in`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Continuation {
    /// Seconds until it goes on.
    pub seconds: f64,
    /// What `resume` gets.
    pub state: Value,
}

/// When an action that failed is run again from the start: what `retry()` returned.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ActionRetry {
    /// Statuses of the HTTP error it failed with.
    pub statuses: Vec<u16>,
    /// Regular expressions for the error's message or body.
    pub messages: Vec<String>,
    /// How often it is run again at most.
    pub max: u32,
    /// Seconds before the first time; twice as many before the second, and so on.
    pub wait: f64,
    /// Whether it is run again although it may have written something.
    pub writes: bool,
}

impl Outcome {
    /// That of a run which never came to its script.
    pub fn failed(error: ScriptError) -> Self {
        Self {
            result: Err(error),
            compile_ms: 0.0,
            operations: 0,
            continuation: None,
            coverage: None,
        }
    }
}

/// What an action or trigger says of itself.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Description {
    /// The first `//!` line; the file's name where there is none.
    pub title: String,
    /// The other `//!` lines.
    pub description: String,
    /// `config_fields`: what is asked first, because the other fields depend on it.
    pub config: Vec<Field>,
    /// `input_fields`.
    pub input: Vec<Field>,
    /// `output_fields`.
    pub output: Vec<Field>,
    /// The JSON Schema that outputs are checked against: that of `output_fields`, or the one it took with `schema`.
    pub output_schema: Option<Value>,
    /// `sample_output`, where there is one.
    pub sample: Option<Value>,
    /// `retry`, where there is one.
    pub retry: Option<ActionRetry>,
    /// What to use instead, where it is deprecated: what `deprecated` returned.
    pub deprecated: Option<String>,
    /// Whether it may be repeated without harm: what `idempotent` returned.
    pub idempotent: bool,
}
