//! Flows of the open workspace, worked on from the window: run, go on, answer.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{
    Answer, FlowTrace,
    shown::{of_finished, of_workspace, open_here, shown},
};
use crate::{
    error::{Code, Error},
    studio::Studio,
};

/// One event for a flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RunFlow {
    /// What stops it.
    pub id: String,
    /// The flow's name.
    pub flow: String,
    /// The event as JSON.
    pub event: String,
    /// Whether nothing is written, and what would be sent is shown.
    pub dry: bool,
    /// Whether it runs on the sandbox org wherever that can stand in.
    pub sandbox: bool,
}

/// How a run that stands still goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum GoOn {
    /// From the step that failed.
    Resume,
    /// Anew: every step is forgotten.
    FromStart,
    /// The step in doubt counts as done, and gave this JSON; nothing where that is empty.
    Skip {
        /// What the step gave.
        output: String,
    },
    /// A person has answered.
    Answer {
        /// The approval's id.
        approval: String,
        /// Yes or no.
        approved: bool,
        /// Who says so.
        by: String,
        /// What else there is to say.
        comment: String,
    },
}

/// What is to be done about a run that stands still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct GoOnFlow {
    /// What stops it.
    pub id: String,
    /// The run's id.
    pub run: String,
    /// How.
    pub how: GoOn,
    /// Whether it runs on the sandbox org wherever that can stand in.
    pub sandbox: bool,
}

/// Runs a flow for an event.
///
/// # Errors
/// [`Code::Input`] for an event that is no JSON; as [`super::start`].
pub async fn run(studio: &Arc<Studio>, run: RunFlow) -> Result<FlowTrace, Error> {
    let event = json(&run.event, "the event")?;
    let flows = Arc::new(open_here(studio, run.sandbox)?);
    let (stop, _ended) = studio.running.begin(&run.id);
    if run.dry {
        let finished = super::dry_run(studio, &flows, &run.flow, event.clone(), stop.request).await?;
        return Ok(of_finished(studio, finished, &event));
    }
    let finished = super::start(studio, &flows, &run.flow, event, stop.request).await?;
    let output = finished.output.clone();
    with_output(studio, &finished.id, output)
}

/// Goes on with a run. Where the flows are being served, it is left to that.
///
/// # Errors
/// [`Code::Usage`] where nothing waits for the answer; as [`super::work_on`].
pub async fn go_on(studio: &Arc<Studio>, wanted: GoOnFlow) -> Result<FlowTrace, Error> {
    let run = of_workspace(studio, &wanted.run)?.run;
    match wanted.how {
        GoOn::Resume => super::resume(studio, &run.id, false)?,
        GoOn::FromStart => super::resume(studio, &run.id, true)?,
        GoOn::Skip { output } if output.trim().is_empty() => super::settle_doubt(studio, &run.id, Value::Null)?,
        GoOn::Skip { output } => super::settle_doubt(studio, &run.id, json(&output, "the output")?)?,
        GoOn::Answer {
            approval,
            approved,
            by,
            comment,
        } => {
            let said = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
            let answer = Answer {
                approved,
                by: said(by),
                comment: said(comment),
                timed_out: false,
            };
            if !super::answer(studio, &approval, &answer)? {
                return Err(Error::new(Code::Usage, format!("nothing waits for `{approval}`"))
                    .with_hint("It may have been answered elsewhere, or have timed out."));
            }
        }
    }
    if studio.serving.is_on() {
        return shown(studio, &run.id);
    }
    let flows = Arc::new(open_here(studio, wanted.sandbox)?);
    let (stop, _ended) = studio.running.begin(&wanted.id);
    let finished = super::work_on(studio, &flows, &run.id, stop.request).await?;
    with_output(studio, &run.id, finished.output)
}

/// A run that was just worked on, with what its handler gave: that is not kept.
fn with_output(studio: &Studio, id: &str, output: Option<Value>) -> Result<FlowTrace, Error> {
    let masks = crate::settings::of(studio).masks();
    Ok(FlowTrace {
        output: output.map(|value| super::shown::text(&masks, &value)),
        ..shown(studio, id)?
    })
}

fn json(text: &str, what: &str) -> Result<Value, Error> {
    serde_json::from_str(text).map_err(|error| {
        let error = Error {
            line: u32::try_from(error.line()).ok(),
            column: u32::try_from(error.column()).ok(),
            ..Error::new(Code::Input, format!("{what} is no JSON: {error}"))
        };
        error.with_hint("Write it as { \"key\": \"value\" }, or take the sample.")
    })
}
