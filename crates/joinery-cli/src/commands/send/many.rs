//! Sending several requests one after the other, once or for each row of a file.

use std::{num::NonZeroU32, path::PathBuf};

use clap::Args;
use joinery_app::{
    Code, Error,
    requests::{self, RequestRow, RequestsReport, Row, RunPlan},
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{Arguments, Desk, Source};
use crate::{Outcome, output, stop};

/// How often, and how several are reported.
#[derive(Debug, Args)]
#[command(next_help_heading = "Many requests")]
pub struct Many {
    /// Send the request so many times over one connection, and print how long that took
    #[arg(long, value_name = "N")]
    pub repeat: Option<NonZeroU32>,
    /// With --repeat, so many at once
    #[arg(long, value_name = "P", requires = "repeat")]
    pub parallel: Option<NonZeroU32>,
    /// With --repeat, begin at most so many in a second
    #[arg(long, value_name = "R", value_parser = rate, requires = "repeat")]
    pub rate: Option<f64>,
    /// Stop at the first request that fails
    #[arg(long)]
    pub fail_fast: bool,
    /// Write how several requests went as `JUnit` XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

/// `5`, `5/s`, `0.5`.
fn rate(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix("/s").unwrap_or(text).parse::<f64>().ok();
    let rate = number.filter(|rate| rate.is_finite() && *rate > 0.001);
    rate.ok_or_else(|| "write how many in a second, such as 20 or 0.5".to_owned())
}

/// Sends them in order and prints a line for each as it is answered.
pub async fn run(arguments: &Arguments, sources: Vec<Source>, rows: Vec<Row>) -> Result<Outcome, Error> {
    let desk = Desk::open(arguments, &sources).await?;
    let name = sources[0].connector.manifest.id.clone();
    let mut answers = arguments.answers();
    for source in &sources {
        desk.ask(arguments, source, &mut answers)?;
    }
    let plan = RunPlan {
        requests: sources
            .into_iter()
            .map(|source| (source.path, source.request))
            .collect(),
        rows,
        variables: arguments.var.iter().cloned().collect(),
        answers,
        environment: arguments.env.clone(),
        any_file: arguments.any_file(),
        fail_fast: arguments.many.fail_fast,
        keep: false,
    };
    let json = arguments.shown.json;
    let tell = |row: &RequestRow, _| {
        if !json {
            // A reader that went away is told when the run is over.
            let _ = line(row);
        }
    };
    let cancel = CancellationToken::new();
    let mut work = std::pin::pin!(requests::run_each(
        &desk.studio,
        &desk.connector,
        &desk.connection,
        &plan,
        &cancel,
        &tell
    ));
    let report = tokio::select! {
        report = &mut work => report?,
        () = stop::asked() => {
            cancel.cancel();
            work.await?
        }
    };
    if let Some(file) = &arguments.many.junit {
        std::fs::write(file, requests::junit(&name, &report))
            .map_err(|error| Error::new(Code::Unavailable, format!("cannot write {}: {error}", file.display())))?;
    }
    if json {
        output::json(&shape(&report))?;
    } else {
        output::note(&summary(&report));
    }
    Ok(if report.failed == 0 && report.skipped == 0 {
        Outcome::Done
    } else {
        Outcome::Failed
    })
}

fn line(row: &RequestRow) -> Result<(), Error> {
    let (word, style) = if row.ok {
        ("ok   ", output::GOOD)
    } else {
        ("fails", output::BAD)
    };
    let number = row.row.map_or_else(String::new, |row| format!(" {row:>4}"));
    let status = row.status.map_or_else(|| "---".to_owned(), |status| status.to_string());
    let dim = output::DIM;
    output::line(&format!(
        "{style}{word}{style:#}{number} {status} {} {dim}{:.1} ms{dim:#}",
        output::printable(&row.request),
        row.time_ms
    ))?;
    for failure in &row.failures {
        output::line(&format!("      {}", output::printable(failure)))?;
    }
    Ok(())
}

fn summary(report: &RequestsReport) -> String {
    let left = if report.skipped == 0 {
        String::new()
    } else {
        format!(", {} not sent", report.skipped)
    };
    format!(
        "{} ok, {} failed{left}, {:.1} ms",
        report.passed, report.failed, report.time_ms
    )
}

/// A report as `docs/schemas/send-many.json` says.
fn shape(report: &RequestsReport) -> Value {
    let row = |row: &RequestRow| {
        json!({
            "row": row.row,
            "request": row.request,
            "name": row.name,
            "method": row.method,
            "url": row.url,
            "status": row.status,
            "time_ms": row.time_ms,
            "ok": row.ok,
            "failures": row.failures,
            "assertions": row.assertions,
            "captures": row.captures,
        })
    };
    json!({
        "passed": report.passed,
        "failed": report.failed,
        "skipped": report.skipped,
        "time_ms": report.time_ms,
        "rows": report.rows.iter().map(row).collect::<Vec<Value>>(),
    })
}
