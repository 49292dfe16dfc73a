//! What `joinery test` prints.

use joinery_app::{
    Error,
    tests::{CaseFailure, CaseReport, FileCoverage, TestReport},
};
use serde_json::{Value, json};

use super::Arguments;
use crate::output;

/// Prints every case and how they went in all.
pub fn show(arguments: &Arguments, report: &TestReport) -> Result<(), Error> {
    if arguments.json {
        let shape = shape(report);
        // One line a run while watching, so that a program can read them one by one.
        return if arguments.watch {
            output::bytes(format!("{shape}\n").as_bytes())
        } else {
            output::json(&shape)
        };
    }
    for cases in report.cases.chunk_by(|one, next| one.action == next.action) {
        output::line(&cases[0].action)?;
        cases.iter().try_for_each(|case| show_case(arguments, case))?;
    }
    output::line(&summary(report))?;
    for file in &report.coverage {
        output::line(&covered(file))?;
    }
    Ok(())
}

fn show_case(arguments: &Arguments, case: &CaseReport) -> Result<(), Error> {
    let (word, style) = match (case.skipped, case.ok) {
        (true, _) => ("skipped", output::DOUBT),
        (false, true) => ("ok     ", output::GOOD),
        (false, false) => ("failed ", output::BAD),
    };
    let dim = output::DIM;
    output::line(&format!(
        "  {style}{word}{style:#} {} {dim}{:.1} ms{dim:#}",
        output::printable(&case.name),
        case.time_ms
    ))?;
    if let Some(message) = case.message.as_ref().filter(|_| case.skipped) {
        output::line(&format!("            {dim}{}{dim:#}", output::printable(message)))?;
    }
    for failure in &case.failures {
        show_failure(arguments, case, failure)?;
    }
    for note in &case.notes {
        output::line(&format!("            {}", output::printable(note)))?;
    }
    Ok(())
}

fn show_failure(arguments: &Arguments, case: &CaseReport, failure: &CaseFailure) -> Result<(), Error> {
    let path = if failure.path.is_empty() {
        String::new()
    } else {
        format!("{}: ", failure.path)
    };
    let line = if failure.line > 0 { failure.line } else { case.line };
    let place = arguments.connector.join(&case.file).display().to_string();
    let dim = output::DIM;
    output::line(&format!(
        "          {}",
        output::printable(&format!("{path}{}", failure.message))
    ))?;
    for difference in &failure.difference {
        let style = match difference.as_bytes().first() {
            Some(b'-') => output::BAD,
            Some(b'+') => output::GOOD,
            _ => output::DIM,
        };
        output::line(&format!(
            "            {style}{}{style:#}",
            output::printable(difference)
        ))?;
    }
    output::line(&format!("          {dim}{place}:{line}{dim:#}"))
}

fn summary(report: &TestReport) -> String {
    let styled = |count: u32, word: &str, style: clap::builder::styling::Style| match count {
        0 => format!("0 {word}"),
        count => format!("{style}{count} {word}{style:#}"),
    };
    format!(
        "{}, {}, {} in {:.1} ms",
        styled(report.passed, "passed", output::GOOD),
        styled(report.failed, "failed", output::BAD),
        styled(report.skipped, "skipped", output::DOUBT),
        report.time_ms
    )
}

fn covered(file: &FileCoverage) -> String {
    let ran = file.lines.iter().filter(|line| line.hits > 0).count();
    let all = file.lines.len();
    let percent = ran * 100 / all.max(1);
    let missed: Vec<String> = file
        .lines
        .iter()
        .filter(|line| line.hits == 0)
        .map(|line| line.line.to_string())
        .collect();
    let missed = if missed.is_empty() {
        String::new()
    } else {
        format!(", not line {}", missed.join(", "))
    };
    format!(
        "  {percent:>3} % of {}: {ran} of {}{missed}",
        file.file,
        output::count(all, "line")
    )
}

/// The report as `docs/schemas/test.json` says.
pub fn shape(report: &TestReport) -> Value {
    let cases: Vec<Value> = report
        .cases
        .iter()
        .map(|case| {
            json!({
                "action": case.action,
                "name": case.name,
                "ok": case.ok,
                "skipped": case.skipped,
                "message": case.message,
                "failures": case.failures.iter().map(|failure| json!({
                    "path": failure.path,
                    "message": failure.message,
                    "difference": failure.difference,
                    "line": (failure.line > 0).then_some(failure.line),
                })).collect::<Vec<_>>(),
                "notes": case.notes,
                "file": case.file,
                "line": case.line,
                "time_ms": case.time_ms,
            })
        })
        .collect();
    json!({
        "passed": report.passed,
        "failed": report.failed,
        "skipped": report.skipped,
        "cases": cases,
    })
}
