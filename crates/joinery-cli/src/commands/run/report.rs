//! What a run prints.

use std::{fmt::Write as _, path::Path};

use joinery_app::{
    Connector, Error, ScriptError,
    runs::{CallReport, Performed},
};
use serde_json::{Value, json};

use super::Arguments;
use crate::{
    Outcome,
    excerpt::{self, Finding},
    output,
};

/// Prints the output; console, calls, warnings and the error go to stderr.
pub fn show(arguments: &Arguments, connector: &Connector, performed: &Performed) -> Result<Outcome, Error> {
    let outcome = if performed.outcome.result.is_ok() || performed.waiting.is_some() {
        Outcome::Done
    } else {
        Outcome::Failed
    };
    if arguments.json {
        output::json(&shape(performed))?;
        return Ok(outcome);
    }
    beside(arguments, connector, performed);
    if let Some(waiting) = &performed.waiting {
        output::line(&waiting.id)?;
    }
    if let Ok(value) = &performed.outcome.result {
        output::json(value)?;
    }
    Ok(outcome)
}

/// What this system does not take from the process that ran the script.
pub fn gaps(gaps: &[String]) {
    let dim = output::DIM;
    for gap in gaps {
        output::note(&format!("{dim}the script's process: {gap}{dim:#}"));
    }
}

/// Everything that is not the output.
pub fn beside(arguments: &Arguments, connector: &Connector, performed: &Performed) {
    let dim = output::DIM;
    console(performed);
    if arguments.trace {
        for made in performed.calls() {
            output::note(&call(made));
        }
    }
    for violation in &performed.warnings {
        let at = if violation.path.is_empty() {
            "output".to_owned()
        } else {
            format!("output.{}", violation.path)
        };
        output::note(&format!(
            "{}warning{:#}: {at}: {}",
            output::DOUBT,
            output::DOUBT,
            violation.message
        ));
    }
    if let Err(error) = &performed.outcome.result
        && performed.outcome.continuation.is_none()
    {
        output::note(failure(&arguments.connector, connector, error).trim_end());
    }
    if arguments.trace {
        output::note(&format!(
            "{dim}{:.1} ms, {:.1} of it compiling{dim:#}",
            performed.time_ms, performed.outcome.compile_ms
        ));
    }
}

/// A run as `docs/schemas/run.json` says.
pub fn shape(performed: &Performed) -> Value {
    let calls: Vec<Value> = performed
        .calls()
        .map(|call| {
            json!({
                "method": call.method,
                "url": call.url,
                "status": call.status,
                "time_ms": call.time_ms,
                "file": call.place.file,
                "line": call.place.line,
                "sign_in": call.sign_in,
            })
        })
        .collect();
    let (output, error) = match &performed.outcome.result {
        Ok(value) => (Some(value), None),
        Err(error) => (None, Some(error)),
    };
    let mut shape = json!({
        "ok": error.is_none(),
        "output": output,
        "error": error.map(|error| json!({
            "code": error.code,
            "message": error.message,
            "hint": error.hint,
            "file": error.file,
            "line": (error.line > 0).then_some(error.line),
            "column": (error.column > 0).then_some(error.column),
            "details": error.details,
        })),
        "calls": calls,
        "console": performed.console,
        "time_ms": performed.time_ms,
    });
    if let Some(waiting) = &performed.waiting {
        shape["waiting"] = json!({ "id": waiting.id, "due_ms": waiting.due_ms });
    }
    shape
}

/// What the script printed and logged.
pub fn console(performed: &Performed) {
    for line in &performed.console {
        output::note(&output::console(line));
    }
}

fn call(call: &CallReport) -> String {
    let (status, style) = match (call.status, &call.error) {
        (Some(status), _) if status < 400 => (status.to_string(), output::GOOD),
        (Some(status), _) => (status.to_string(), output::BAD),
        (None, error) => (error.clone().unwrap_or_default(), output::BAD),
    };
    let dim = output::DIM;
    let why = if call.sign_in { " to sign in for" } else { "" };
    format!(
        "{style}{status}{style:#} {} {} {dim}{:.1} ms{why} {}:{}{dim:#}",
        call.method, call.url, call.time_ms, call.place.file, call.place.line
    )
}

/// The error with its line, and the functions it came through.
pub fn failure(path: &Path, connector: &Connector, error: &ScriptError) -> String {
    let text = connector.text(&error.file).ok();
    let mut shown = excerpt::render(
        &Finding {
            file: &path.join(&error.file).display().to_string(),
            line: error.line,
            column: error.column,
            end_column: None,
            is_error: true,
            code: &error.code,
            message: &error.message,
            hint: error.hint.as_deref(),
        },
        text.as_deref(),
    );
    // A single frame says no more than the place itself.
    if error.stack.len() > 1 {
        stack(&mut shown, error);
    }
    shown
}

/// The functions being run, innermost first; a recursion in one line.
fn stack(shown: &mut String, error: &ScriptError) {
    for same in error.stack.chunk_by(|one, next| one == next) {
        let frame = &same[0];
        let _ = write!(shown, "  in {}, {}", frame.function, frame.place.file);
        // The function that the run itself called was called from no line.
        if frame.place.line > 0 {
            let _ = write!(shown, ":{}", frame.place.line);
        }
        if same.len() > 1 {
            let _ = write!(shown, " ({} times)", same.len());
        }
        shown.push('\n');
    }
}
