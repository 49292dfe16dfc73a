//! The steps of one run: each is looked up first, and done only where it is not kept.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use joinery_connector::Connector;
use joinery_http::SentRequest;
use joinery_script::{ActionRetry, ScriptError, Step as AskedStep, StepCall, StepFailure, StepOutcome};
use joinery_store::table::flow::{self, State};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    Answer, Flows, approvals, new_id,
    step::{Step, Withheld},
};
use crate::{
    connections::Resolved,
    connectors,
    error::Error,
    host::milliseconds,
    runs::{self, Performance, Performed},
    settings,
    studio::{Studio, lock, now_ms},
};

/// How often a step is run again where the service was too busy and the script does not say.
const RETRIES: u32 = 2;

/// Why a run ends at a step, for now or for good.
#[derive(Debug)]
pub enum Halt {
    /// It waits for a person.
    Asking {
        /// When that counts as refused.
        due_ms: Option<i64>,
    },
    /// The process is being stopped.
    Stopped,
    /// The script asks for another step than is kept.
    Changed(Box<ScriptError>),
    /// A step may or may not have been done.
    InDoubt(Box<ScriptError>),
    /// The store failed.
    Broken(Box<Error>),
}

impl Halt {
    fn broken(error: impl Into<Error>) -> Self {
        Self::Broken(Box::new(error.into()))
    }
}

/// The steps of one stretch of a run.
pub struct Steps {
    studio: Arc<Studio>,
    flows: Arc<Flows>,
    /// The run.
    pub run: flow::Run,
    /// The connections that the flow names.
    of_flow: BTreeMap<String, String>,
    /// Stops the run before its next step.
    pub stop: CancellationToken,
    /// Whether nothing is written: neither to services nor to the store.
    dry: bool,
    kept: Mutex<BTreeMap<u32, flow::Step>>,
    withheld: Mutex<BTreeMap<u32, Vec<SentRequest>>>,
    asked: Mutex<u32>,
    halt: Mutex<Option<Halt>>,
}

impl Steps {
    /// The steps of `run`, those that are kept read.
    ///
    /// # Errors
    /// [`Code::Unavailable`](crate::Code::Unavailable).
    pub fn of(
        studio: &Arc<Studio>,
        flows: &Arc<Flows>,
        run: flow::Run,
        stop: CancellationToken,
    ) -> Result<Self, Error> {
        let kept = flow::steps(studio.store()?, &run.id)?;
        let kept = kept.into_iter().map(|step| (step.number, step)).collect();
        Ok(Self::new(studio, flows, run, stop, kept, false))
    }

    /// The steps of a run of which nothing is kept and that writes nothing.
    pub fn dry(studio: &Arc<Studio>, flows: &Arc<Flows>, run: flow::Run, stop: CancellationToken) -> Self {
        Self::new(studio, flows, run, stop, BTreeMap::new(), true)
    }

    fn new(
        studio: &Arc<Studio>,
        flows: &Arc<Flows>,
        run: flow::Run,
        stop: CancellationToken,
        kept: BTreeMap<u32, flow::Step>,
        dry: bool,
    ) -> Self {
        Self {
            studio: Arc::clone(studio),
            flows: Arc::clone(flows),
            of_flow: serde_json::from_value(run.connections.clone()).unwrap_or_default(),
            run,
            stop,
            dry,
            kept: Mutex::new(kept),
            withheld: Mutex::default(),
            asked: Mutex::default(),
            halt: Mutex::default(),
        }
    }

    /// How many steps the script has asked for until now.
    pub fn count(&self) -> u32 {
        *lock(&self.asked)
    }

    /// Why it ended at a step, where it did.
    pub fn take_halt(&self) -> Option<Halt> {
        lock(&self.halt).take()
    }

    /// Every step that is kept, in order.
    pub fn shown(&self) -> Vec<Step> {
        let withheld = lock(&self.withheld);
        let kept = lock(&self.kept).values().cloned().collect::<Vec<_>>();
        let shown = kept.into_iter().filter_map(Step::of_row).map(|step| {
            let sent = withheld.get(&step.number).into_iter().flatten();
            let withheld = sent.map(|request| Withheld {
                method: request.method.clone(),
                url: request.url.clone(),
                body: request.body.clone(),
            });
            Step {
                withheld: withheld.collect(),
                ..step
            }
        });
        shown.collect()
    }

