//! Errors as a person reads them: what happened, where, in which functions, and what to do. What the engine's own
//! errors mean is told in `explain`.

use std::fmt;

use rhai::{Dynamic, EvalAltResult, Map, NativeCallContext, ParseError, Position};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::host::CallPlace;

/// Why a script gave no value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ScriptError {
    /// `syntax`, `runtime`, `http_404`, `host_not_allowed`, `time_limit`, `operation_limit`, `depth_limit`,
    /// `memory_limit`, `output_limit`, `file_limit`, `cancelled`, `unknown_function` ..., or what the script gave to
    /// `reject`.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// Path relative to the connector.
    pub file: String,
    /// Line, from 1; 0 where there is none.
    pub line: u32,
    /// Column, from 1; 0 where there is none.
    pub column: u32,
    /// The functions being run, innermost first.
    pub stack: Vec<Frame>,
    /// The payload of `reject`, or the map a script threw.
    pub details: Value,
}

/// One function on the call stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Frame {
    /// The function's name.
    pub function: String,
    /// Where it was called.
    pub place: CallPlace,
}

impl ScriptError {
    /// An error of a whole file.
    pub fn new(code: &str, message: impl Into<String>, file: &str) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            hint: None,
            file: file.to_owned(),
            line: 0,
            column: 0,
            stack: Vec::new(),
            details: Value::Null,
        }
    }

    /// The same with advice.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same at a place.
    #[must_use]
    pub fn at(mut self, position: Position) -> Self {
        self.line = position.line().unwrap_or(0) as u32;
        self.column = position.position().unwrap_or(0) as u32;
        self
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

impl std::error::Error for ScriptError {}

/// The map that a native function throws.
pub fn thrown(kind: &str, message: &str) -> Map {
    [("kind", kind), ("code", kind), ("message", message)]
        .into_iter()
        .map(|(key, text)| (key.into(), text.into()))
        .collect()
}

/// A native function's complaint about what it was given.
pub fn complain(message: impl Into<String>) -> Box<EvalAltResult> {
    Box::new(EvalAltResult::ErrorRuntime(
        Dynamic::from(message.into()),
        Position::NONE,
    ))
}

/// `result`, its error placed at the call of `context`: the engine gives no place to errors of `http.get` and the like.
pub fn located<T>(context: &NativeCallContext, result: Result<T, Box<EvalAltResult>>) -> Result<T, Box<EvalAltResult>> {
    result.map_err(|mut error| {
        if error.position().is_none() {
            error.set_position(context.call_position());
        }
        error
    })
}

/// A file that is larger than a script may be.
pub fn file_too_large(file: &str, size: usize, limit: usize) -> ScriptError {
    ScriptError::new(
        "file_limit",
        format!("{file} is {} KB; a script file may have {} KB", size >> 10, limit >> 10),
        file,
    )
    .with_hint("Move functions to files in methods/ and import them.")
}

/// A syntax error of `file`.
pub fn syntax(error: &ParseError, file: &str, text: &str) -> ScriptError {
    let (message, hint) = crate::syntax::explain(&error.0, text);
    let mut explained = ScriptError::new("syntax", message, file).at(error.1);
    if explained.line == 0 {
        // The parser gives no place to an unexpected end.
        explained.line = text.lines().count().max(1) as u32;
        explained.column = text.lines().last().unwrap_or_default().chars().count() as u32 + 1;
    }
    explained.hint = hint;
    explained
}
