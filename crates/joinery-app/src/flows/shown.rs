//! Flows and their runs as the window shows them: of the open workspace, in text, masked as the settings say.

use joinery_script::{ConsoleLine, ScriptError};
use joinery_store::table::flow;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{Finished, Flows, Run, Status, Step, Trace, Withheld};
use crate::{
    error::{Code, Error},
    settings::{self, Masks},
    studio::Studio,
};

/// Runs shown at once.
const SHOWN: usize = 200;
/// The most of one value that is shown, in bytes of JSON.
const LARGEST: usize = 64 << 10;

/// A flow of the open workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FlowRow {
    /// Its name: `onboarding`.
    pub name: String,
    /// Its file: `flows/onboarding.rhai`.
    pub path: String,
    /// Its title.
    pub title: String,
    /// What it does.
    pub description: String,
    /// What starts it: `okta.new_user_created`.
    pub started_by: Option<String>,
    /// The connection that its trigger asks, where it says.
    pub connection: Option<String>,
    /// Why it cannot be told what starts it.
    pub error: Option<ScriptError>,
}

/// How a run of a flow stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum FlowStatus {
    /// It is next.
    Pending,
    /// It is worked on.
    Running,
    /// It waits for a person.
    Asking,
    /// It is handled.
    Done,
    /// It failed.
    Failed,
    /// Nobody knows whether its last step was done.
    InDoubt,
}

/// A run of a flow, at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FlowRun {
    /// Its id; nothing for a dry run, which is not kept.
    pub id: Option<String>,
    /// The flow's name.
    pub flow: String,
    /// How it stands.
    pub status: FlowStatus,
    /// When its event came, in milliseconds since 1970.
    #[ts(type = "number")]
    pub created_ms: i64,
    /// When it last changed.
    #[ts(type = "number")]
    pub updated_ms: i64,
    /// When what it waits for counts as refused.
    #[ts(type = "number | null")]
    pub due_ms: Option<i64>,
    /// Why it failed or is in doubt, in a line.
    pub error: Option<String>,
}

/// A step of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FlowStep {
    /// Which, from 1.
    pub number: u32,
    /// `run`, `wait_for_approval` or `answer_approval`.
    pub kind: String,
    /// The action, as `connector.action`.
    pub action: Option<String>,
    /// Its input as JSON.
    pub input: String,
    /// What is known outside: the id of an approval.
    pub key: String,
    /// `begun`, `asked`, `done` or `failed`.
    pub state: String,
    /// What it gave as JSON; empty where it has not ended well.
    pub output: String,
    /// Why it failed.
    pub error: Option<String>,
    /// What to do about that.
    pub hint: Option<String>,
    /// How often it was run.
    pub tries: u32,
    /// The script's file that asked for it.
    pub file: String,
    /// The line.
    pub line: u32,
    /// When it was begun, in milliseconds since 1970.
    #[ts(type = "number")]
    pub begun_ms: i64,
    /// How long it took; for an approval, how long the answer did.
    pub time_ms: Option<f64>,
    /// What a dry run would have sent.
    pub withheld: Vec<Withheld>,
}

/// A run with its steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FlowTrace {
    /// The run.
    pub run: FlowRun,
    /// Its event as JSON.
    pub event: String,
    /// Its steps in order.
    pub steps: Vec<FlowStep>,
    /// Why it failed or is in doubt.
    pub error: Option<ScriptError>,
    /// What its handler gave as JSON, where it was worked on just now.
    pub output: Option<String>,
    /// The console of its last stretch.
    pub console: Vec<ConsoleLine>,
}

/// The flows of the open workspace.
///
/// # Errors
/// [`Code::Usage`] when none is open; as [`Flows::list`]. A workspace without flows has none.
pub async fn rows(studio: &Studio) -> Result<Vec<FlowRow>, Error> {
    let Some(flows) = here(studio)? else {
        return Ok(Vec::new());
    };
    let rows = flows.list(studio).await?.into_iter().map(|flow| {
        let (started_by, error) = match flow.trigger {
            Ok(started_by) => (Some(started_by), None),
            Err(error) => (None, Some(error)),
        };
        FlowRow {
            path: format!("{}/{}.rhai", super::FOLDER, flow.name),
            connection: started_by.as_ref().and_then(|by| by.connection.clone()),
            started_by: started_by.map(|by| format!("{}.{}", by.connector, by.trigger)),
            name: flow.name,
            title: flow.title,
            description: flow.description,
            error,
        }
    });
    Ok(rows.collect())
}

/// The latest runs of the open workspace, newest first.
///
/// # Errors
/// [`Code::Usage`] when none is open, [`Code::Unavailable`].
pub fn runs(studio: &Studio) -> Result<Vec<FlowRun>, Error> {
    let folder = studio.workspace_folder()?;
    let runs = flow::list(studio.store()?, &super::key_of(&folder), None, SHOWN)?;
    Ok(runs.iter().map(glance).collect())
}

