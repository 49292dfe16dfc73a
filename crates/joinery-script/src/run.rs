//! Running one function of one script.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, LazyLock, Mutex, OnceLock},
    time::Instant,
};

use joinery_connector::{Connector, FileKind, schema::Field};
use rhai::{CallFnOptions, Dynamic, Scope};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

pub use crate::error::{Frame, ScriptError};
use crate::{
    alone,
    coverage::{self, Coverage},
    debug,
    engine::Inner,
    entries::{self, Entry},
    explain,
    files::Files,
    functions::{self, Request},
    host::{Host, ScriptRequest},
    json::{self, SecretsAs},
    limits::{Cancel, Limits},
    order,
    secret::SecretValue,
    spot::Spot,
    state::{RunState, Tag, lock},
    token,
};

/// The engine of one process: built once, shared by every run.
#[derive(Clone)]
pub struct Scripts {
    pub(crate) inner: Arc<Inner>,
    covering: Arc<OnceLock<Arc<Inner>>>,
}

/// Which function of a script to call, with what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// `fn dedupe_key(event)` of a trigger, for each event. The result is a list of keys as text; null without it.
    DedupeKeys {
        /// The events.
        events: Vec<Value>,
    },
    /// `fn subscribe(connection, input, url)` of a trigger.
    Subscribe {
        /// The checked input.
        input: Value,
        /// Where the service is to deliver events.
        url: String,
    },
    /// `fn refresh(subscription)` of a trigger.
    RefreshSubscription {
        /// What `subscribe` or `refresh` returned.
        subscription: Value,
    },
    /// `fn unsubscribe(connection, subscription)` of a trigger.
    Unsubscribe {
        /// What `subscribe` or `refresh` returned.
        subscription: Value,
    },
    /// `fn notification(input, request, connection)` of a trigger.
    Notification {
        /// The checked input.
        input: Value,
        /// What came in: `method`, `query`, `headers`, `body`, `text`, `subscription`.
        request: Value,
    },
    /// Any function of any script, as someone tries it by itself. Strings that it returns from the functions which sign
    /// in are masked.
    Alone {
        /// Its name.
        name: String,
        /// Its arguments: a list in their order, or an object by the names of its parameters. `connection` and `config`
        /// are filled in where they are left out.
        given: Value,
    },
    /// The functions that fields name in `convert`, for each value of theirs. The result is `value` with what they made.
    Convert {
        /// An object of `fields`.
        value: Value,
        /// The fields.
        fields: Vec<Field>,
    },
    /// `fn trigger()` of a flow.
    FlowTrigger,
    /// `fn handle(event)` of a flow.
    Handle {
        /// The event.
        event: Value,
    },
    /// `fn on_error(event, error)` of a flow.
    OnError {
        /// The event.
        event: Value,
        /// What `handle` failed with.
        error: Value,
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
    fn name(&self) -> &str {
        match self {
            Self::Alone { name, .. } => name,
            Self::Convert { .. } => "convert",
            Self::Execute { .. } => "execute",
            Self::Resume { .. } => "resume",
            Self::Options { .. } => "options",
            Self::Poll { .. } => "poll",
            Self::DedupeKeys { .. } => "dedupe_key",
            Self::Subscribe { .. } => "subscribe",
            Self::Unsubscribe { .. } => "unsubscribe",
            Self::Notification { .. } => "notification",
            Self::FlowTrigger => "trigger",
            Self::Handle { .. } => "handle",
            Self::OnError { .. } => "on_error",
            Self::TestConnection => "test",
            Self::Acquire => "acquire",
            Self::Refresh { .. } | Self::RefreshSubscription { .. } => "refresh",
            Self::Apply { .. } => "apply",
        }
    }

    /// The same as it may cross to a worker, which has no use for the texts of a token.
    pub(crate) fn without_secrets(&self) -> Self {
        match self {
            Self::Refresh { token } => Self::Refresh {
                token: token::emptied(token),
            },
            Self::Apply { request, token } => Self::Apply {
                request: request.clone(),
                token: token::emptied(token),
            },
            plain => plain.clone(),
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
            Self::DedupeKeys { .. } | Self::TestConnection | Self::Acquire => vec![connection],
            // The last two call with arguments of their own.
            Self::FlowTrigger | Self::Alone { .. } | Self::Convert { .. } => Vec::new(),
            Self::Subscribe { input, url } => vec![connection, json::to_dynamic(input), url.into()],
            Self::RefreshSubscription { subscription } => vec![json::to_dynamic(subscription)],
            Self::Unsubscribe { subscription } => vec![connection, json::to_dynamic(subscription)],
            Self::Notification { input, request } => {
                vec![json::to_dynamic(input), json::to_dynamic(request), connection]
            }
            Self::Handle { event } => vec![json::to_dynamic(event)],
            Self::OnError { event, error } => vec![json::to_dynamic(event), json::to_dynamic(error)],
            Self::Refresh { token } => vec![connection, token::to_dynamic(token)],
            Self::Apply { request, token } => {
                let request = Dynamic::from(Request::given(ScriptRequest::clone(request)));
                vec![connection, request, token::to_dynamic(token)]
            }
        }
    }

    /// Calls it, or one function for each event or value.
    fn call(&self, started: &Started) -> Result<Value, ScriptError> {
        match self {
            Self::Alone { name, given } => return alone::call(started, name, given),
            Self::Convert { value, fields } => return alone::convert(started, fields, value.clone()),
            _ => {}
        }
        let Self::DedupeKeys { events } = self else {
            let RunState { connection, config, .. } = &*started.state;
            let value = started.call(self.name(), &self.arguments(connection.clone(), config.clone()))?;
            return self.result(&value, started);
        };
        if !started.has(self.name()) {
            return Ok(Value::Null);
        }
        let keys = events.iter().map(|event| {
            let key = started.call(self.name(), &[json::to_dynamic(event)])?;
            Ok(match started.to_json(&key)? {
                Value::String(text) => Value::String(text),
                other => Value::String(other.to_string()),
            })
        });
        keys.collect()
    }

    fn result(&self, value: &Dynamic, started: &Started) -> Result<Value, ScriptError> {
        match self {
            Self::Execute { .. }
            | Self::Resume { .. }
            | Self::Poll { .. }
            | Self::DedupeKeys { .. }
            | Self::Subscribe { .. }
            | Self::RefreshSubscription { .. }
            | Self::Notification { .. }
            | Self::Alone { .. }
            | Self::Convert { .. }
            | Self::FlowTrigger
            | Self::Handle { .. }
            | Self::OnError { .. }
            | Self::TestConnection => started.to_json(value),
            // What was called last may have answered anything; nobody reads it.
            Self::Unsubscribe { .. } => Ok(Value::Null),
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

/// One script to start: what it may ask and use.
pub(crate) struct Call {
    pub files: Arc<dyn Files>,
    pub file: String,
    pub limits: Limits,
    pub host: Arc<dyn Host>,
    pub cancel: Cancel,
    pub spot: Spot,
    pub connection: Dynamic,
    pub config: Dynamic,
}

/// A script that has been compiled, and the state its calls share.
pub(crate) struct Started<'a> {
    pub inner: &'a Inner,
    pub state: Arc<RunState>,
    pub ast: rhai::AST,
    pub compile_ms: f64,
    pub file: &'a str,
}

impl Scripts {
    /// The engine that knows the functions and reads tokens for whoever edits. No script is compiled or run by it.
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Scripts> = LazyLock::new(Scripts::new);
        &SHARED
    }

    /// Builds the engine.
    pub fn new() -> Self {
        Self {
            inner: Inner::build(),
            covering: Arc::default(),
        }
    }

    /// The same with an engine that notes which lines run.
    pub(crate) fn covering(&self) -> Self {
        Self {
            inner: self.covering.get_or_init(Inner::build_covering).clone(),
            covering: self.covering.clone(),
        }
    }

    /// Builds the engine of debug runs.
    pub(crate) fn for_debugging() -> Self {
        Self {
            inner: Inner::build_for_debugging(),
            covering: Arc::default(),
        }
    }

    /// Where a debug run of a script can be stopped.
    ///
    /// # Errors
    /// `no_file` or `syntax`.
    pub(crate) fn places(&self, files: &dyn Files, file: &str) -> Result<debug::Places, ScriptError> {
        let text = files
            .text(file)
            .ok_or_else(|| ScriptError::new("no_file", format!("no file `{file}`"), file))?;
        Ok(debug::read_places(&self.inner.compile(file, &text)?))
    }

    /// The lines of a script that coverage counts.
    ///
    /// # Errors
    /// `no_file` or `syntax`.
    pub(crate) fn lines(&self, files: &dyn Files, file: &str) -> Result<Vec<u32>, ScriptError> {
        let text = files
            .text(file)
            .ok_or_else(|| ScriptError::new("no_file", format!("no file `{file}`"), file))?;
        let ast = self.inner.compile(file, &text)?;
        let lines = coverage::lines(&self.inner.engine, &text, &ast);
        Ok(lines.into_iter().collect())
    }

    /// Runs on this thread and in this process: what the script does to either, it does to the caller. Anything but a
    /// worker, or a script of one's own, goes through [`Workers`](crate::Workers).
    pub fn run(&self, run: &Run, host: &Arc<dyn Host>, cancel: &Cancel) -> Outcome {
        let connection = connection(&run.connection, &run.secrets);
        let call = Call {
            files: run.connector.clone(),
            file: run.file.clone(),
            limits: run.limits.clone(),
            host: host.clone(),
            cancel: cancel.clone(),
            spot: Spot::default(),
            connection,
            config: config(&run.config),
        };
        let scripts = if run.coverage { self.covering() } else { self.clone() };
        scripts.execute(call, &run.function)
    }

    /// Calls a function with `connection` and whatever else it takes.
    pub(crate) fn execute(&self, call: Call, function: &Function) -> Outcome {
        let (mut compile_ms, mut operations, mut continuation) = (0.0, 0, None);
        let result = self.start(call, |started| {
            compile_ms = started.compile_ms;
            let result = function.call(started);
            operations = *lock(&started.state.steps);
            continuation = lock(&started.state.continuation).take();
            result
        });
        Outcome {
            result,
            compile_ms,
            operations,
            continuation,
            // Taken of a run that failed too: the next one on this thread begins anew.
            coverage: self.inner.coverage(),
        }
    }

    /// Whether a script has a function of that name. One that does not compile is asked, so that its mistake is told
    /// where it matters.
    pub(crate) fn has(&self, files: &dyn Files, file: &str, function: &str) -> bool {
        let Some(text) = files.text(file) else {
            return false;
        };
        self.inner
            .compile(file, &text)
            .map_or(true, |ast| ast.iter_functions().any(|found| found.name == function))
    }

    /// Compiles the script of `call` and hands it to `work`.
    pub(crate) fn start<T>(
        &self,
        call: Call,
        work: impl FnOnce(&Started) -> Result<T, ScriptError>,
    ) -> Result<T, ScriptError> {
        let began = Instant::now();
        order::forget();
        let state = Arc::new(RunState {
            file: call.file.clone(),
            files: call.files,
            inner: self.inner.clone(),
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
            spot: call.spot,
        });
        let result = catch_unwind(AssertUnwindSafe(|| {
            let ast = self.inner.script(&state, &call.file)?;
            let started = Started {
                inner: &self.inner,
                state: state.clone(),
                ast,
                compile_ms: began.elapsed().as_secs_f64() * 1000.0,
                file: &call.file,
            };
            work(&started)
        }));
        state.leave();
        result.unwrap_or_else(|_| {
            Err(
                ScriptError::new("internal", "the script engine failed on this script", &call.file)
                    .with_hint("Change the line that was last edited, and report the script to us."),
            )
        })
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
        self.call_in(&self.ast, self.file, function, arguments)
    }

    /// Calls a function of another script of the connector: `ast`, which stands in `file`.
    ///
    /// # Errors
    /// What happened in the script.
    pub fn call_in(
        &self,
        ast: &rhai::AST,
        file: &str,
        function: &str,
        arguments: &[Dynamic],
    ) -> Result<Dynamic, ScriptError> {
        let named = || ast.iter_functions().filter(|found| found.name == function);
        let at_most = |found: &rhai::ScriptFnMetadata| found.params.len() <= arguments.len();
        let parameters = named().filter(at_most).map(|found| found.params.len()).max();
        let Some(parameters) = parameters else {
            let message = if named().next().is_some() {
                format!("`{function}` takes more than {} parameters", arguments.len())
            } else {
                format!("{file} has no function `{function}`")
            };
            let kind = FileKind::of(file).0;
            let wanted = entries::find(kind, function).map_or(&["connection"][..], Entry::usual);
            return Err(ScriptError::new("no_function", message, file)
                .with_hint(format!("Write: fn {function}({}) {{ ... }}", wanted.join(", "))));
        };
        self.state.spot.note(file, line_of(ast, function));
        self.state.enter();
        let options = CallFnOptions::new().eval_ast(true).with_tag(Tag(self.state.clone()));
        let arguments: Vec<Dynamic> = arguments[..parameters].to_vec();
        let result =
            self.inner
                .engine
                .call_fn_with_options::<Dynamic>(options, &mut Scope::new(), ast, function, arguments);
        self.state.leave();
        match result {
            Ok(value) => match *lock(&self.state.stop) {
                Some(reason) => Err(explain::stopped_unseen(reason, &self.state, file)),
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

/// The line on which the body of `function` begins.
fn line_of(ast: &rhai::AST, function: &str) -> u32 {
    let found = ast.iter_fn_def().find(|found| found.name == function);
    found.and_then(|found| found.body.start_position().line()).unwrap_or(0) as u32
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
