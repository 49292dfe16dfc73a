//! The Debug Adapter Protocol: what editors debug with. A message comes in; answers and events go out through a function,
//! since a script stops when it likes.

mod breakpoints;
mod launch;
mod requests;
mod values;
mod work;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use joinery_app::{Connector, Studio, runs::debug::Debugger};
use joinery_script::debug::{Reason, Step, Stopped};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use breakpoints::Board;
use launch::Launched;

/// Why something cannot be had that only a script standing still has.
const MOVES: &str = "the script does not stand still";
/// A run has one thread.
const THREAD: u32 = 1;

/// One client's debug adapter. Cheap to clone; every clone is the same.
#[derive(Clone)]
pub struct Server(Arc<Shared>);

struct Shared {
    studio: Arc<Studio>,
    runtime: Handle,
    wire: Mutex<Wire>,
    state: Mutex<State>,
}

struct Wire {
    sent: u64,
    out: Box<dyn FnMut(&Value) + Send>,
}

#[derive(Default)]
struct State {
    /// The connector that was named when the adapter was started.
    folder: Option<PathBuf>,
    /// Whether connectors are those of the open workspace, by their folders' names.
    in_workspace: bool,
    lines_from_0: bool,
    columns_from_0: bool,
    board: Board,
    connector: Option<Arc<Connector>>,
    launch: Option<requests::Launch>,
    is_configured: bool,
    running: Option<Launched>,
    /// Runs so far: what an earlier one still says is nobody's.
    runs: u64,
    stopped: Option<Stopped>,
    is_over: bool,
}

/// Why a request has no result.
struct Refusal(String);

impl Refusal {
    fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl From<joinery_app::Error> for Refusal {
    fn from(error: joinery_app::Error) -> Self {
        Self(match error.hint {
            Some(hint) => format!("{} ({hint})", error.message),
            None => error.message,
        })
    }
}

/// What there is to do once a request has been answered.
type After = Option<Box<dyn FnOnce(&Server)>>;

impl Server {
    /// An adapter that sends through `out`, for the connector in `folder` where a launch names none. Runs happen on
    /// `runtime`.
    pub fn new(
        studio: Arc<Studio>,
        runtime: Handle,
        folder: Option<PathBuf>,
        out: impl FnMut(&Value) + Send + 'static,
    ) -> Self {
        Self(Arc::new(Shared {
            studio,
            runtime,
            wire: Mutex::new(Wire {
                sent: 0,
                out: Box::new(out),
            }),
            state: Mutex::new(State {
                folder,
                ..State::default()
            }),
        }))
    }

    /// The same for a client that may debug connectors of the open workspace only: `connector` is then the name of a folder
    /// in it.
    #[must_use]
    pub fn in_workspace(self) -> Self {
        self.state().in_workspace = true;
        self
    }

    /// Takes a message. May wait for the script's process, never for the script.
    pub fn handle(&self, text: &str) {
        let Ok(message) = serde_json::from_str::<Value>(text) else {
            self.output("stderr", "what the client sent is not JSON\n", None);
            return;
        };
        // Nothing is asked of clients, so that no answer of theirs means anything.
        if message["type"] != "request" {
            return;
        }
        if message["command"] == "evaluate" && message["arguments"]["context"] == "repl" {
            // It may call HTTP; the run can be ended meanwhile.
            let server = self.clone();
            self.0.runtime.spawn_blocking(move || server.answer(&message));
        } else {
            self.answer(&message);
        }
    }

    fn answer(&self, message: &Value) {
        let command = message["command"].as_str().unwrap_or_default();
        let mut answer = json!({
            "type": "response",
            "request_seq": message["seq"].as_u64().unwrap_or_default(),
            "command": command,
        });
        let mut after = None;
        match self.perform(command, message["arguments"].clone()) {
            Ok((body, then)) => {
                answer["success"] = true.into();
                if !body.is_null() {
                    answer["body"] = body;
                }
                after = then;
            }
            Err(Refusal(why)) => {
                answer["success"] = false.into();
                answer["message"] = why.as_str().into();
                answer["body"] = json!({ "error": { "id": 1, "format": why, "showUser": true } });
            }
        }
        self.send(answer);
        if let Some(after) = after {
            after(self);
        }
    }

