//! Running one function of one script.

mod function;
mod outcome;
mod started;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, LazyLock, Mutex, OnceLock},
    time::Instant,
};

use rhai::Dynamic;
use serde_json::{Map, Value};

pub use crate::error::{Frame, ScriptError};
pub use function::Function;
pub use outcome::{ActionRetry, Continuation, Description, Outcome, Run};
pub(crate) use started::Started;

use crate::{
    coverage, debug,
    engine::Inner,
    files::Files,
    host::Host,
    json,
    limits::{Cancel, Limits},
    order,
    secret::SecretValue,
    spot::Spot,
    state::{RunState, lock},
};

/// The engine of one process: built once, shared by every run.
#[derive(Clone)]
pub struct Scripts {
    pub(crate) inner: Arc<Inner>,
    covering: Arc<OnceLock<Arc<Inner>>>,
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
