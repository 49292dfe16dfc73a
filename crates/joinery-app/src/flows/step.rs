//! A step as it is shown.

use joinery_script::{StepCall, StepFailure};
use joinery_store::table::flow::{self, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ts_rs::TS;

/// A step as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Which, from 1.
    pub number: u32,
    /// What it does: `run`, `wait_for_approval`, `answer_approval`.
    pub kind: String,
    /// The action, as `connector.action`.
    pub action: Option<String>,
    /// Its input.
    pub input: Value,
    /// What is known outside: the idempotency key of an action, the id of an approval.
    pub key: String,
    /// `begun`, `asked`, `done` or `failed`.
    pub state: String,
    /// What it gave; null where it has not ended well.
    pub output: Value,
    /// Why it failed.
    pub error: Option<StepFailure>,
    /// How often it was run.
    pub tries: u32,
    /// The script's file that asked for it.
    pub file: String,
    /// The line.
    pub line: u32,
    /// When it was begun, in milliseconds since 1970.
    pub begun_ms: i64,
    /// How long it took; for an approval, how long the answer did.
    pub time_ms: Option<f64>,
    /// What a dry run would have sent, and did not.
    pub withheld: Vec<Withheld>,
}

/// A request that a dry run did not send.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Withheld {
    /// The method.
    pub method: String,
    /// The URL, secrets masked.
    pub url: String,
    /// The body as text, secrets masked.
    pub body: Option<String>,
}

impl Step {
    /// The step that a row keeps; `None` for one of a later version of Joinery.
    pub(super) fn of_row(row: flow::Step) -> Option<Self> {
        let call: StepCall = serde_json::from_value(row.call).ok()?;
        let (kind, action, input) = match call {
            StepCall::Run { action, input, .. } => ("run", Some(action), input),
            StepCall::Approval { ask, input, .. } => ("wait_for_approval", ask, input),
            StepCall::Answer { approval, answer } => (
                "answer_approval",
                None,
                json!({ "approval": approval, "answer": answer }),
            ),
        };
        let (output, error) = match row.state {
            State::Failed => (Value::Null, serde_json::from_value(row.output).ok()),
            _ => (row.output, None),
        };
        Some(Self {
            number: row.number,
            kind: kind.to_owned(),
            action,
            input,
            key: row.key,
            state: row.state.word().to_owned(),
            output,
            error,
            tries: row.tries,
            file: row.file,
            line: row.line,
            begun_ms: row.begun_ms,
            time_ms: row.time_ms,
            withheld: Vec::new(),
        })
    }
}
