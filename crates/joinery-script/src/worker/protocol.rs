//! What host and worker say to each other. The host gives one task at a time; until it is done the worker may ask and
//! tell. What a worker says is believed by nobody: a script may have taken it over.

// A message is made, sent and gone: its size on the stack costs nothing.
#![allow(clippy::large_enum_variant)]

use std::time::Duration;

use joinery_connector::Manifest;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    check::Finding,
    debug::{Command, Notice, Places},
    error::ScriptError,
    host::{
        ConsoleLine, HostResponse, HttpFailure, Pace, ScriptRequest, SecretFailure, SecretOperation, Step, StepOutcome,
    },
    limits::Limits,
    run::{Description, Function, Outcome},
};

/// The argument that makes a program of ours a worker.
pub const ARGUMENT: &str = "script-worker";
/// Changes with any message here; the two sides are the same program, unless it was replaced while it ran.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "/5");
/// Stack of the thread that scripts run on. Reserved, not used up: values nested very deep are dropped by recursion.
pub const STACK: usize = 64 << 20;
/// Bytes a worker needs besides the script's: the engine, a response on its way, a result being written.
const ROOM: u64 = 256 << 20;
/// A script may hold so many times its limit for a moment: growth doubles what there is, and a result is made of it.
const TIMES: u64 = 3;

/// Bytes that a worker may hold whose scripts may hold `memory`.
pub fn memory_in_all(memory: u64) -> u64 {
    memory.saturating_mul(TIMES).saturating_add(ROOM + STACK as u64)
}

/// What a host says.
#[derive(Debug, Serialize, Deserialize)]
pub enum Order {
    /// The first word.
    Hello(Hello),
    /// Do this.
    Start(Start),
    /// What was asked for.
    Answer(Answer),
    /// During a debug run, at any time.
    Debug(Command),
}

/// What a worker may use of the system as long as it lives.
#[derive(Debug, Serialize, Deserialize)]
pub struct Hello {
    /// [`VERSION`]
    pub version: String,
    /// Bytes that a script may hold; the worker may hold a multiple of it.
    pub memory: u64,
    /// Seconds of processor time.
    pub cpu: u64,
}

/// One task.
#[derive(Debug, Serialize, Deserialize)]
pub struct Start {
    /// What to do.
    pub task: Task,
    /// The script.
    pub file: String,
    /// Its text, where there is such a file.
    pub text: Option<Text>,
    /// What it may use.
    pub limits: Limits,
}

/// What can be done with a script.
#[derive(Debug, Serialize, Deserialize)]
pub enum Task {
    /// Call a function.
    Run {
        /// Which, with what.
        function: Function,
        /// The profile's fields that are not secret.
        connection: Map<String, Value>,
        /// Names of its secrets.
        secrets: Vec<String>,
        /// The answers to `config_fields`.
        config: Value,
        /// Whether to note which lines ran.
        coverage: bool,
    },
    /// The same, to be stopped and looked at on the way; [`Command::Begin`] comes next.
    Debug {
        /// Which, with what.
        function: Function,
        /// The profile's fields that are not secret.
        connection: Map<String, Value>,
        /// Names of its secrets.
        secrets: Vec<String>,
        /// The answers to `config_fields`.
        config: Value,
    },
    /// Where a debug run of it can be stopped.
    Places,
    /// Which of its lines coverage counts.
    Lines,
    /// Title, fields and sample.
    Describe {
        /// The profile's fields that are not secret.
        connection: Map<String, Value>,
        /// The answers to `config_fields`.
        config: Value,
    },
    /// Whether it has a function of that name.
    Has {
        /// The name.
        function: String,
    },
    /// What is wrong or doubtful in it.
    Check {
        /// What the connector says of itself.
        manifest: Manifest,
    },
    /// Whether it compiles.
    Compile,
}

/// A text of the connector. Each is sent to a worker once.
#[derive(Debug, Serialize, Deserialize)]
pub struct Text {
    /// What the text goes by.
    pub id: u64,
    /// The text, where the worker does not have it.
    pub text: Option<String>,
}