    /// Does a step, or answers it from what is kept.
    pub async fn step(&self, asked: AskedStep) -> StepOutcome {
        match self.try_step(asked).await {
            Ok(outcome) => outcome,
            Err(halt) => {
                *lock(&self.halt) = Some(halt);
                StepOutcome::Halted
            }
        }
    }

    async fn try_step(&self, asked: AskedStep) -> Result<StepOutcome, Halt> {
        let number = {
            let mut count = lock(&self.asked);
            *count += 1;
            *count
        };
        let known = lock(&self.kept).get(&number).cloned();
        if let Some(known) = &known {
            let call: Option<StepCall> = serde_json::from_value(known.call.clone()).ok();
            if !call.is_some_and(|call| is_same(&call, &asked.call)) {
                return Err(Halt::Changed(Box::new(self.changed(number, known, &asked))));
            }
            match (known.state, &asked.call) {
                (State::Done, call) => {
                    if matches!(call, StepCall::Approval { ask: Some(_), .. }) {
                        // The question is a step too, and was asked.
                        *lock(&self.asked) += 1;
                    }
                    return Ok(StepOutcome::Done(known.output.clone()));
                }
                (State::Failed, _) => {
                    let failure = serde_json::from_value(known.output.clone());
                    return failure
                        .map(StepOutcome::Failed)
                        .map_err(|error| Halt::broken(unreadable(&error)));
                }
                (State::Asked, StepCall::Approval { timeout_s, .. }) => {
                    return Err(Halt::Asking {
                        due_ms: due(known.begun_ms, *timeout_s),
                    });
                }
                _ => {}
            }
        }
        if self.stop.is_cancelled() {
            return Err(Halt::Stopped);
        }
        let step = Begun {
            number,
            place: asked.place.clone(),
            known,
        };
        match asked.call.clone() {
            StepCall::Run {
                action,
                input,
                connection,
                retries,
            } => {
                let retries = retries.unwrap_or(RETRIES);
                self.run_action(&step, asked.call, &action, input, connection.as_deref(), retries)
                    .await
            }
            StepCall::Approval {
                ask,
                input,
                connection,
                timeout_s,
            } => self.ask_for(&step, asked.call, ask, input, connection, timeout_s).await,
            StepCall::Answer { approval, answer } => self.give_answer(&step, asked.call, &approval, &answer),
        }
    }

