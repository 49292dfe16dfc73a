//! What `joinery connection` prints: the list, and the steps of a test.

use joinery_app::{
    Error,
    connections::{self, ConnectionTest, Saved, StepState, TestStep},
};
use serde_json::{Value, json};

use crate::output;

/// Prints the saved connections.
///
/// # Errors
/// As [`output::line`].
pub fn list(saved: &[Saved], as_json: bool) -> Result<(), Error> {
    if as_json {
        let shapes: Vec<Value> = saved
            .iter()
            .map(|each| {
                json!({
                    "name": each.name, "connector": each.connector, "auth": each.auth, "fields": each.fields,
                    "environment": each.environment, "read_only": each.read_only, "health": each.health,
                })
            })
            .collect();
        return output::json(&shapes);
    }
    if saved.is_empty() {
        output::note("No connection is saved. `--connection sandbox` is always there for Okta.");
    }
    let width = saved.iter().map(|each| each.name.chars().count()).max().unwrap_or(0);
    for each in saved {
        let shown = |(name, value): (&String, &Value)| {
            let value = value.as_str()?;
            Some(if connections::is_network(name) {
                format!("{name}={value}")
            } else {
                value.to_owned()
            })
        };
        let fields: Vec<String> = each.fields.iter().filter_map(shown).collect();
        output::line(&format!(
            "{:width$}  {}  {}  {}  {}",
            each.name,
            each.connector,
            each.auth,
            fields.join(" "),
            each.health.words()
        ))?;
    }
    Ok(())
}

/// Prints a test: its steps, then what was found.
///
/// # Errors
/// As [`output::line`].
pub fn test(found: &ConnectionTest, as_json: bool) -> Result<(), Error> {
    if as_json {
        return output::json(found);
    }
    let width = |text: fn(&TestStep) -> &str| found.steps.iter().map(|step| text(step).chars().count()).max();
    let names = width(|step| &step.name).unwrap_or(0);
    let details = width(|step| &step.detail).unwrap_or(0);
    for step in &found.steps {
        let (style, word) = match step.state {
            StepState::Ok => (output::GOOD, "ok"),
            StepState::Failed => (output::BAD, "failed"),
            StepState::Skipped => (output::DIM, "skipped"),
        };
        let time = step.time_ms.map(|time| format!("  {time:.0} ms")).unwrap_or_default();
        let line = format!(
            "{style}{word:<7}{style:#}  {:names$}  {:details$}{time}",
            step.name,
            output::printable(&step.detail)
        );
        output::line(line.trim_end())?;
    }
    for line in &found.console {
        output::note(&output::console(line));
    }
    let style = if found.ok { output::GOOD } else { output::BAD };
    output::line(&format!("{style}{}{style:#}", output::printable(&found.message)))?;
    if let Some(detail) = &found.detail {
        output::line(&format!("  {}", output::printable(detail)))?;
    }
    if !found.scopes.is_empty() {
        output::line(&format!("  scopes: {}", output::printable(&found.scopes.join(" "))))?;
    }
    if let Some(limit) = found.rate_limit.filter(|_| found.ok) {
        output::line(&format!("  {} of {} calls left", limit.remaining, limit.limit))?;
    }
    if let Some(said) = &found.said {
        output::note(&format!("  said: {}", output::printable(said)));
    }
    if let Some(hint) = &found.hint {
        output::note(&format!("  help: {}", output::printable(hint)));
    }
    Ok(())
}
