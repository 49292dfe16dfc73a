//! What `joinery demo` prints.

use joinery_app::{
    Error,
    bodies::BodyLine,
    demo::{DemoKind, DemoView, Scene},
};
use serde_json::{Value, json};

use crate::output::{self, BAD, DIM, GOOD, printable};

/// Lines of an answer or script that are printed; the page and the window show more.
const LINES: usize = 24;

/// Prints one step.
pub fn show(view: &DemoView, scene: &Scene) -> Result<(), Error> {
    let Some(step) = view.steps.get(scene.step as usize) else {
        return Ok(());
    };
    if scene.step > 0 {
        output::line("")?;
    }
    let style = if scene.ok { GOOD } else { BAD };
    let outcome = [step.detail.as_str(), &scene.outcome].join(" ");
    let head = format!("{style}{}{style:#} {}", scene.step + 1, printable(&step.title));
    let about = match outcome.trim() {
        "" => String::new(),
        about => format!("  {DIM}{}{DIM:#}", printable(about)),
    };
    output::line(&format!("{head}{about}"))?;
    if !step.say.is_empty() && step.say != step.title {
        output::line(&format!("  {}", printable(&step.say)))?;
    }
    if step.kind == DemoKind::Action
        && let Some(script) = &scene.script
    {
        lines(&script.lines, 0)?;
    }
    for input in scene.inputs.iter().filter(|input| !input.value.is_empty()) {
        output::line(&format!(
            "  {DIM}{}:{DIM:#} {}",
            printable(&input.label),
            printable(&input.value)
        ))?;
    }
    for call in &scene.calls {
        let status = call
            .status
            .map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        output::line(&format!(
            "  {DIM}{} {} {status}{DIM:#}",
            call.method,
            printable(&call.url)
        ))?;
    }
    if let Some(error) = &scene.error {
        output::line(&format!("  {BAD}{}{BAD:#}", printable(&error.message)))?;
        if let Some(hint) = &error.hint {
            output::line(&format!("  {}", printable(hint)))?;
        }
    }
    lines(&scene.lines, scene.more)
}

fn lines(lines: &[BodyLine], more: u32) -> Result<(), Error> {
    for line in lines.iter().take(LINES) {
        let indent = "  ".repeat(line.depth as usize);
        output::line(format!("    {indent}{}", printable(&line.text)).trim_end())?;
    }
    let left = lines.len().saturating_sub(LINES) + more as usize;
    if left > 0 {
        output::line(&format!("    {DIM}and {}{DIM:#}", output::count(left, "more line")))?;
    }
    Ok(())
}

/// The shape of `--json`.
pub fn shape(view: &DemoView, scenes: &[Scene]) -> Value {
    let steps = scenes.iter().filter_map(|scene| {
        let step = view.steps.get(scene.step as usize)?;
        let text = |lines: &[BodyLine]| {
            let lines = lines.iter().map(|line| format!("{}{}", "  ".repeat(line.depth as usize), line.text));
            lines.collect::<Vec<_>>().join("\n")
        };
        let calls = scene.calls.iter().map(|call| {
            json!({ "method": call.method, "url": call.url, "status": call.status, "time_ms": call.time_ms })
        });
        let inputs = scene.inputs.iter().map(|input| json!({ "label": input.label, "value": input.value }));
        Some(json!({
            "kind": step.kind,
            "title": step.title,
            "detail": step.detail,
            "say": step.say,
            "ok": scene.ok,
            "outcome": scene.outcome,
            "calls": calls.collect::<Value>(),
            "inputs": inputs.collect::<Value>(),
            "script": scene.script.as_ref().map(|script| text(&script.lines)),
            "shown": (!scene.lines.is_empty()).then(|| text(&scene.lines)),
            "error": scene.error.as_ref().map(|error| json!({ "code": error.code, "message": error.message, "hint": error.hint })),
            "time_ms": scene.time_ms,
        }))
    });
    json!({
        "title": view.title,
        "source": scenes.first().map(|scene| scene.source),
        "recorded_at": view.recorded_at,
        "ok": scenes.iter().all(|scene| scene.ok),
        "steps": steps.collect::<Value>(),
    })
}