    async fn run_action(
        &self,
        step: &Begun,
        call: StepCall,
        action: &str,
        input: Value,
        connection: Option<&str>,
        retries: u32,
    ) -> Result<StepOutcome, Halt> {
        let mut row = self.row(step, &call, format!("{}-{}", self.run.id, step.number));
        let began = Instant::now();
        let (connector, file, connection) = match self.find(action, connection).await {
            Ok(found) => found,
            Err(error) => return self.end(row, began, Err(failure_of(action, &error))),
        };
        let performance = |input: Value| Performance {
            input,
            step_key: Some(row.key.clone()),
            dry: self.dry,
            limits: settings::limits(&self.studio),
            ..Performance::new(Arc::clone(&connector), &file, connection.clone())
        };
        // Begun and not ended: the process that ran it has gone.
        let was_begun = step.known.as_ref().is_some_and(|known| known.state == State::Begun);
        if was_begun {
            let idempotent = runs::is_idempotent(&self.studio, &performance(json!({}))).await;
            if !idempotent.map_err(Halt::broken)? {
                return Err(Halt::InDoubt(Box::new(self.in_doubt(&row, action))));
            }
        }
        loop {
            row.tries += 1;
            self.keep(&row)?;
            let performed = runs::perform(&self.studio, performance(input.clone()))
                .await
                .map_err(Halt::broken)?;
            lock(&self.withheld).insert(step.number, performed.withheld.clone());
            let result = match &performed.outcome.result {
                Ok(value) => Ok(value.clone()),
                // What would have been sent was not: the script goes on with what the action says it gives.
                Err(_) if !performed.withheld.is_empty() => Ok(performed.sample.clone().unwrap_or_default()),
                Err(error) => Err(error.clone()),
            };
            let error = match result {
                Ok(value) => return self.end(row, began, Ok(value)),
                Err(error) => error,
            };
            let Some(wait) = again(&performed, &error, row.tries - 1, retries) else {
                return self.end(row, began, Err(failure(action, error)));
            };
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs_f64(wait)) => {}
                () = self.stop.cancelled() => return Err(Halt::Stopped),
            }
        }
    }

    /// The action, and whom it calls.
    async fn find(&self, action: &str, connection: Option<&str>) -> Result<(Arc<Connector>, String, Resolved), Error> {
        let (id, name) = action.split_once('.').unwrap_or((action, ""));
        let connector = connectors::with_built_in(Arc::clone(self.flows.connector(id)?));
        let file = connectors::action(&connector, name)?;
        let connection = self
            .flows
            .connection(&self.studio, &connector, connection, &self.of_flow)
            .await?;
        Ok((connector, file, connection))
    }

    /// Asks a person, once, and ends the run until they have answered.
    async fn ask_for(
        &self,
        step: &Begun,
        call: StepCall,
        ask: Option<String>,
        input: Value,
        connection: Option<String>,
        timeout_s: Option<f64>,
    ) -> Result<StepOutcome, Halt> {
        let known = step.known.as_ref().map(|known| known.key.clone());
        let mut row = self.row(step, &call, known.unwrap_or_else(|| format!("apr_{}", new_id())));
        self.keep(&row)?;
        if let Some(action) = ask {
            let mut input = input;
            if let Some(input) = input.as_object_mut() {
                input.insert("approval".into(), json!({ "id": row.key }));
            }
            let question = AskedStep {
                call: StepCall::Run {
                    action,
                    input,
                    connection,
                    retries: None,
                },
                place: step.place.clone(),
            };
            match Box::pin(self.try_step(question)).await? {
                StepOutcome::Done(_) => {}
                StepOutcome::Failed(failure) => {
                    row.state = State::Failed;
                    row.output = json!(failure);
                    self.keep(&row)?;
                    return Ok(StepOutcome::Failed(failure));
                }
                other => return Ok(other),
            }
        }
        if self.dry {
            let yes = Answer {
                approved: true,
                by: Some("dry run".into()),
                ..Answer::default()
            };
            return self.end(row, Instant::now(), Ok(json!(yes)));
        }
        let store = self.studio.store().map_err(Halt::broken)?;
        if flow::ask(store, &row.key).map_err(Halt::broken)? {
            let due_ms = due(row.begun_ms, timeout_s);
            row.state = State::Asked;
            lock(&self.kept).insert(row.number, row);
            return Err(Halt::Asking { due_ms });
        }
        // The answer was faster than the question's own answer.
        let steps = flow::steps(store, &self.run.id).map_err(Halt::broken)?;
        let answered = steps.into_iter().find(|kept| kept.number == row.number);
        Ok(StepOutcome::Done(answered.map(|kept| kept.output).unwrap_or_default()))
    }

    fn give_answer(&self, step: &Begun, call: StepCall, approval: &str, given: &Value) -> Result<StepOutcome, Halt> {
        let row = self.row(step, &call, format!("{}-{}", self.run.id, step.number));
        let began = Instant::now();
        let answer: Answer = match serde_json::from_value(given.clone()) {
            Ok(answer) => answer,
            Err(error) => {
                let failure = StepFailure {
                    action: "answer_approval".into(),
                    code: "answer".into(),
                    message: format!("the answer cannot be used: {error}"),
                    hint: Some("Give #{ approved: true or false, by: \"...\", comment: \"...\" }.".into()),
                    details: given.clone(),
                };
                return self.end(row, began, Err(failure));
            }
        };
        if self.dry {
            return self.end(row, began, Ok(json!(true)));
        }
        let answered = approvals::answer(&self.studio, approval, &answer).map_err(Halt::broken)?;
        self.end(row, began, Ok(json!(answered)))
    }

    /// The row of a step that is begun now.
    fn row(&self, step: &Begun, call: &StepCall, key: String) -> flow::Step {
        flow::Step {
            run: self.run.id.clone(),
            number: step.number,
            call: json!(call),
            key,
            state: State::Begun,
            output: Value::Null,
            tries: step.known.as_ref().map_or(0, |known| known.tries),
            file: step.place.file.clone(),
            line: step.place.line,
            begun_ms: step.known.as_ref().map_or_else(now_ms, |known| known.begun_ms),
            time_ms: None,
        }
    }

    fn end(&self, row: flow::Step, began: Instant, result: Result<Value, StepFailure>) -> Result<StepOutcome, Halt> {
        let (state, output) = match &result {
            Ok(value) => (State::Done, value.clone()),
            Err(failure) => (State::Failed, json!(failure)),
        };
        self.keep(&flow::Step {
            state,
            output,
            time_ms: Some(milliseconds(began.elapsed())),
            ..row
        })?;
        Ok(result.map_or_else(StepOutcome::Failed, StepOutcome::Done))
    }

    fn keep(&self, row: &flow::Step) -> Result<(), Halt> {
        if !self.dry {
            let store = self.studio.store().map_err(Halt::broken)?;
            flow::put_step(store, row).map_err(Halt::broken)?;
        }
        lock(&self.kept).insert(row.number, row.clone());
        Ok(())
    }

    fn changed(&self, number: u32, known: &flow::Step, asked: &AskedStep) -> ScriptError {
        let before =
            serde_json::from_value(known.call.clone()).map_or_else(|_| "another step".into(), |call| words(&call));
        let now = words(&asked.call);
        let message = if before == now {
            format!("step {number}, {now}, has another input than when this run did it")
        } else {
            format!("step {number} was {before} when this run did it, and is {now} now")
        };
        let error = ScriptError {
            line: asked.place.line,
            ..ScriptError::new("flow_changed", message, &asked.place.file)
        };
        error.with_hint(format!(
            "Undo the change to the flow and resume, or run the event from the start: joinery flow resume {} --from-start.",
            self.run.id
        ))
    }

    fn in_doubt(&self, row: &flow::Step, action: &str) -> ScriptError {
        let error = ScriptError {
            line: row.line,
            ..ScriptError::new(
                "in_doubt",
                format!(
                    "the process ended while step {}, {action}, was under way: it may or may not have been done",
                    row.number
                ),
                &row.file,
            )
        };
        error.with_hint(format!(
            "Look at the service, then: joinery flow resume {0} to do it again, or joinery flow skip {0} if it was done. An action that may always be repeated says so: fn idempotent() {{ true }}.",
            self.run.id
        ))
    }
}