    /// Whether the client has taken leave.
    pub fn is_over(&self) -> bool {
        self.state().is_over
    }

    /// Ends what runs: the client has gone.
    pub fn end(&self) {
        if let Some(running) = &self.state().running {
            (running.stop)();
        }
    }

    fn perform(&self, command: &str, arguments: Value) -> Result<(Value, After), Refusal> {
        let plain = |body: Value| Ok((body, None));
        match command {
            "initialize" => plain(self.initialize(&read(arguments)?)),
            "launch" => self.launch(read(arguments)?),
            "configurationDone" => {
                self.state().is_configured = true;
                Ok((Value::Null, then(|server| server.start_if_ready(None))))
            }
            "restart" => self.restart(&arguments),
            "setBreakpoints" => plain(self.set_breakpoints(&read(arguments)?)),
            "setFunctionBreakpoints" => plain(self.set_function_breakpoints(&read(arguments)?)),
            "setExceptionBreakpoints" => plain(self.set_exception_breakpoints(&read(arguments)?)),
            "breakpointLocations" => plain(self.breakpoint_locations(&read(arguments)?)),
            "loadedSources" => plain(self.loaded_sources()),
            "source" => self.source_text(&read(arguments)?).and_then(plain),
            "threads" => plain(json!({ "threads": [{ "id": THREAD, "name": "script" }] })),
            "stackTrace" => self.stack_trace(&read(arguments)?).and_then(plain),
            "scopes" => self.scopes(&read(arguments)?).and_then(plain),
            "variables" => self.variables(&read(arguments)?).and_then(plain),
            "evaluate" => self.evaluate(read(arguments)?).and_then(plain),
            "setVariable" => self.set_variable(read(arguments)?).and_then(plain),
            "runTrace" => self.run_trace().and_then(plain),
            "exceptionInfo" => self.exception_info().and_then(plain),
            "continue" => self.go(Step::On, json!({ "allThreadsContinued": true })),
            "next" => self.go(Step::Over, Value::Null),
            "stepIn" => self.go(Step::Into, Value::Null),
            "stepOut" => self.go(Step::Out, Value::Null),
            "pause" => {
                let debugger = self.debugger()?;
                Ok((Value::Null, then(move |_| debugger.pause())))
            }
            "terminate" => Ok((Value::Null, then(Self::end))),
            "disconnect" => {
                self.end();
                self.state().is_over = true;
                plain(Value::Null)
            }
            other => Err(Refusal::new(format!("this adapter does not know `{other}`"))),
        }
    }

    fn initialize(&self, arguments: &requests::Initialize) -> Value {
        let mut state = self.state();
        state.lines_from_0 = !arguments.lines_start_at1;
        state.columns_from_0 = !arguments.columns_start_at1;
        json!({
            "supportsConfigurationDoneRequest": true,
            "supportsFunctionBreakpoints": true,
            "supportsConditionalBreakpoints": true,
            "supportsHitConditionalBreakpoints": true,
            "supportsLogPoints": true,
            "supportsEvaluateForHovers": true,
            "supportsSetVariable": true,
            "supportsRestartRequest": true,
            "supportsTerminateRequest": true,
            "supportsLoadedSourcesRequest": true,
            "supportsBreakpointLocationsRequest": true,
            "supportsExceptionInfoRequest": true,
            "exceptionBreakpointFilters": [
                { "filter": "uncaught", "label": "Uncaught errors", "default": true,
                  "description": "Stop where an error happens that nothing catches" },
                { "filter": "http", "label": "HTTP 4xx and 5xx", "default": false,
                  "description": "Stop where a server answers with an error" },
            ],
        })
    }

