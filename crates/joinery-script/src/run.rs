//! Running one function of one script.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use joinery_connector::{Connector, schema::Field};
use rhai::{CallFnOptions, Dynamic, Scope};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

pub use crate::error::{Frame, ScriptError};
use crate::{
    engine::{Inner, text_of},
    explain,
    functions::{self, Request},
    host::{Host, ScriptRequest},
    json::{self, SecretsAs},
    limits::{Cancel, Limits},
    order,
    secret::SecretValue,
    state::{RunState, Stop, Tag, lock},
    token,
};

/// Stack of a script's thread. Reserved, not used up: values nested very deep are dropped by recursion.
const STACK: usize = 256 << 20;
/// How long a script that does not heed a stop is waited for before its thread is left behind.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often a waiting caller looks at the cancel switch.
const LOOK: Duration = Duration::from_millis(20);

/// The engine: built once, shared by every run.
#[derive(Clone)]
pub struct Scripts {
    pub(crate) inner: Arc<Inner>,
}

/// Which function of a script to call, with what.
#[derive(Debug, Clone, PartialEq)]
pub enum Function {
    /// `fn execute(connection, input)` of an action.
    Execute {
        /// The checked input.
        input: Value,
    },
    /// `fn resume(connection, input, state)` of a long action.
    Resume {
        /// The input it began with.
        input: Value,
        /// What it gave to `continue_in`.
        state: Value,
    },
    /// `fn options(connection, params)` of a pick list. The result is a list of `#{ value, label }`.
    Options {
        /// Values of the fields that the list depends on.
        params: Value,
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
    /// `fn acquire(connection)` of `connection.rhai`. Secrets in the result stand as their marks.
    Acquire,
    /// `fn refresh(connection, token)` of `connection.rhai`. Secrets in the result stand as their marks.
    Refresh {
        /// What `acquire` or `refresh` returned, see [`token_secret`].
        token: Value,
    },
    /// `fn apply(connection, request, token)` of `connection.rhai`. The result is a [`ScriptRequest`] as JSON.
    Apply {
        /// The request to sign.
        request: Box<ScriptRequest>,
        /// The token; null where there is no `acquire`.
        token: Value,
    },
}

impl Function {
    fn name(&self) -> &'static str {
        match self {
            Self::Execute { .. } => "execute",
            Self::Resume { .. } => "resume",
            Self::Options { .. } => "options",
            Self::Poll { .. } => "poll",
            Self::TestConnection => "test",
            Self::Acquire => "acquire",
            Self::Refresh { .. } => "refresh",
            Self::Apply { .. } => "apply",
        }
    }

    fn arguments(&self, connection: Dynamic, config: Dynamic) -> Vec<Dynamic> {
        match self {
            Self::Execute { input } => vec![connection, json::to_dynamic(input), config],
            Self::Resume { input, state } => {
                vec![connection, json::to_dynamic(input), json::to_dynamic(state), config]
            }
            Self::Options { params } => vec![connection, json::to_dynamic(params)],
            Self::Poll { input, cursor } => {
                vec![connection, json::to_dynamic(input), json::to_dynamic(cursor), config]
            }
            Self::TestConnection | Self::Acquire => vec![connection],
            Self::Refresh { token } => vec![connection, token::to_dynamic(token)],
            Self::Apply { request, token } => {
                let request = Dynamic::from(Request::given(ScriptRequest::clone(request)));
                vec![connection, request, token::to_dynamic(token)]
            }
        }
    }

    fn result(&self, value: &Dynamic, started: &Started) -> Result<Value, ScriptError> {
        match self {
            Self::Execute { .. } | Self::Resume { .. } | Self::Poll { .. } | Self::TestConnection => {
                started.to_json(value)
            }
            Self::Options { .. } => {
                let options = functions::full_options(value).map_err(|message| {
                    ScriptError::new("options", format!("{}: {message}", started.file), started.file)
                })?;
                started.to_json(&options)
            }
            Self::Acquire | Self::Refresh { .. } => token::of_dynamic(value, self.name(), started.file),
            Self::Apply { .. } => token::signed(value, started.file),
        }
    }
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
    /// The answers to `config_fields`; null where nothing was asked.
    pub config: Value,
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
    /// When and with what the action goes on, where it called `continue_in`; the result is then an error that says so.
    pub continuation: Option<Continuation>,
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
}

