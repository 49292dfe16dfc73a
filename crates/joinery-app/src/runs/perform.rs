//! One run from input to outcome: check the input, run the script, check the output. Knows nothing of windows,
//! histories or workspaces: the command line runs through here too.

use std::{sync::Arc, time::Instant};

use joinery_connector::{
    Connector, FileKind, Secret,
    cassette::{self, Given},
    http,
    schema::{self, Field, Violation},
};
use joinery_http::{Client, SentRequest, auth};
use joinery_script::{ConsoleLine, Function, Host, Limits, Outcome, Run, ScriptError, convert, run::Description};
use serde_json::{Value, json};

use super::{
    Stop, alone,
    debug::Debugger,
    going_on::{self, OnWait, Waiting},
};
use crate::{
    chance::{Chance, Drawn},
    connections::{self, Resolved},
    error::{Code, Error},
    host::{self, RecordedCall, RunHost, milliseconds},
    requests::jars,
    studio::{Studio, now_ms},
};

/// What to run, on what.
pub struct Performance {
    /// The connector.
    pub connector: Arc<Connector>,
    /// The script: `actions/get_user.rhai`.
    pub file: String,
    /// The input.
    pub input: Value,
    /// A trigger's cursor.
    pub cursor: Value,
    /// The answers to the config fields; null where there are none.
    pub config: Value,
    /// One function to call by itself, whatever the script's fields say; the input is its arguments.
    pub function: Option<String>,
    /// The id of an action that waits, to go on with it in place of beginning.
    pub resume: Option<String>,
    /// Whether a wait of the action is waited for; otherwise the run ends when it begins.
    pub wait: bool,
    /// Hears of every wait when it begins.
    pub on_wait: Option<OnWait>,
    /// Whom to call.
    pub connection: Resolved,
    /// What it may use.
    pub limits: Limits,
    pub(crate) stop: Stop,
    /// What answers instead of the connection's own client.
    pub(crate) client: Option<Client>,
    /// Where time and chance come from.
    pub(crate) chance: Arc<Chance>,
    /// Whether to note which lines ran.
    pub(crate) coverage: bool,
    /// Who debugs it.
    pub(crate) debugger: Option<Debugger>,
    /// What tells it from others, where it is a step of a flow.
    pub(crate) step_key: Option<String>,
    /// Whether nothing is written: requests that would are shown in place of being sent.
    pub(crate) dry: bool,
}

impl Performance {
    /// A run without input, within the usual limits.
    pub fn new(connector: Arc<Connector>, file: &str, connection: Resolved) -> Self {
        Self {
            connector,
            file: file.to_owned(),
            input: json!({}),
            cursor: Value::Null,
            config: Value::Null,
            function: None,
            resume: None,
            wait: true,
            on_wait: None,
            connection,
            limits: Limits::default(),
            stop: Stop::default(),
            client: None,
            chance: Arc::default(),
            coverage: false,
            debugger: None,
            step_key: None,
            dry: false,
        }
    }

    /// What stops it: call it from another task.
    pub fn stopper(&self) -> impl Fn() + Send + Sync + 'static {
        let stop = self.stop.clone();
        move || {
            stop.script.cancel();
            stop.request.cancel();
        }
    }

    pub(crate) fn run(&self, function: Function) -> Run {
        Run {
            connector: Arc::clone(&self.connector),
            file: self.file.clone(),
            function,
            connection: self.connection.fields.clone(),
            secrets: self.connection.secrets.keys().cloned().collect(),
            config: self.config.clone(),
            limits: self.limits.clone(),
            coverage: self.coverage,
        }
    }

    pub(crate) fn host(&self, studio: &Studio) -> Result<Arc<RunHost>, Error> {
        Ok(Arc::new(self.debugged(self.new_host(studio)?)))
    }

    /// A way out that leads to the console and the clock only.
    pub(crate) fn host_without_http(&self, studio: &Studio) -> Result<Arc<RunHost>, Error> {
        Ok(Arc::new(self.debugged(self.new_host(studio)?.without_http())))
    }

    fn debugged(&self, host: RunHost) -> RunHost {
        match &self.debugger {
            Some(debugger) => host.debugged_by(debugger.clone()),
            None => host,
        }
    }

    fn new_host(&self, studio: &Studio) -> Result<RunHost, Error> {
        let client = match &self.client {
            Some(client) => client.clone(),
            None => studio.client(&self.connection)?,
        };
        let token = self.stop.request.clone();
        let host = RunHost::new(
            studio.writes(),
            client,
            Arc::clone(&self.connector),
            self.connection.clone(),
            token,
        );
        let host = host.with_chance(Arc::clone(&self.chance));
        Ok(host.for_step(self.step_key.clone(), self.dry))
    }
}

