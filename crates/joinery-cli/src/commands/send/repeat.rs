//! Sending one request many times, and the figures of that.

use indicatif::{ProgressBar, ProgressStyle};
use joinery_app::{
    Error,
    requests::{self, Load, LoadPlan},
};
use tokio_util::sync::CancellationToken;

use super::{Arguments, Ready, report};
use crate::{Outcome, output, stop};

/// Sends `times` times and prints how long they took. Ctrl C ends the run with the figures so far.
pub async fn run(arguments: &Arguments, ready: &Ready, times: u32) -> Result<Outcome, Error> {
    let plan = LoadPlan {
        times,
        parallel: arguments.many.parallel.map_or(1, u32::from),
        rate: arguments.many.rate,
    };
    // Drawn on stderr, and only where that is a terminal.
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {eta}").expect("a template of known keys");
    let bar = ProgressBar::new(times.into()).with_style(style);
    let cancel = CancellationToken::new();
    let tell = |load: &Load| bar.set_position(load.times.into());
    let mut work = std::pin::pin!(requests::load(
        &ready.desk.studio,
        &ready.prepared,
        plan,
        &cancel,
        &tell
    ));
    let done = tokio::select! {
        done = &mut work => done,
        () = stop::asked() => {
            cancel.cancel();
            work.await
        }
    };
    bar.finish_and_clear();
    let (load, last) = done?;
    let figures = serde_json::to_value(&load).expect("figures are plain values");
    if let (true, Some(last)) = (arguments.shown.json, &last) {
        let body = last.exchange.body.read().unwrap_or_default();
        let mut shape = report::shape(last, &body);
        shape["repeat"] = figures;
        output::json(&shape)?;
    } else {
        show(&load)?;
    }
    Ok(if load.failed == 0 && load.times == load.of {
        Outcome::Done
    } else {
        Outcome::Failed
    })
}

fn show(load: &Load) -> Result<(), Error> {
    let statuses = load.statuses.iter();
    let statuses: Vec<String> = statuses
        .map(|status| format!("{} x {}", status.count, status.status))
        .collect();
    output::line(&format!(
        "sent {} times in {:.1} ms ({:.1} a second), {} failed; {}",
        load.times,
        load.time_ms,
        load.per_second,
        load.failed,
        statuses.join(", ")
    ))?;
    output::line(&format!(
        "min {:.2}, median {:.2}, p90 {:.2}, p95 {:.2}, p99 {:.2}, max {:.2} ms",
        load.min_ms, load.median_ms, load.p90_ms, load.p95_ms, load.p99_ms, load.max_ms
    ))?;
    for error in &load.errors {
        let bad = output::BAD;
        output::note(&format!(
            "{bad}{} x {}{bad:#} {}",
            error.count,
            error.kind,
            output::printable(&error.example)
        ));
    }
    Ok(())
}