    fn go(&self, step: Step, body: Value) -> Result<(Value, After), Refusal> {
        let debugger = self.debugger()?;
        if self.state().stopped.take().is_none() {
            return Err(Refusal::new(MOVES));
        }
        // The answer goes first: the next stop may come at once.
        let go = move |_: &Server| {
            debugger.go(step);
        };
        Ok((body, then(go)))
    }

    /// The script stands still.
    fn stopped(&self, run: u64, stopped: Stopped) {
        let mut state = self.state();
        if state.runs != run {
            return;
        }
        let (reason, text) = match &stopped.reason {
            Reason::Entry => ("entry", None),
            Reason::Step => ("step", None),
            Reason::Pause => ("pause", None),
            Reason::Breakpoint { ids, problem } => {
                let of_functions = ids.iter().all(|id| state.board.is_of_function(*id));
                let reason = if of_functions {
                    "function breakpoint"
                } else {
                    "breakpoint"
                };
                let problem = problem.as_ref();
                (
                    reason,
                    problem.map(|problem| format!("The breakpoint's condition cannot be worked out: {problem}")),
                )
            }
            Reason::Error { message, .. } => ("exception", Some(message.clone())),
            Reason::Http { status, method, url } => ("exception", Some(format!("{status} to {method} {url}"))),
        };
        let mut body = json!({ "reason": reason, "threadId": THREAD, "allThreadsStopped": true });
        if let Reason::Breakpoint { ids, .. } = &stopped.reason {
            body["hitBreakpointIds"] = json!(ids);
        }
        if let Some(text) = text {
            body["text"] = text.into();
        }
        state.stopped = Some(stopped);
        drop(state);
        self.event("stopped", body);
    }

    fn exception_info(&self) -> Result<Value, Refusal> {
        let state = self.state();
        let (id, description, hint) = match state.stopped.as_ref().map(|stopped| &stopped.reason) {
            Some(Reason::Error { code, message, hint }) => (code.clone(), message.clone(), hint.clone()),
            Some(Reason::Http { status, method, url }) => {
                (format!("http_{status}"), format!("{status} to {method} {url}"), None)
            }
            _ => return Err(Refusal::new("the script did not stop for an error")),
        };
        let mut info = json!({ "exceptionId": id, "description": description, "breakMode": "unhandled" });
        if let Some(hint) = hint {
            info["details"] = json!({ "message": hint });
        }
        Ok(info)
    }

    /// A request of our own, for the window: the calls, the console and the pauses of the run.
    fn run_trace(&self) -> Result<Value, Refusal> {
        let trace = self.debugger()?.trace(&self.0.studio);
        serde_json::to_value(trace).map_err(|error| Refusal::new(format!("the trace cannot be told: {error}")))
    }

    fn debugger(&self) -> Result<Debugger, Refusal> {
        let state = self.state();
        let debugger = state.running.as_ref().and_then(|running| running.debugger.clone());
        debugger.ok_or_else(|| Refusal::new("nothing is being debugged"))
    }

    fn event(&self, event: &str, body: Value) {
        let mut message = json!({ "type": "event", "event": event });
        if !body.is_null() {
            message["body"] = body;
        }
        self.send(message);
    }

    fn output(&self, category: &str, text: &str, place: Option<(Value, u32)>) {
        let mut body = json!({ "category": category, "output": text });
        if let Some((source, line)) = place {
            body["source"] = source;
            body["line"] = line.into();
        }
        self.event("output", body);
    }

    fn send(&self, mut message: Value) {
        let mut wire = self.0.wire.lock().unwrap_or_else(PoisonError::into_inner);
        wire.sent += 1;
        message["seq"] = wire.sent.into();
        (wire.out)(&message);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[allow(clippy::unnecessary_wraps, reason = "what `After` is made of")]
fn then(work: impl FnOnce(&Server) + 'static) -> After {
    Some(Box::new(work))
}

/// The arguments, where they are what the protocol says.
fn read<T: DeserializeOwned>(arguments: Value) -> Result<T, Refusal> {
    let arguments = if arguments.is_null() { json!({}) } else { arguments };
    serde_json::from_value(arguments).map_err(|error| Refusal::new(format!("these arguments cannot be used: {error}")))
}