/// What a run gave and did.
#[derive(Clone)]
pub struct Performed {
    /// The value, or why there is none.
    pub outcome: Outcome,
    pub(crate) calls: Vec<RecordedCall>,
    /// Calls made for the action's fields, before it ran.
    pub(crate) asked: Vec<RecordedCall>,
    pub(crate) drawn: Drawn,
    /// The console.
    pub console: Vec<ConsoleLine>,
    /// The input as it was used, defaults filled in.
    pub input: Value,
    /// The answers to the config fields as they were used.
    pub(crate) config: Value,
    /// What is secret in both.
    pub(crate) given: Vec<Given>,
    /// Where the output differs from its declared fields.
    pub warnings: Vec<Violation>,
    /// That the action goes on later, where it does; the outcome is then an error that says so.
    pub waiting: Option<Waiting>,
    /// Milliseconds in all.
    pub time_ms: f64,
    /// When it was begun, in milliseconds since 1970.
    pub(crate) started_ms: i64,
    /// What is secret of its connection.
    pub(crate) secrets: Vec<Secret>,
    /// Whether the action says that it may be repeated.
    pub(crate) idempotent: bool,
    /// What the action says it gives.
    pub(crate) sample: Option<Value>,
    /// What a dry run would have sent.
    pub(crate) withheld: Vec<SentRequest>,
}

impl Performed {
    /// That of a run which never came to its script.
    pub(crate) fn failed(input: Value, error: ScriptError) -> Self {
        failed(input, error, Instant::now())
    }

    /// Whether it has sent anything that may have changed something.
    pub(crate) fn wrote(&self) -> bool {
        host::wrote(&self.calls)
    }

    /// Every HTTP call in order.
    pub fn calls(&self) -> impl Iterator<Item = &super::CallReport> {
        self.calls.iter().map(|call| &call.report)
    }
}

/// Title, fields and sample of the script, and the answers to its config fields with their defaults.
pub(crate) async fn describe(
    studio: &Studio,
    performance: &Performance,
) -> Result<Result<(Description, Value), Box<ScriptError>>, Error> {
    describe_through(studio, performance, &Arc::new(performance.new_host(studio)?)).await
}

async fn describe_through(
    studio: &Studio,
    performance: &Performance,
    host: &Arc<RunHost>,
) -> Result<Result<(Description, Value), Box<ScriptError>>, Error> {
    let given = match &performance.config {
        Value::Null => json!({}),
        given => given.clone(),
    };
    let description = match described(studio, performance, host, &given).await? {
        Ok(description) => description,
        Err(error) => return Ok(Err(error)),
    };
    let answers = schema::with_defaults(&description.config, convert::apply(&description.config, given.clone()));
    if answers == given {
        return Ok(Ok((description, answers)));
    }
    // The other fields depend on the answers.
    let again = described(studio, performance, host, &answers).await?;
    Ok(again.map(|description| (description, answers)))
}

