//! One run of a flow: from where it stands to its end, or to where it has to wait.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use joinery_script::{Cancel, ConsoleLine, Function, Host, ScriptError};
use joinery_store::table::flow::{self, State, Status};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    Flows, Step,
    host::FlowHost,
    owner::Owner,
    steps::{Halt, Steps},
    trace,
};
use crate::{
    error::{Code, Error},
    host::milliseconds,
    runs::on_blocking_thread,
    studio::{Studio, now_ms},
};

/// A run that was worked on, as it stands now.
#[derive(Debug, Clone)]
pub struct Finished {
    /// Its id.
    pub id: String,
    /// The flow's file.
    pub flow: String,
    /// How it stands.
    pub status: Status,
    /// Why it failed or is in doubt.
    pub error: Option<ScriptError>,
    /// What the handler returned.
    pub output: Option<Value>,
    /// Its steps in order.
    pub steps: Vec<Step>,
    /// The console of this stretch.
    pub console: Vec<ConsoleLine>,
    /// Milliseconds that this stretch took.
    pub time_ms: f64,
}

/// Begins a run of a flow for an event, and works on it. The same event begins another run.
///
/// # Errors
/// [`Code::Usage`] for an unknown flow, [`Code::Unavailable`]. A handler that fails is a value.
pub async fn start(
    studio: &Arc<Studio>,
    flows: &Arc<Flows>,
    name: &str,
    event: Value,
    stop: CancellationToken,
) -> Result<Finished, Error> {
    let file = flows.file(name)?;
    let connections = named(studio, flows, &file).await?;
    let owner = Owner::new(studio)?;
    let run = flow::Run {
        status: Status::Running,
        owner: Some(owner.name.clone()),
        ..flows.new_run(&file, format!("manual-{}", super::new_id()), event, &connections)
    };
    flow::add(studio.store()?, std::slice::from_ref(&run))?;
    stretch(studio, flows, run, stop).await
}

/// Runs a flow for an event without writing anything: actions read, what they would send is shown.
///
/// # Errors
/// As [`start`].
pub async fn dry_run(
    studio: &Arc<Studio>,
    flows: &Arc<Flows>,
    name: &str,
    event: Value,
    stop: CancellationToken,
) -> Result<Finished, Error> {
    let file = flows.file(name)?;
    let connections = named(studio, flows, &file).await?;
    let run = flows.new_run(&file, "dry run".into(), event, &connections);
    let steps = Arc::new(Steps::dry(studio, flows, run, stop));
    Ok(through(studio, flows, steps).await?.finished)
}

/// Works on a run of this workspace that stands still, from where it stands.
///
/// # Errors
/// [`Code::Usage`] where there is none of that id, [`Code::Conflict`] where another process works on it.
pub async fn work_on(
    studio: &Arc<Studio>,
    flows: &Arc<Flows>,
    id: &str,
    stop: CancellationToken,
) -> Result<Finished, Error> {
    let owner = Owner::new(studio)?;
    let Some(run) = flow::claim(studio.store()?, id, &owner.name, now_ms())? else {
        trace(studio, id)?;
        return Err(
            Error::new(Code::Conflict, format!("another process works on run `{id}`"))
                .with_hint("Stop `joinery serve`, or let it finish."),
        );
    };
    stretch(studio, flows, run, stop).await
}

/// The connections that the flow names, that of its own trigger among them.
pub(super) async fn named(studio: &Studio, flows: &Flows, file: &str) -> Result<BTreeMap<String, String>, Error> {
    // A flow whose trigger cannot be told can still be tried by hand.
    let Ok(started_by) = flows.started_by(studio, file).await? else {
        return Ok(BTreeMap::new());
    };
    let mut connections = started_by.connections;
    if let Some(connection) = started_by.connection {
        connections.entry(started_by.connector).or_insert(connection);
    }
    Ok(connections)
}

/// Works on a run that this process has claimed, and keeps how it stands then.
pub(super) async fn stretch(
    studio: &Arc<Studio>,
    flows: &Arc<Flows>,
    run: flow::Run,
    stop: CancellationToken,
) -> Result<Finished, Error> {
    let id = run.id.clone();
    let steps = Arc::new(Steps::of(studio, flows, run, stop)?);
    let Ended {
        finished,
        due_ms,
        failed_at,
    } = through(studio, flows, steps).await?;
    let mut error = json!(finished.error);
    if let (Some(error), Some(step)) = (error.as_object_mut(), failed_at) {
        error.insert("step".into(), json!(step));
    }
    let console = json!(finished.console);
    flow::settle(
        studio.store()?,
        &id,
        finished.status,
        &error,
        &console,
        due_ms,
        now_ms(),
    )?;
    Ok(finished)
}

/// How a stretch ended.
struct Ended {
    finished: Finished,
    due_ms: Option<i64>,
    /// How many steps there were when the handler failed; those after are `on_error`'s.
    failed_at: Option<u32>,
}

