//! Starting and restarting a run, and what it says when it is over.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use joinery_app::{
    Connector, ConsoleLevel, ConsoleLine, Error, ScriptError, connectors,
    runs::debug::{self, Debugger, Tape},
    settings,
    tests::CaseFailure,
};
use joinery_script::debug::Event;
use serde_json::{Value, json};

use super::{
    After, Refusal, Server,
    requests::Launch,
    then,
    work::{Ran, Work},
};

/// A run under way, or over.
pub struct Launched {
    /// Who debugs it; none where that was not wanted.
    pub debugger: Option<Debugger>,
    /// Ends it.
    pub stop: Box<dyn Fn() + Send>,
}

impl Server {
    pub(super) fn launch(&self, launch: Launch) -> Result<(Value, After), Refusal> {
        if self.state().running.is_some() {
            return Err(Refusal::new("a run has been launched already"));
        }
        self.take_connector(&launch)?;
        self.state().launch = Some(launch);
        // Only now is it known where breakpoints can be.
        Ok((
            Value::Null,
            then(|server| {
                server.event("initialized", Value::Null);
                server.start_if_ready(None);
            }),
        ))
    }

    /// Runs again; what servers answered is taken from the run before.
    pub(super) fn restart(&self, arguments: &Value) -> Result<(Value, After), Refusal> {
        let launch = match serde_json::from_value(arguments["arguments"].clone()) {
            Ok(launch) => launch,
            Err(_) => self
                .state()
                .launch
                .clone()
                .ok_or_else(|| Refusal::new("nothing has been launched"))?,
        };
        let tape = {
            let mut state = self.state();
            state.runs += 1;
            state.stopped = None;
            let running = state.running.take();
            running.and_then(|running| {
                (running.stop)();
                running.debugger.map(|debugger| debugger.tape())
            })
        };
        // Its files may have been edited since.
        self.take_connector(&launch)?;
        self.state().launch = Some(launch);
        Ok((Value::Null, then(move |server| server.start_if_ready(tape))))
    }

    fn take_connector(&self, launch: &Launch) -> Result<(), Refusal> {
        let named = launch.connector.clone();
        let folder = named.or_else(|| self.state().folder.clone());
        let folder = folder.or_else(|| launch.program.as_deref().and_then(around));
        let folder = folder.ok_or_else(|| {
            Refusal::new("no connector: name its folder as `connector`, or a script inside one as `program`")
        })?;
        let in_workspace = self.state().in_workspace;
        let (connector, folder) = if in_workspace {
            let connector = connectors::in_workspace(&self.0.studio, &folder.to_string_lossy())?;
            let folder = connector.root.clone();
            (connectors::with_built_in(connector), folder)
        } else {
            let connector = Arc::new(connectors::open(&folder)?);
            (connector, std::path::absolute(&folder).unwrap_or(folder))
        };
        let mut state = self.state();
        state.folder = Some(folder);
        state.connector = Some(connector);
        Ok(())
    }

    /// Starts the run once it has been launched and breakpoints have been set. With a tape its answers are that.
    pub(super) fn start_if_ready(&self, tape: Option<Arc<Tape>>) {
        let (launch, connector, run) = {
            let mut state = self.state();
            if !state.is_configured || state.running.is_some() {
                return;
            }
            let (Some(launch), Some(connector)) = (state.launch.clone(), state.connector.clone()) else {
                return;
            };
            state.runs += 1;
            // Until it has begun there is nothing to stop.
            state.running = Some(Launched {
                debugger: None,
                stop: Box::new(|| {}),
            });
            (launch, connector, state.runs)
        };
        let server = self.clone();
        self.0.runtime.spawn(async move {
            let outcome = Box::pin(server.run(&launch, connector, run, tape)).await;
            server.ended(run, outcome);
        });
    }