async fn described(
    studio: &Studio,
    performance: &Performance,
    host: &Arc<RunHost>,
    answers: &Value,
) -> Result<Result<Description, Box<ScriptError>>, Error> {
    let host: Arc<dyn Host> = host.clone();
    let scripts = studio.scripts().clone();
    let connector = Arc::clone(&performance.connector);
    let (file, fields) = (performance.file.clone(), performance.connection.fields.clone());
    let (cancel, answers) = (performance.stop.script.clone(), answers.clone());
    on_blocking_thread(move || {
        scripts
            .describe(&connector, &file, &fields, &answers, &host, &cancel)
            .map_err(Box::new)
    })
    .await
}

/// Runs. A script that fails is an outcome, not an error.
///
/// # Errors
/// [`Code::Network`] when no client can be made, [`Code::Internal`] for a mistake of ours.
pub async fn perform(studio: &Studio, mut performance: Performance) -> Result<Performed, Error> {
    if let Some(function) = performance.function.take() {
        return alone::perform(studio, performance, function).await;
    }
    let started = Instant::now();
    let host = performance.host(studio)?;
    let resumed = match &performance.resume {
        Some(id) => Some(going_on::kept(studio, &performance, id)?),
        None => None,
    };
    if let Some(row) = &resumed {
        performance.input.clone_from(&row.input);
        performance.config.clone_from(&row.config);
    }
    // Fields may be asked for over HTTP: no calls of the action's own, but a cassette needs them.
    let asked = Arc::new(performance.new_host(studio)?);
    let (description, answers) = match describe_through(studio, &performance, &asked).await? {
        Ok(described) => described,
        Err(error) => return Ok(failed(performance.input, *error, started)),
    };
    let asked = asked.take();
    performance.config = answers;
    if let Some(error) = refuse(&description.config, &performance.config, &performance.file, "config.") {
        return Ok(failed(performance.input, error, started));
    }
    let input = std::mem::take(&mut performance.input);
    let input = match converted(studio, &performance, &host, &description.input, input).await? {
        Ok(input) => schema::with_defaults(&description.input, input),
        Err(error) => return Ok(failed(Value::Null, *error, started)),
    };
    if let Some(error) = refuse(&description.input, &input, &performance.file, "") {
        return Ok(failed(input, error, started));
    }
    let mut given = cassette::given(&description.input, &input);
    given.extend(cassette::given(&description.config, &performance.config));
    if let Some(recording) = performance.client.as_ref().and_then(Client::recording) {
        recording.give(&given);
    }
    let kind = performance.connector.files.get(&performance.file).map(|file| file.kind);
    let function = match (kind, &resumed) {
        (_, Some(row)) => Function::Resume {
            input: input.clone(),
            state: row.state.clone(),
        },
        (Some(FileKind::PickList), _) => Function::Options { params: input.clone() },
        (Some(FileKind::Trigger), _) => Function::Poll {
            input: input.clone(),
            cursor: performance.cursor.clone(),
        },
        _ => Function::Execute { input: input.clone() },
    };
    let (mut outcome, waiting) =
        going_on::run(studio, &performance, &description, &host, function, &input, resumed).await?;
    if kind == Some(FileKind::Action)
        && let Ok(value) = outcome.result
    {
        let output = converted(studio, &performance, &host, &description.output, value).await?;
        outcome.result = output.map_err(|error| *error);
    }
    let warnings = match (&outcome.result, &description.output_schema) {
        (Ok(value), Some(schema)) if kind == Some(FileKind::Action) => schema::check(schema, value).unwrap_or_default(),
        _ => Vec::new(),
    };
    let told = told(studio, Performance { input, ..performance }, &host, outcome, started);
    Ok(Performed {
        given,
        warnings,
        waiting,
        asked: asked.calls,
        drawn: asked.drawn.and(told.drawn),
        idempotent: description.idempotent,
        sample: description.sample,
        ..told
    })
}

/// Calls one function, whatever its input, and tells what that did. `host` is for this call alone.
///
/// # Errors
/// As [`perform`].
pub(crate) async fn call(
    studio: &Studio,
    run: Run,
    host: Arc<RunHost>,
    performance: Performance,
) -> Result<Performed, Error> {
    let started = Instant::now();
    let debugger = performance.debugger.clone();
    let outcome = run_script(studio, run, Arc::clone(&host), performance.stop.clone(), debugger).await?;
    Ok(told(studio, performance, &host, outcome, started))
}