/// A call of one function of one script.
pub(crate) struct Call {
    pub connector: Arc<Connector>,
    pub file: String,
    pub limits: Limits,
    pub host: Arc<dyn Host>,
    pub cancel: Cancel,
    pub connection: Dynamic,
    pub config: Dynamic,
}

/// What a call finds when its thread has started: the state and the compiled script.
pub(crate) struct Started<'a> {
    pub inner: &'a Inner,
    pub state: Arc<RunState>,
    pub ast: rhai::AST,
    pub compile_ms: f64,
    file: &'a str,
}

impl Scripts {
    /// Builds the engine.
    pub fn new() -> Self {
        Self { inner: Inner::build() }
    }

    /// Runs. Blocks; never panics, whatever the script does.
    pub fn run(&self, run: &Run, host: &Arc<dyn Host>, cancel: &Cancel) -> Outcome {
        let connection = connection(&run.connection, &run.secrets);
        let call = Call {
            connector: run.connector.clone(),
            file: run.file.clone(),
            limits: run.limits.clone(),
            host: host.clone(),
            cancel: cancel.clone(),
            connection: connection.clone(),
            config: config(&run.config),
        };
        let function = run.function.clone();
        let measured = Arc::new(Mutex::new((0.0, 0, None)));
        let measure = measured.clone();
        let result = self.on_thread(call, move |started| {
            lock(&measure).0 = started.compile_ms;
            let arguments = function.arguments(connection, started.state.config.clone());
            let value = started.call(function.name(), &arguments);
            let result = value.and_then(|value| function.result(&value, started));
            let continuation = lock(&started.state.continuation).take();
            *lock(&measure) = (started.compile_ms, *lock(&started.state.steps), continuation);
            result
        });
        let (compile_ms, operations, continuation) = std::mem::take(&mut *lock(&measured));
        Outcome {
            result,
            compile_ms,
            operations,
            continuation,
        }
    }

    /// Whether a script of a connector has a function of that name. One that does not compile is asked, so that its
    /// mistake is told where it matters.
    pub fn has(&self, connector: &Connector, file: &str, function: &str) -> bool {
        let Some(text) = text_of(connector, file) else {
            return false;
        };
        self.inner
            .compile(file, &text)
            .map_or(true, |ast| ast.iter_functions().any(|found| found.name == function))
    }

    /// Calls `work` on a thread with a large stack and waits for it, even if the script heeds no stop.
    pub(crate) fn on_thread<T: Send + 'static>(
        &self,
        call: Call,
        work: impl FnOnce(&Started) -> Result<T, ScriptError> + Send + 'static,
    ) -> Result<T, ScriptError> {
        let (sender, answer) = mpsc::channel();
        let (limits, cancel, file) = (call.limits.clone(), call.cancel.clone(), call.file.clone());
        let inner = self.inner.clone();
        let began = Instant::now();
        let state = Arc::new(RunState {
            connector: call.connector,
            inner: inner.clone(),
            connection: call.connection,
            config: call.config,
            asking: Mutex::default(),
            continuation: Mutex::default(),
            host: call.host,
            cancel: call.cancel,
            limits: call.limits,
            started: began,
            modules: Mutex::default(),
            importing: Mutex::new(vec![call.file.clone()]),
            scripts: Mutex::default(),
            output: Mutex::default(),
            stop: Mutex::default(),
            steps: Mutex::default(),
        });
        let watched = state.clone();
        let spawned = thread::Builder::new()
            .name("script".into())
            .stack_size(STACK)
            .spawn(move || {
                let result = catch_unwind(AssertUnwindSafe(|| {
                    let ast = inner.script(&state, &call.file)?;
                    let compile_ms = began.elapsed().as_secs_f64() * 1000.0;
                    let started = Started {
                        inner: &inner,
                        state: state.clone(),
                        ast,
                        compile_ms,
                        file: &call.file,
                    };
                    work(&started)
                }));
                state.leave();
                let result = result.unwrap_or_else(|_| {
                    Err(
                        ScriptError::new("internal", "the script engine failed on this script", &call.file)
                            .with_hint("Change the line that was last edited, and report the script to us."),
                    )
                });
                // The caller may have given up waiting.
                let _ = sender.send(result);
            });
        if let Err(error) = spawned {
            return Err(ScriptError::new(
                "no_thread",
                format!("the system gives no thread for the script: {error}"),
                &file,
            )
            .with_hint("Close other programs and run it again."));
        }
        let mut cancelled_at = None;
        loop {
            match answer.recv_timeout(LOOK) {
                Ok(result) => return result,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(ScriptError::new(
                        "internal",
                        "the script's thread ended without an answer",
                        &file,
                    ));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            if cancelled_at.is_none() && cancel.is_cancelled() {
                cancelled_at = Some(Instant::now());
            }
            let out_of_time = began + limits.time + watched.host.waited();
            let leave_at = cancelled_at.map_or(out_of_time, |at| at.min(out_of_time)) + PATIENCE;
            if Instant::now() >= leave_at {
                let reason = if cancelled_at.is_some() {
                    Stop::Cancelled
                } else {
                    Stop::Time
                };
                lock(&watched.stop).get_or_insert(reason);
                return Err(explain::stopped_without_place(reason, &limits, &file));
            }
        }
    }
}

