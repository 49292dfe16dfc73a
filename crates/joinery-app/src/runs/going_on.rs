//! The calls that one run of an action is made of: again where it failed and says so, and later where it waits.

use std::{sync::Arc, time::Duration};

use joinery_connector::Connector;
use joinery_script::{ConsoleLevel, ConsoleLine, Coverage, Function, Host, Outcome, ScriptError, run::Description};
use joinery_store::table::waiting::{self, Row};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{Performance, held::Held, run_script};
use crate::{
    error::Error,
    host::RunHost,
    studio::{Studio, now_ms},
};

/// How often one action may wait.
const MAX_ROUNDS: u32 = 1_000;

/// An action that goes on later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// By this it goes on: `joinery run ... --resume ID`.
    pub id: String,
    /// When, in milliseconds since 1970.
    pub due_ms: i64,
}

impl Waiting {
    /// What is left of the wait.
    pub fn left(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.due_ms - now_ms()).unwrap_or(0))
    }
}

/// An action that waits to go on, as the run form shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WaitingAction {
    /// What resumes it: [`super::RunAction::resume`].
    pub id: String,
    /// When it means to go on, in milliseconds since 1970.
    pub due_ms: i64,
    /// The connection it runs on.
    pub connection: Option<String>,
}

/// Hears of a wait when it begins.
pub type OnWait = Arc<dyn Fn(&Waiting) + Send + Sync>;

/// The runs of an action that were stopped while they waited, the one that goes on first leading.
///
/// # Errors
/// The store cannot be read.
pub(super) fn waiting(studio: &Studio, connector: &Connector, file: &str) -> Result<Vec<WaitingAction>, Error> {
    let rows = waiting::list(studio.store()?, &connector.manifest.id)?;
    let of_this = rows.into_iter().filter(|row| row.file == file);
    let shown = of_this.map(|row| WaitingAction {
        id: row.id,
        due_ms: row.due_ms,
        connection: row.connection,
    });
    Ok(shown.collect())
}

/// Gives up an action that waits; fine where it is none any more.
///
/// # Errors
/// The store cannot be written.
pub fn forget_waiting(studio: &Studio, id: &str) -> Result<(), Error> {
    Ok(waiting::remove(studio.store()?, id)?)
}

/// The action that waits under `id`, for this connector.
///
/// # Errors
/// [`Code::Usage`] when there is none.
pub(super) fn kept(studio: &Studio, performance: &Performance, id: &str) -> Result<Row, Error> {
    let store = studio.store()?;
    let connector = &performance.connector.manifest.id;
    let fits = |row: &Row| row.connector == *connector && row.file == performance.file;
    if let Some(row) = waiting::get(store, id)?.filter(fits) {
        return Ok(row);
    }
    let rows = waiting::list(store, connector)?;
    Err(Error::unknown(
        "waiting action",
        id,
        rows.iter().filter(|row| fits(row)).map(|row| row.id.as_str()),
    ))
}

/// Runs `first`, again and later as the action says. `resumed` is what it waited with until now.
pub(super) async fn run(
    studio: &Studio,
    performance: &Performance,
    description: &Description,
    host: &Arc<RunHost>,
    first: Function,
    input: &Value,
    resumed: Option<Row>,
) -> Result<(Outcome, Option<Waiting>), Error> {
    let held = Held::new(studio);
    let (first, resumed) = match resumed {
        Some(row) => {
            held.take(&row.id)?;
            // Whoever had it before may have gone on since it was read.
            let row = waiting::get(studio.store()?, &row.id)?.unwrap_or(row);
            let state = row.state.clone();
            let input = input.clone();
            (Function::Resume { input, state }, Some(row))
        }
        None => (first, None),
    };
    tokio::select! {
        ended = rounds(&held, performance, description, host, first, input, resumed) => ended,
        never = held.keep() => match never {},
    }
}