/// The outcome with what its host saw, which tells how the connection does and what to do about an error.
fn told(studio: &Studio, performance: Performance, host: &RunHost, outcome: Outcome, started: Instant) -> Performed {
    let record = host.take();
    let mut secrets = performance.connection.http.secrets();
    if !record.calls.is_empty() {
        secrets.extend(jars::secrets(studio, &performance.connection));
    }
    if let (Some(profile), Some(found)) = (&performance.connection.profile, record.health) {
        connections::note(studio, profile, found, None);
        // What it gave is there: cookies that cannot be kept are no reason to withhold it.
        let _ = jars::keep(studio, profile);
    }
    let outcome = Outcome {
        result: outcome
            .result
            .map_err(|error| with_advice(about_token(error, &record.calls, &performance.connection))),
        ..outcome
    };
    Performed {
        outcome,
        calls: record.calls,
        asked: Vec::new(),
        drawn: record.drawn,
        console: record.console,
        input: performance.input,
        config: performance.config,
        given: Vec::new(),
        warnings: Vec::new(),
        waiting: None,
        time_ms: milliseconds(started.elapsed()),
        started_ms: begun(started),
        secrets,
        idempotent: false,
        sample: None,
        withheld: record.withheld,
    }
}

/// The input with the defaults of the script's fields, or why it cannot be used.
///
/// # Errors
/// As [`perform`].
pub(crate) async fn checked_input(
    studio: &Studio,
    performance: &Performance,
) -> Result<Result<Value, Box<ScriptError>>, Error> {
    let (description, _) = match describe(studio, performance).await? {
        Ok(described) => described,
        Err(error) => return Ok(Err(error)),
    };
    let host = Arc::new(performance.new_host(studio)?);
    let input = performance.input.clone();
    let input = match converted(studio, performance, &host, &description.input, input).await? {
        Ok(input) => schema::with_defaults(&description.input, input),
        Err(error) => return Ok(Err(error)),
    };
    Ok(match refuse(&description.input, &input, &performance.file, "") {
        None => Ok(input),
        Some(error) => Err(Box::new(error)),
    })
}

/// `value` as its fields want it: turned by the kinds that they name in `convert`, then by the functions.
async fn converted(
    studio: &Studio,
    performance: &Performance,
    host: &Arc<RunHost>,
    fields: &[Field],
    value: Value,
) -> Result<Result<Value, Box<ScriptError>>, Error> {
    let value = convert::apply(fields, value);
    if !convert::asks_functions(fields) {
        return Ok(Ok(value));
    }
    let fields = fields.to_vec();
    let run = performance.run(Function::Convert { value, fields });
    let outcome = run_script(studio, run, Arc::clone(host), performance.stop.clone(), None).await?;
    Ok(outcome.result.map_err(|error| Box::new(with_advice(error))))
}

/// Whether the action says that it may be repeated; one that cannot say may not.
///
/// # Errors
/// As [`perform`].
pub(crate) async fn is_idempotent(studio: &Studio, performance: &Performance) -> Result<bool, Error> {
    let described = describe(studio, performance).await?;
    Ok(described.is_ok_and(|(description, _)| description.idempotent))
}

/// Runs a script on a thread that may block.
pub(crate) async fn run_script(
    studio: &Studio,
    run: Run,
    host: Arc<RunHost>,
    stop: Stop,
    debugger: Option<Debugger>,
) -> Result<Outcome, Error> {
    let scripts = studio.scripts().clone();
    let host: Arc<dyn Host> = host;
    on_blocking_thread(move || match debugger {
        Some(debugger) => scripts.debug(&run, &host, &stop.script, debugger.session()),
        None => scripts.run(&run, &host, &stop.script),
    })
    .await
}

