//! Running again on every change of a file, and showing what that changed in the output.

use std::fmt::Write as _;

use joinery_app::{
    Code, Error,
    bodies::{DiffMark, diff},
};
use serde_json::Value;

use super::{Session, report};
use crate::{Outcome, changes, output};

/// Lines shown around a change.
const AROUND: usize = 3;

/// Runs now and after every change, until Ctrl C.
pub async fn run(session: &mut Session<'_>) -> Result<Outcome, Error> {
    let mut changes = changes::of(&session.arguments.connector)?;
    // A wrong command line ends the command; what goes wrong later is mended by the next save.
    let mut before = once(session, None).await?;
    while changes.next().await {
        match once(session, before.as_ref()).await {
            Ok(Some(value)) => before = Some(value),
            Ok(None) => {}
            Err(error) => output::error(&error, session.arguments.json),
        }
    }
    Ok(Outcome::Done)
}

/// One run; gives its output, where there was one.
async fn once(session: &mut Session<'_>, before: Option<&Value>) -> Result<Option<Value>, Error> {
    let (connector, performed) = match session.perform().await {
        Err(error) if error.code == Code::Invalid => {
            output::error(&error, session.arguments.json);
            return Ok(None);
        }
        other => other?,
    };
    if session.arguments.json {
        // One line a run, so that a program can read them one by one.
        output::bytes(format!("{}\n", report::shape(&performed)).as_bytes())?;
        return Ok(None);
    }
    report::beside(session.arguments, &connector, &performed);
    let Ok(value) = performed.outcome.result else {
        return Ok(None);
    };
    match before {
        None => output::json(&value)?,
        Some(before) if *before == value => output::note("the output is the same"),
        Some(before) => output::line(difference(before, &value).trim_end())?,
    }
    output::note(&format!("{}{:.1} ms{:#}", output::DIM, performed.time_ms, output::DIM));
    Ok(Some(value))
}

/// The lines that differ, with some around them.
fn difference(before: &Value, after: &Value) -> String {
    let lines = diff(before, after).lines;
    let near = |at: usize| {
        let around = at.saturating_sub(AROUND)..lines.len().min(at + AROUND + 1);
        lines[around].iter().any(|line| line.mark != DiffMark::Same)
    };
    let mut shown = String::new();
    let mut left_out = false;
    for (at, line) in lines.iter().enumerate() {
        if !near(at) {
            left_out = true;
            continue;
        }
        if std::mem::take(&mut left_out) && !shown.is_empty() {
            shown.push_str("  ...\n");
        }
        let (mark, style) = match line.mark {
            DiffMark::Same => (" ", output::DIM),
            DiffMark::Removed => ("-", output::BAD),
            DiffMark::Added => ("+", output::GOOD),
            DiffMark::Changed => ("~", output::DOUBT),
        };
        let indent = "  ".repeat(line.depth as usize);
        let text = output::printable(&line.text);
        let _ = writeln!(shown, "{style}{mark} {indent}{text}{style:#}");
    }
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_difference_shows_changed_lines_with_some_around_them() {
        let before = json!({ "list": (0..30).collect::<Vec<_>>(), "name": "ada", "age": 36 });
        let mut after = before.clone();
        after["name"] = json!("grace");
        let shown = anstream::adapter::strip_str(&difference(&before, &after)).to_string();
        assert!(
            shown.contains("~ ") && shown.contains("grace") && shown.contains("age"),
            "{shown}"
        );
        assert!(!shown.contains("12"), "{shown}");
    }
}