/// Runs the handler from the top, and `on_error` where it fails.
async fn through(studio: &Arc<Studio>, flows: &Arc<Flows>, steps: Arc<Steps>) -> Result<Ended, Error> {
    let began = Instant::now();
    let (file, event) = (steps.run.flow.clone(), steps.run.event.clone());
    let host = Arc::new(FlowHost::new(Arc::clone(&steps)));
    let handle = Function::Handle { event: event.clone() };
    let handled = call(studio, flows, &file, handle, &host).await?;
    let (mut halt, mut failed_at) = (steps.take_halt(), None);
    if let (Err(error), None) = (&handled, &halt) {
        failed_at = Some(steps.count());
        if has(studio, flows, &file, "on_error").await? {
            let error = json!({ "code": error.code, "message": error.message, "details": error.details });
            let said = call(studio, flows, &file, Function::OnError { event, error }, &host).await?;
            halt = steps.take_halt();
            if let (Err(error), None) = (said, &halt) {
                host.log(ConsoleLine {
                    level: joinery_script::ConsoleLevel::Error,
                    text: format!("on_error failed: {}", error.message),
                    file: error.file,
                    line: error.line,
                });
            }
        }
    }
    let (status, error, due_ms) = match (halt, &handled) {
        (Some(Halt::Broken(error)), _) => return Err(*error),
        (Some(Halt::Asking { due_ms }), _) => (Status::Asking, None, due_ms),
        (Some(Halt::Stopped), _) => (Status::Pending, None, None),
        (Some(Halt::Changed(error)), _) => (Status::Failed, Some(*error), None),
        (Some(Halt::InDoubt(error)), _) => (Status::InDoubt, Some(*error), None),
        (None, Ok(_)) => (Status::Done, None, None),
        (None, Err(error)) => (Status::Failed, Some(error.clone()), None),
    };
    let finished = Finished {
        id: steps.run.id.clone(),
        flow: file,
        status,
        error,
        output: handled.ok().filter(|_| status == Status::Done),
        steps: steps.shown(),
        console: host.take_console(),
        time_ms: milliseconds(began.elapsed()),
    };
    Ok(Ended {
        finished,
        due_ms,
        failed_at,
    })
}

async fn call(
    studio: &Studio,
    flows: &Flows,
    file: &str,
    function: Function,
    host: &Arc<FlowHost>,
) -> Result<Result<Value, ScriptError>, Error> {
    let run = flows.call(studio, file, function);
    let scripts = studio.scripts().clone();
    let host: Arc<dyn Host> = Arc::clone(host) as Arc<dyn Host>;
    let outcome = on_blocking_thread(move || scripts.run(&run, &host, &Cancel::default())).await?;
    Ok(outcome.result)
}

async fn has(studio: &Studio, flows: &Flows, file: &str, function: &str) -> Result<bool, Error> {
    let scripts = studio.scripts().clone();
    let (connector, file, function) = (Arc::clone(&flows.scripts), file.to_owned(), function.to_owned());
    on_blocking_thread(move || scripts.has(&connector, &file, &function)).await
}

/// Makes a run that stands still the next again: from where it stands, which is the step that failed or is in doubt; or
/// from the start.
///
/// # Errors
/// [`Code::Usage`] where there is none of that id or nothing is left to do, [`Code::Conflict`] where it is worked on.
pub fn resume(studio: &Studio, id: &str, from_start: bool) -> Result<(), Error> {
    let store = studio.store()?;
    let run = trace(studio, id)?.run;
    let from = match run.status {
        _ if from_start => 1,
        Status::Done => return Err(standing(&run, "is done").with_hint("Run its event again with --from-start.")),
        Status::Asking => return Err(standing(&run, "waits for an answer")),
        Status::Pending | Status::Running => u32::MAX,
        Status::Failed | Status::InDoubt => {
            // What `on_error` did belongs to the failure.
            let handled = run.error.get("step").and_then(Value::as_u64);
            let handled = handled.map_or(u32::MAX, |step| step as u32);
            let unfinished = |step: &&flow::Step| matches!(step.state, State::Failed | State::Begun);
            let steps = flow::steps(store, id)?;
            let failed = steps.iter().rfind(|step| step.number <= handled && unfinished(step));
            failed.map_or(handled.saturating_add(1), |step| step.number)
        }
    };
    again(studio, &run, from)
}

/// Takes the step in doubt as done, with `output`, and makes the run the next again.
///
/// # Errors
/// As [`resume`].
pub fn settle_doubt(studio: &Studio, id: &str, output: Value) -> Result<(), Error> {
    let store = studio.store()?;
    let run = trace(studio, id)?.run;
    let step = flow::steps(store, id)?
        .into_iter()
        .rfind(|step| step.state == State::Begun);
    let (Status::InDoubt, Some(step)) = (run.status, step) else {
        return Err(standing(&run, "is not in doubt"));
    };
    let from = step.number + 1;
    flow::put_step(
        store,
        &flow::Step {
            state: State::Done,
            output,
            ..step
        },
    )?;
    again(studio, &run, from)
}

fn again(studio: &Studio, run: &flow::Run, from: u32) -> Result<(), Error> {
    if flow::again(studio.store()?, &run.id, from, now_ms())? {
        return Ok(());
    }
    Err(Error::new(Code::Conflict, format!("another process works on run `{}`", run.id)).with_hint("Let it finish."))
}

fn standing(run: &flow::Run, what: &str) -> Error {
    Error::new(Code::Usage, format!("run `{}` {what}", run.id))
        .with_hint(format!("`joinery flow show {}` tells how it stands.", run.id))
}