/// Does on a thread that may block what would hold up others here.
pub(crate) async fn on_blocking_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        Error::new(Code::Internal, format!("the script engine failed: {error}"))
            .with_hint("Save your work and restart; the script that did this is worth a bug report.")
    })
}

fn failed(input: Value, error: ScriptError, started: Instant) -> Performed {
    Performed {
        outcome: Outcome {
            result: Err(with_advice(error)),
            compile_ms: 0.0,
            operations: 0,
            continuation: None,
            coverage: None,
        },
        calls: Vec::new(),
        asked: Vec::new(),
        drawn: Drawn::default(),
        console: Vec::new(),
        input,
        config: Value::Null,
        given: Vec::new(),
        warnings: Vec::new(),
        waiting: None,
        time_ms: milliseconds(started.elapsed()),
        started_ms: begun(started),
        secrets: Vec::new(),
        idempotent: false,
        sample: None,
        withheld: Vec::new(),
    }
}

fn begun(started: Instant) -> i64 {
    now_ms().saturating_sub(i64::try_from(started.elapsed().as_millis()).unwrap_or(0))
}

/// Why the input cannot be used, naming every path.
fn refuse(fields: &[Field], input: &Value, file: &str, before: &str) -> Option<ScriptError> {
    let fields = schema::shown(fields, input);
    let mut violations = schema::check(&schema::to_schema(&fields), input).unwrap_or_default();
    violations.extend(schema::blank(&fields, input));
    if violations.is_empty() {
        return None;
    }
    let said: Vec<String> = violations
        .iter()
        .map(|violation| match violation.path.as_str() {
            "" => violation.message.clone(),
            path => format!("{before}{path}: {}", violation.message),
        })
        .collect();
    Some(ScriptError {
        code: "input".into(),
        message: format!("The input does not fit: {}", said.join("; ")),
        hint: Some("Fill in the fields named, then run again.".into()),
        file: file.to_owned(),
        line: 0,
        column: 0,
        stack: Vec::new(),
        details: json!(violations),
    })
}

fn with_advice(error: ScriptError) -> ScriptError {
    let hint = error.hint.or_else(|| advice(&error.code).map(str::to_owned));
    ScriptError { hint, ..error }
}

/// Says of a 403 to a token whether a scope is missing or a role: the server's challenge tells them apart.
fn about_token(error: ScriptError, calls: &[RecordedCall], connection: &Resolved) -> ScriptError {
    let has_token = auth::kind(&connection.http.auth.kind).is_some_and(|kind| kind.grant().is_some());
    if error.code != "http_403" || error.hint.is_some() || !has_token {
        return error;
    }
    let refused = calls.iter().rfind(|call| call.report.status == Some(403));
    let challenge = refused.and_then(|call| http::header(&call.report.headers, "www-authenticate"));
    let scope = challenge
        .filter(|challenge| challenge.contains("insufficient_scope"))
        .map(|challenge| {
            let (_, rest) = challenge.split_once("scope=\"").unwrap_or_default();
            rest.split('"').next().unwrap_or_default()
        });
    let hint = match scope {
        Some(scope) => {
            format!("The token lacks the scope {scope}. Grant it to the app, and ask for it in the connection.")
        }
        None => "The token's scopes reach this far, but its owner's permissions do not: give the app or the person an \
                 admin role that allows it."
            .to_owned(),
    };
    ScriptError {
        hint: Some(hint),
        ..error
    }
}

/// What to do about an error code, where the script says nothing better.
pub fn advice(code: &str) -> Option<&'static str> {
    Some(match code {
        "http_401" => "The service refused these credentials; they may be expired or revoked. Edit the connection.",
        "http_403" => "These credentials lack the permission or scope for this call. Grant it, then run again.",
        "http_404" => "Check the id, and whether this is the org you mean.",
        "http_429" => "The rate limit is reached. Wait for the reset, then run again.",
        _ => return None,
    })
}