/// A step that is asked for and not answered from what is kept.
struct Begun {
    number: u32,
    place: joinery_script::CallPlace,
    known: Option<flow::Step>,
}

/// Whether the script asks for the step that is kept. How it is run may change between two stretches, not what.
fn is_same(kept: &StepCall, asked: &StepCall) -> bool {
    match (kept, asked) {
        (
            StepCall::Run { action, input, .. },
            StepCall::Run {
                action: other,
                input: given,
                ..
            },
        ) => action == other && input == given,
        (
            StepCall::Approval { ask, input, .. },
            StepCall::Approval {
                ask: other,
                input: given,
                ..
            },
        ) => ask == other && input == given,
        (kept, asked) => kept == asked,
    }
}

/// A step in words.
fn words(call: &StepCall) -> String {
    match call {
        StepCall::Run { action, .. } => format!("run(\"{action}\")"),
        StepCall::Approval { .. } => "wait_for_approval".into(),
        StepCall::Answer { .. } => "answer_approval".into(),
    }
}

/// Seconds until the step is run again; `None` where it is not.
fn again(performed: &Performed, error: &ScriptError, tries: u32, retries: u32) -> Option<f64> {
    let no_answer =
        error.details["kind"] == "http" && error.details["status"].as_u64().is_none_or(|status| status == 0);
    if no_answer && tries < retries && (performed.idempotent || !performed.wrote()) {
        return Some(f64::from(tries + 1));
    }
    let rule = ActionRetry {
        max: retries,
        wait: 1.0,
        writes: performed.idempotent,
        ..ActionRetry::default()
    };
    rule.wait(error, tries, performed.wrote())
}

fn due(begun_ms: i64, timeout_s: Option<f64>) -> Option<i64> {
    timeout_s.map(|seconds| begun_ms.saturating_add((seconds * 1_000.0) as i64))
}

fn failure(action: &str, error: ScriptError) -> StepFailure {
    StepFailure {
        action: action.to_owned(),
        code: error.code,
        message: error.message,
        hint: error.hint,
        details: error.details,
    }
}

fn failure_of(action: &str, error: &Error) -> StepFailure {
    StepFailure {
        action: action.to_owned(),
        code: json!(error.code).as_str().unwrap_or_default().to_owned(),
        message: error.message.clone(),
        hint: error.hint.clone(),
        details: Value::Null,
    }
}

fn unreadable(error: &serde_json::Error) -> Error {
    Error::new(
        crate::Code::Unavailable,
        format!("what is kept of a step cannot be read: {error}"),
    )
}