/// A run of the open workspace with its steps.
///
/// # Errors
/// [`Code::Usage`] when there is none of that id here, [`Code::Unavailable`].
pub fn shown(studio: &Studio, id: &str) -> Result<FlowTrace, Error> {
    let trace = of_workspace(studio, id)?;
    let masks = settings::of(studio).masks();
    Ok(FlowTrace {
        event: text(&masks, &trace.run.event),
        run: glance(&trace.run),
        steps: trace.steps.into_iter().map(|each| step(&masks, each)).collect(),
        error: serde_json::from_value(trace.run.error).ok(),
        output: None,
        console: serde_json::from_value(trace.run.console).unwrap_or_default(),
    })
}

/// The sample of what starts a flow, as JSON.
///
/// # Errors
/// As [`Flows::sample_event`].
pub async fn sample(studio: &Studio, name: &str, sandbox: bool) -> Result<String, Error> {
    let event = open_here(studio, sandbox)?.sample_event(studio, name).await?;
    Ok(format!("{event:#}"))
}

/// What a run that is not kept has shown.
pub(super) fn of_finished(studio: &Studio, finished: Finished, event: &Value) -> FlowTrace {
    let masks = settings::of(studio).masks();
    let now = crate::studio::now_ms();
    FlowTrace {
        run: FlowRun {
            id: None,
            flow: name_of(&finished.flow).to_owned(),
            status: finished.status.into(),
            created_ms: now,
            updated_ms: now,
            due_ms: None,
            error: finished.error.as_ref().map(|error| error.message.clone()),
        },
        event: text(&masks, event),
        steps: finished.steps.into_iter().map(|each| step(&masks, each)).collect(),
        error: finished.error,
        output: finished.output.map(|output| text(&masks, &output)),
        console: finished.console,
    }
}

/// A run, where it is of the open workspace: ids are easily guessed wrong, and writes follow.
pub(super) fn of_workspace(studio: &Studio, id: &str) -> Result<Trace, Error> {
    let trace = super::trace(studio, id)?;
    if trace.run.workspace == super::key_of(&studio.workspace_folder()?) {
        return Ok(trace);
    }
    Err(Error::new(Code::Usage, format!("run `{id}` is of another workspace"))
        .with_hint(format!("Open {} to see it.", trace.run.workspace)))
}

/// The flows of the open workspace; nothing where it has none.
fn here(studio: &Studio) -> Result<Option<Flows>, Error> {
    let folder = studio.workspace_folder()?;
    if super::has_flows(&folder) {
        super::open(&folder).map(Some)
    } else {
        Ok(None)
    }
}

/// The flows of the open workspace, to be run; with `sandbox`, on the sandbox org wherever that can stand in.
pub(super) fn open_here(studio: &Studio, sandbox: bool) -> Result<Flows, Error> {
    let mut flows = super::open(&studio.workspace_folder()?)?;
    if sandbox {
        flows.use_connections(&[crate::connections::SANDBOX.to_owned()])?;
    }
    Ok(flows)
}

fn glance(run: &Run) -> FlowRun {
    FlowRun {
        id: Some(run.id.clone()),
        flow: name_of(&run.flow).to_owned(),
        status: run.status.into(),
        created_ms: run.created_ms,
        updated_ms: run.updated_ms,
        due_ms: run.due_ms,
        error: run.error["message"].as_str().map(str::to_owned),
    }
}

/// The name of a flow's file.
pub fn name_of(file: &str) -> &str {
    let name = file.strip_prefix("flows/").unwrap_or(file);
    name.strip_suffix(".rhai").unwrap_or(name)
}

fn step(masks: &Masks, step: Step) -> FlowStep {
    FlowStep {
        input: text(masks, &step.input),
        output: if step.output.is_null() {
            String::new()
        } else {
            text(masks, &step.output)
        },
        number: step.number,
        kind: step.kind,
        action: step.action,
        key: step.key,
        state: step.state,
        hint: step.error.as_ref().and_then(|error| error.hint.clone()),
        error: step.error.map(|error| error.message),
        tries: step.tries,
        file: step.file,
        line: step.line,
        begun_ms: step.begun_ms,
        time_ms: step.time_ms,
        withheld: step.withheld.into_iter().map(|each| withheld(masks, each)).collect(),
    }
}

fn withheld(masks: &Masks, withheld: Withheld) -> Withheld {
    Withheld {
        url: masks.text(&withheld.url).unwrap_or(withheld.url),
        body: withheld.body.map(|body| masks.text(&body).unwrap_or(body)),
        ..withheld
    }
}

/// A value in lines, masked, and cut where it is long.
pub(super) fn text(masks: &Masks, value: &Value) -> String {
    let mut value = value.clone();
    masks.mask(&mut value);
    let text = format!("{value:#}");
    if text.len() <= LARGEST {
        return text;
    }
    let end = (0..=LARGEST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let (shown, rest) = text.split_at(end);
    format!("{shown}\n... and {} bytes more", rest.len())
}

impl From<Status> for FlowStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Pending => Self::Pending,
            Status::Running => Self::Running,
            Status::Asking => Self::Asking,
            Status::Done => Self::Done,
            Status::Failed => Self::Failed,
            Status::InDoubt => Self::InDoubt,
        }
    }
}