async fn rounds(
    held: &Held<'_>,
    performance: &Performance,
    description: &Description,
    host: &Arc<RunHost>,
    first: Function,
    input: &Value,
    resumed: Option<Row>,
) -> Result<(Outcome, Option<Waiting>), Error> {
    let studio = held.studio();
    let (mut function, mut row, mut covered) = (first, resumed, None);
    let mut rounds = row.as_ref().map_or(0, |row| row.rounds);
    if let Some(row) = &row {
        let waiting = Waiting {
            id: row.id.clone(),
            due_ms: row.due_ms,
        };
        if !wait(performance, &waiting).await {
            return Ok((interrupted(performance, &waiting), Some(waiting)));
        }
    }
    loop {
        let mut outcome = with_retries(studio, performance, description, host, &function).await?;
        outcome.coverage = with(covered.take(), outcome.coverage);
        let Some(continuation) = &outcome.continuation else {
            if let Some(row) = &row {
                waiting::remove(studio.store()?, &row.id)?;
            }
            return Ok((outcome, None));
        };
        rounds += 1;
        if rounds > MAX_ROUNDS {
            if let Some(row) = &row {
                waiting::remove(studio.store()?, &row.id)?;
            }
            let error = ScriptError::new(
                "continues_forever",
                format!("the action has gone on {MAX_ROUNDS} times and is not done"),
                &performance.file,
            );
            let error = error.with_hint("Check when it stops calling continue_in.");
            return Ok((failed(outcome, error), None));
        }
        let resume = Function::Resume {
            input: input.clone(),
            state: continuation.state.clone(),
        };
        // A replay goes on at once, and leaves nothing to go on with later.
        let time = Duration::try_from_secs_f64(continuation.seconds).unwrap_or_default();
        if performance.chance.waited(time) {
            (function, covered) = (resume, outcome.coverage);
            continue;
        }
        let kept = Row {
            id: row.map_or_else(new_id, |row| row.id),
            connector: performance.connector.manifest.id.clone(),
            file: performance.file.clone(),
            connection: performance.connection.profile.clone(),
            input: input.clone(),
            config: performance.config.clone(),
            state: continuation.state.clone(),
            rounds,
            due_ms: now_ms().saturating_add((continuation.seconds * 1_000.0).ceil() as i64),
        };
        waiting::put(studio.store()?, &kept)?;
        held.take(&kept.id)?;
        let waiting = Waiting {
            id: kept.id.clone(),
            due_ms: kept.due_ms,
        };
        if !performance.wait {
            return Ok((outcome, Some(waiting)));
        }
        (function, covered) = (resume, outcome.coverage);
        row = Some(kept);
        if !wait(performance, &waiting).await {
            return Ok((interrupted(performance, &waiting), Some(waiting)));
        }
    }
}

/// Waits; false when it was stopped meanwhile.
async fn wait(performance: &Performance, waiting: &Waiting) -> bool {
    if let Some(tell) = &performance.on_wait {
        tell(waiting);
    }
    sleep(performance, waiting.left()).await
}

async fn sleep(performance: &Performance, time: Duration) -> bool {
    if performance.chance.waited(time) {
        return true;
    }
    tokio::select! {
        () = tokio::time::sleep(time) => true,
        () = performance.stop.request.cancelled() => false,
    }
}

async fn with_retries(
    studio: &Studio,
    performance: &Performance,
    description: &Description,
    host: &Arc<RunHost>,
    function: &Function,
) -> Result<Outcome, Error> {
    let (mut tries, mut covered) = (0, None);
    loop {
        let run = performance.run(function.clone());
        let mut outcome = run_script(
            studio,
            run,
            Arc::clone(host),
            performance.stop.clone(),
            performance.debugger.clone(),
        )
        .await?;
        outcome.coverage = with(covered.take(), outcome.coverage);
        let (Err(error), Some(retry)) = (&outcome.result, &description.retry) else {
            return Ok(outcome);
        };
        let Some(seconds) = retry.wait(error, tries, host.wrote()) else {
            return Ok(outcome);
        };
        tries += 1;
        covered.clone_from(&outcome.coverage);
        host.log(ConsoleLine {
            level: ConsoleLevel::Warn,
            text: format!("{}; run again in {seconds} s ({tries} of {})", error.message, retry.max),
            file: error.file.clone(),
            line: error.line,
        });
        if !sleep(performance, Duration::from_secs_f64(seconds)).await {
            return Ok(outcome);
        }
    }
}

/// What the calls before covered, and what this one did.
fn with(before: Option<Coverage>, now: Option<Coverage>) -> Option<Coverage> {
    match (before, now) {
        (Some(mut before), Some(now)) => {
            before.add(&now);
            Some(before)
        }
        (before, now) => before.or(now),
    }
}

/// The outcome of a wait that was stopped: the action is not lost.
fn interrupted(performance: &Performance, waiting: &Waiting) -> Outcome {
    let error = ScriptError::new(
        "cancelled",
        "Stopped while the action waits to go on.",
        &performance.file,
    );
    let hint = format!("Resume it, on the command line with `--resume {}`.", waiting.id);
    Outcome {
        result: Err(error.with_hint(hint)),
        compile_ms: 0.0,
        operations: 0,
        continuation: None,
        coverage: None,
    }
}

fn failed(outcome: Outcome, error: ScriptError) -> Outcome {
    Outcome {
        result: Err(error),
        continuation: None,
        ..outcome
    }
}

pub(super) fn new_id() -> String {
    let mut chance = [0; 5];
    getrandom::fill(&mut chance).expect("the system has randomness");
    hex::encode(chance)
}