/// What a worker says.
#[derive(Debug, Serialize, Deserialize)]
pub enum Report {
    /// It has shut itself in and waits for a task.
    Ready {
        /// [`VERSION`]
        version: String,
        /// What the system did not take from it.
        open: Vec<String>,
    },
    /// It waits for an answer.
    Ask(Ask),
    /// A line for the console; it goes on.
    Log(ConsoleLine),
    /// What happens in a debug run; it goes on, or stands still until told.
    Debug(Notice),
    /// The task is done.
    Done(Done),
}

/// What a worker asks for.
#[derive(Debug, Serialize, Deserialize)]
pub enum Ask {
    /// An HTTP call.
    Send(ScriptRequest),
    /// Several HTTP calls at once.
    SendAll {
        /// The requests.
        requests: Vec<ScriptRequest>,
        /// How fast.
        pace: Pace,
        /// How long they may take in all.
        budget: Duration,
    },
    /// The time.
    Now,
    /// So many random bytes.
    Random(u32),
    /// To be left alone for so long.
    Sleep(Duration),
    /// To have something signed.
    Sign {
        /// The secret's name.
        secret: String,
        /// What to do with it.
        operation: SecretOperation,
        /// What to sign.
        #[serde(with = "serde_bytes")]
        message: Vec<u8>,
    },
    /// A step of a flow.
    Step(Step),
    /// The key of the step that the run is.
    StepKey,
    /// The text of a file of the connector.
    Text {
        /// Its path.
        path: String,
    },
    /// The paths of all files of the connector.
    Paths,
}

/// What a host answers.
#[derive(Debug, Serialize, Deserialize)]
pub enum Answer {
    /// To [`Ask::Send`].
    Sent {
        /// The response, or why there is none.
        result: Result<HostResponse, HttpFailure>,
        /// How long the run has waited for a person until now.
        waited: Duration,
    },
    /// To [`Ask::SendAll`].
    SentAll {
        /// The responses in the order of the requests, or why there is none.
        results: Vec<Result<HostResponse, HttpFailure>>,
        /// How long the run has waited for a person until now.
        waited: Duration,
    },
    /// To [`Ask::Now`].
    Now(i64),
    /// To [`Ask::Random`].
    Random(#[serde(with = "serde_bytes")] Vec<u8>),
    /// To [`Ask::Sleep`].
    Slept,
    /// To [`Ask::Sign`].
    Signed(Result<serde_bytes::ByteBuf, SecretFailure>),
    /// To [`Ask::Step`].
    Stepped {
        /// What became of it.
        outcome: StepOutcome,
        /// How long the run has waited for its steps until now.
        waited: Duration,
    },
    /// To [`Ask::StepKey`].
    StepKey(Option<String>),
    /// To [`Ask::Text`].
    Text(Option<Text>),
    /// To [`Ask::Paths`].
    Paths(Vec<String>),
}

/// What a task gave.
#[derive(Debug, Serialize, Deserialize)]
pub enum Done {
    /// Of [`Task::Run`] and [`Task::Debug`].
    Run(Outcome),
    /// Of [`Task::Places`].
    Places(Result<Places, ScriptError>),
    /// Of [`Task::Lines`].
    Lines(Result<Vec<u32>, ScriptError>),
    /// Of [`Task::Describe`].
    Describe(Result<Description, ScriptError>),
    /// Of [`Task::Has`].
    Has(bool),
    /// Of [`Task::Check`].
    Check(Vec<Finding>),
    /// Of [`Task::Compile`].
    Compile(Result<(), ScriptError>),
}

impl Task {
    /// Tells whether a [`Done`] is of such a task.
    pub fn is_done_by(&self) -> fn(&Done) -> bool {
        match self {
            Self::Run { .. } | Self::Debug { .. } => |done| matches!(done, Done::Run(_)),
            Self::Places => |done| matches!(done, Done::Places(_)),
            Self::Lines => |done| matches!(done, Done::Lines(_)),
            Self::Describe { .. } => |done| matches!(done, Done::Describe(_)),
            Self::Has { .. } => |done| matches!(done, Done::Has(_)),
            Self::Check { .. } => |done| matches!(done, Done::Check(_)),
            Self::Compile => |done| matches!(done, Done::Compile(_)),
        }
    }
}
