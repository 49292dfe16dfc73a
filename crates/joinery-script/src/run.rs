//! Running one function of one script.

use std::sync::Arc;

use joinery_connector::{Connector, schema::Field};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use crate::{
    host::{CallPlace, Host},
    limits::{Cancel, Limits},
};

/// The engine: built once, shared by every run.
#[derive(Clone)]
pub struct Scripts {}

/// Which function of a script to call, with what.
#[derive(Debug, Clone, PartialEq)]
pub enum Function {
    /// `fn execute(connection, input)` of an action.
    Execute {
        /// The checked input.
        input: Value,
    },
    /// `fn poll(connection, input, cursor)` of a trigger.
    Poll {
        /// The checked input.
        input: Value,
        /// What the last poll returned; null the first time.
        cursor: Value,
    },
    /// `fn test(connection)` of `connection.rhai`.
    TestConnection,
}

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
    /// What it may use.
    pub limits: Limits,
}

/// What a run gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The value, or why there is none.
    pub result: Result<Value, ScriptError>,
    /// Milliseconds spent reading and compiling.
    pub compile_ms: f64,
    /// Rhai operations counted.
    pub operations: u64,
}

/// Why a script gave no value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ScriptError {
    /// `syntax`, `runtime`, `rejected`, `http_404`, `host_not_allowed`, `time_limit`, `operation_limit`,
    /// `depth_limit`, `memory_limit`, `output_limit`, `cancelled`, `input` ...
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

/// What an action or trigger says of itself.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Description {
    /// The first `//!` line; the file's name where there is none.
    pub title: String,
    /// The other `//!` lines.
    pub description: String,
    /// `input_fields`.
    pub input: Vec<Field>,
    /// `output_fields`.
    pub output: Vec<Field>,
    /// `sample_output`, where there is one.
    pub sample: Option<Value>,
}

impl Scripts {
    /// Builds the engine.
    pub fn new() -> Self {
        Self {}
    }

    /// Runs. Blocks; never panics, whatever the script does.
    pub fn run(&self, run: &Run, host: &Arc<dyn Host>, cancel: &Cancel) -> Outcome {
        let _ = (run, host, cancel);
        todo!()
    }

    /// Title, fields and sample of an action or trigger. `secrets` as in [`Run`].
    ///
    /// # Errors
    /// Why its functions could not be called.
    pub fn describe(
        &self,
        connector: &Arc<Connector>,
        file: &str,
        connection: &Map<String, Value>,
        host: &Arc<dyn Host>,
        cancel: &Cancel,
    ) -> Result<Description, ScriptError> {
        let _ = (connector, file, connection, host, cancel);
        todo!()
    }
}

impl Default for Scripts {
    fn default() -> Self {
        Self::new()
    }
}