impl Started<'_> {
    /// Whether the script has a function of that name.
    pub fn has(&self, function: &str) -> bool {
        self.ast.iter_functions().any(|found| found.name == function)
    }

    /// Calls `function` with as many of `arguments` as it takes.
    ///
    /// # Errors
    /// What happened in the script.
    pub fn call(&self, function: &str, arguments: &[Dynamic]) -> Result<Dynamic, ScriptError> {
        let file = self.file;
        let Some(parameters) = self.parameters(function, arguments.len()) else {
            let message = if self.has(function) {
                format!("`{function}` takes more than {} parameters", arguments.len())
            } else {
                format!("{file} has no function `{function}`")
            };
            let wanted = match function {
                "execute" => "connection, input",
                "apply" => "connection, request, token",
                "refresh" => "connection, token",
                "resume" => "connection, input, state",
                "options" => "connection, params",
                "poll" => "connection, input, cursor",
                "retry" => "",
                _ => "connection",
            };
            return Err(ScriptError::new("no_function", message, file)
                .with_hint(format!("Write: fn {function}({wanted}) {{ ... }}")));
        };
        self.state.enter();
        let options = CallFnOptions::new().eval_ast(true).with_tag(Tag(self.state.clone()));
        let arguments: Vec<Dynamic> = arguments[..parameters].to_vec();
        let result = self.inner.engine.call_fn_with_options::<Dynamic>(
            options,
            &mut Scope::new(),
            &self.ast,
            function,
            arguments,
        );
        self.state.leave();
        match result {
            Ok(value) => match *lock(&self.state.stop) {
                Some(reason) => Err(explain::stopped_without_place(reason, &self.state.limits, file)),
                None => Ok(value),
            },
            Err(error) => Err(explain::run_error(
                error,
                &self.state,
                &self.inner.signatures,
                file,
                function,
            )),
        }
    }

    /// How many parameters `function` has; the most that `at_most` arguments can fill.
    fn parameters(&self, function: &str, at_most: usize) -> Option<usize> {
        self.ast
            .iter_functions()
            .filter(|found| found.name == function && found.params.len() <= at_most)
            .map(|found| found.params.len())
            .max()
    }

    /// The result as JSON, secrets masked, keys in the order of the responses it was made of.
    ///
    /// # Errors
    /// `result`: it holds something that JSON cannot.
    pub fn to_json(&self, value: &Dynamic) -> Result<Value, ScriptError> {
        let mut value = json::to_value(value, SecretsAs::Mask).map_err(|error| {
            ScriptError::new("result", format!("the result cannot be used: {error}"), self.file)
                .with_hint("Return maps, lists, text, numbers, true, false or ().")
        })?;
        order::restore(&mut value);
        Ok(value)
    }
}

/// `connection` as scripts see it.
pub(crate) fn connection(fields: &Map<String, Value>, secrets: &[String]) -> Dynamic {
    let mut map: rhai::Map = fields
        .iter()
        .map(|(name, value)| (name.as_str().into(), json::to_dynamic(value)))
        .collect();
    for name in secrets {
        map.insert(name.as_str().into(), Dynamic::from(SecretValue { name: name.clone() }));
    }
    map.into()
}

/// The answers to `config_fields` as scripts see them: a map, an empty one where nothing was asked.
pub(crate) fn config(answers: &Value) -> Dynamic {
    match answers {
        Value::Object(_) => json::to_dynamic(answers),
        _ => rhai::Map::new().into(),
    }
}

impl Default for Scripts {
    fn default() -> Self {
        Self::new()
    }
}