    async fn run(
        &self,
        launch: &Launch,
        connector: Arc<Connector>,
        run: u64,
        tape: Option<Arc<Tape>>,
    ) -> Result<(Ran, f64), Error> {
        let studio = self.0.studio.clone();
        if launch.allow_writes {
            studio.writes().allow_all();
        }
        let program = launch.program.as_deref().map(|program| self.file_of(program));
        let mut work = Work::of(&studio, &connector, launch, program.as_deref()).await?;
        let performance = work.performance();
        performance.limits = settings::limits(&studio);
        let file = performance.file.clone();
        let name = connector.files.get(&file).map_or(file, |file| file.name.clone());
        let stop = Box::new(performance.stopper());
        let debugger = (!launch.no_debug).then(|| {
            let (told, heard) = (self.clone(), self.clone());
            debug::attach(
                performance,
                self.state().board.breakpoints(),
                launch.stop_on_entry,
                tape.as_deref(),
                move |event| {
                    if let Event::Stopped(stopped) = event {
                        told.stopped(run, stopped);
                    }
                },
                move |line| heard.heard(run, line),
            )
        });
        {
            let mut state = self.state();
            if state.runs != run {
                stop();
            }
            // It may have been ended while it was being prepared.
            if state.is_over {
                stop();
            } else if state.runs == run {
                state.running = Some(Launched {
                    debugger: debugger.clone(),
                    stop,
                });
            }
        }
        if tape.is_some() {
            self.output(
                "console",
                "Answers of servers are those of the run before; nothing is sent.\n",
                None,
            );
        }
        let ran = Box::pin(work.perform(&studio)).await?;
        let Some(debugger) = debugger else {
            for line in &ran.performed.console {
                self.heard(run, line);
            }
            return Ok((ran, 0.0));
        };
        debugger.end(&studio, &name, &ran.performed);
        Ok((ran, debugger.paused_ms()))
    }

    fn heard(&self, run: u64, line: &ConsoleLine) {
        if self.state().runs != run {
            return;
        }
        let category = match line.level {
            ConsoleLevel::Print | ConsoleLevel::Info => "stdout",
            ConsoleLevel::Warn | ConsoleLevel::Error => "stderr",
        };
        let place = self.place(&line.file, line.line);
        self.output(category, &format!("{}\n", line.text), Some(place));
    }

    fn ended(&self, run: u64, outcome: Result<(Ran, f64), Error>) {
        {
            let mut state = self.state();
            if state.runs != run {
                return;
            }
            state.stopped = None;
        }
        let code = match outcome {
            Ok((ran, paused)) => {
                self.tell_result(&ran.performed.outcome.result);
                let time = (ran.performed.time_ms - paused).max(0.0);
                self.output(
                    "console",
                    &format!("Ran for {}; stood still for {}.\n", in_words(time), in_words(paused)),
                    None,
                );
                match &ran.failures {
                    None => i32::from(ran.performed.outcome.result.is_err()),
                    Some(failures) => self.tell_failures(failures),
                }
            }
            Err(error) => {
                let Refusal(words) = error.into();
                self.output("stderr", &format!("{words}\n"), None);
                1
            }
        };
        self.event("thread", json!({ "reason": "exited", "threadId": super::THREAD }));
        self.event("exited", json!({ "exitCode": code }));
        self.event("terminated", Value::Null);
    }

    fn tell_result(&self, result: &Result<Value, ScriptError>) {
        match result {
            Ok(value) => {
                let text = serde_json::to_string_pretty(value).unwrap_or_default();
                self.output("stdout", &format!("{text}\n"), None);
            }
            Err(error) => self.tell_error(error),
        }
    }

    /// Says how a case went; the exit code of that.
    fn tell_failures(&self, failures: &[CaseFailure]) -> i32 {
        if failures.is_empty() {
            self.output("console", "All is as the case expects.\n", None);
            return 0;
        }
        for failure in failures {
            let path = if failure.path.is_empty() { "" } else { ": " };
            let mut text = format!("The case fails: {}{path}{}\n", failure.path, failure.message);
            for line in &failure.difference {
                text.push_str(line);
                text.push('\n');
            }
            self.output("stderr", &text, None);
        }
        1
    }

    fn tell_error(&self, error: &ScriptError) {
        let mut text = format!("{}:{}: {}\n", error.file, error.line, error.message);
        if let Some(hint) = &error.hint {
            text.push_str(hint);
            text.push('\n');
        }
        let place = self.place(&error.file, error.line.max(1));
        self.output("stderr", &text, Some(place));
    }
}

/// The folder of the connector around a file.
fn around(program: &Path) -> Option<PathBuf> {
    let mut folders = program.ancestors().skip(1);
    folders
        .find(|folder| folder.join("connector.toml").is_file())
        .map(Path::to_owned)
}

/// A time as people say it.
fn in_words(milliseconds: f64) -> String {
    if milliseconds < 1000.0 {
        format!("{milliseconds:.0} ms")
    } else {
        format!("{:.1} s", milliseconds / 1000.0)
    }
}
