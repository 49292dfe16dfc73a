//! What flows print.

use std::path::Path;

use joinery_app::{
    Error, Studio,
    flows::{self, Finished, FlowView, Happened, State, Status, Step, Trace},
};
use serde_json::{Value, json};

use super::short;
use crate::{Outcome, output};

/// The flows of a workspace, one a line.
pub fn flows(flows: &[FlowView], as_json: bool) -> Result<Outcome, Error> {
    if as_json {
        let shapes: Vec<Value> = flows.iter().map(shape_of_flow).collect();
        output::json(&shapes)?;
        return Ok(Outcome::Done);
    }
    let dim = output::DIM;
    for flow in flows {
        let started_by = match &flow.trigger {
            Ok(started_by) => format!("{}.{}", started_by.connector, started_by.trigger),
            Err(error) => output::printable(&error.message),
        };
        output::line(&format!("{:<24} {}  {dim}{started_by}{dim:#}", flow.name, flow.title))?;
    }
    Ok(Outcome::Done)
}

fn shape_of_flow(flow: &FlowView) -> Value {
    let (started_by, error) = match &flow.trigger {
        Ok(started_by) => (json!(started_by), Value::Null),
        Err(error) => (Value::Null, json!(error.message)),
    };
    json!({
        "name": flow.name, "title": flow.title, "description": flow.description,
        "trigger": started_by, "error": error,
    })
}

/// The runs of a workspace, one a line.
pub fn runs(studio: &Studio, runs: &[flows::Run], as_json: bool) -> Result<Outcome, Error> {
    if as_json {
        let traces: Result<Vec<Trace>, Error> = runs.iter().map(|run| flows::trace(studio, &run.id)).collect();
        output::json(&traces?.iter().map(shape).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    for run in runs {
        let error = run.error["message"].as_str().unwrap_or_default();
        output::line(&format!(
            "{}  {}  {}  {:<24} {}",
            run.id,
            output::moment(run.created_ms),
            status(run.status),
            run.flow.trim_start_matches("flows/").trim_end_matches(".rhai"),
            output::printable(error)
        ))?;
    }
    if runs.is_empty() {
        output::note("Nothing has run yet. `joinery serve WORKSPACE` runs its flows.");
    }
    Ok(Outcome::Done)
}

/// A run and its steps.
pub fn trace(trace: &Trace, as_json: bool) -> Result<Outcome, Error> {
    if as_json {
        output::json(&shape(trace))?;
        return Ok(Outcome::Done);
    }
    let run = &trace.run;
    output::line(&format!("{}  {}  {}", run.id, status(run.status), run.flow))?;
    output::line(&format!("event  {}", short(&run.event)))?;
    for step in &trace.steps {
        output::line(&line(step))?;
    }
    if let Some(message) = run.error["message"].as_str() {
        output::line(&format!("{}{message}{:#}", output::BAD, output::BAD))?;
        if let Some(hint) = run.error["hint"].as_str() {
            output::line(hint)?;
        }
    }
    Ok(Outcome::Done)
}

/// A run that was worked on: its steps on stderr; as JSON on stdout where that is wanted, its output otherwise.
pub fn finished(workspace: &Path, finished: &Finished, as_json: bool) -> Result<(), Error> {
    if as_json {
        return output::json(&shape_of_finished(finished));
    }
    beside(workspace, finished);
    match &finished.output {
        Some(value) if !value.is_null() => output::json(value),
        _ => Ok(()),
    }
}

/// What happens while flows are served: a line for each step and run.
pub fn happened(workspace: &Path, happened: &Happened) -> Result<(), Error> {
    match happened {
        Happened::Ended(finished) => {
            beside(workspace, finished);
            output::bytes(format!("{}\n", shape_of_finished(finished)).as_bytes())
        }
        Happened::Came { flow, new } => {
            let dim = output::DIM;
            output::note(&format!("{dim}{flow}: {}{dim:#}", output::count(*new, "new event")));
            Ok(())
        }
        Happened::Trigger(..) => Ok(()),
    }
}

fn beside(workspace: &Path, finished: &Finished) {
    for said in &finished.console {
        output::note(&output::console(said));
    }
    for step in &finished.steps {
        output::note(&line(step));
        for withheld in &step.withheld {
            let body = withheld.body.as_deref().unwrap_or_default();
            let (method, url) = (&withheld.method, &withheld.url);
            output::note(&format!("     would send {method} {url} {}", output::printable(body)));
        }
    }
    let dim = output::DIM;
    output::note(&format!("{dim}run {}: {}{dim:#}", finished.id, status(finished.status)));
    if let Some(error) = &finished.error {
        let file = workspace.join(&error.file);
        let place = if error.line > 0 {
            format!(":{}", error.line)
        } else {
            String::new()
        };
        let bad = output::BAD;
        output::note(&format!("{bad}error:{bad:#} {}", output::printable(&error.message)));
        output::note(&format!("  --> {}{place}", file.display()));
        if let Some(hint) = &error.hint {
            output::note(&format!("  = {hint}"));
        }
    }
}

fn line(step: &Step) -> String {
    let dim = output::DIM;
    let what = step.action.as_deref().unwrap_or(&step.kind);
    let time = step.time_ms.map(|ms| format!("{ms:.0} ms")).unwrap_or_default();
    let style = match step.state.as_str() {
        word if word == State::Done.word() => output::GOOD,
        word if word == State::Failed.word() => output::BAD,
        _ => output::DOUBT,
    };
    let rest = match &step.error {
        Some(error) => output::printable(&error.message),
        None if step.kind == "wait_for_approval" => step.key.clone(),
        None => short(&step.output),
    };
    format!(
        "{:>4} {style}{:<6}{style:#} {what:<28} {dim}{time:>8}  {}:{}{dim:#}  {rest}",
        step.number, step.state, step.file, step.line
    )
}

fn status(status: Status) -> String {
    let style = match status {
        Status::Done => output::GOOD,
        Status::Failed => output::BAD,
        Status::Asking | Status::InDoubt => output::DOUBT,
        Status::Pending | Status::Running => output::DIM,
    };
    format!("{style}{:<8}{style:#}", status.word())
}

/// A run as `docs/schemas/flow.json` says.
fn shape(trace: &Trace) -> Value {
    let run = &trace.run;
    json!({
        "id": run.id, "flow": run.flow, "status": run.status.word(), "event": run.event, "error": run.error,
        "created_ms": run.created_ms, "updated_ms": run.updated_ms, "steps": trace.steps, "console": run.console,
    })
}

fn shape_of_finished(finished: &Finished) -> Value {
    json!({
        "id": finished.id, "flow": finished.flow, "status": finished.status.word(), "error": finished.error,
        "output": finished.output, "steps": finished.steps, "console": finished.console, "time_ms": finished.time_ms,
    })
}
