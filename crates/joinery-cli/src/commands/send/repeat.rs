//! Sending one request many times over one connection.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use joinery_app::Error;
use serde_json::{Value, json};

use super::{Arguments, Ready, report};
use crate::{Outcome, output};

/// Sends `times` times, one after the other, and prints how long they took.
pub async fn run(arguments: &Arguments, ready: &Ready, times: u32) -> Result<Outcome, Error> {
    // Drawn on stderr, and only where that is a terminal.
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {eta}").expect("a template of known keys");
    let bar = ProgressBar::new(times.into()).with_style(style);
    let mut took: Vec<f64> = Vec::with_capacity(times as usize);
    let mut failed = Vec::new();
    let mut last = None;
    let started = Instant::now();
    for number in 1..=times {
        let sent = Instant::now();
        let answered = ready.send().await?;
        took.push(milliseconds(sent.elapsed()));
        if report::outcome(&answered) == Outcome::Failed {
            failed.push((number, answered.assertions.clone()));
        }
        last = Some(answered);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let figures = Figures::of(took, milliseconds(started.elapsed()), failed.len());
    let answered = last.expect("it was sent at least once");
    if arguments.json {
        let body = answered.exchange.body.read().unwrap_or_default();
        let mut shape = report::shape(&answered, &body);
        shape["repeat"] = figures.shape();
        output::json(&shape)?;
    } else {
        // The first failure is enough: the others are mostly the same.
        if let Some((number, checked)) = failed.first() {
            output::note(&format!("send {number} of {times}:"));
            report::assertions(checked);
        }
        output::line(&figures.line())?;
    }
    Ok(if failed.is_empty() {
        Outcome::Done
    } else {
        Outcome::Failed
    })
}

/// How long the sends took, in milliseconds.
struct Figures {
    sorted: Vec<f64>,
    total: f64,
    failed: usize,
}

impl Figures {
    fn of(mut took: Vec<f64>, total: f64, failed: usize) -> Self {
        took.sort_by(f64::total_cmp);
        Self {
            sorted: took,
            total,
            failed,
        }
    }

    /// The time that so many of a hundred sends stayed within.
    fn percentile(&self, percent: usize) -> f64 {
        self.sorted[(self.sorted.len() - 1) * percent / 100]
    }

    fn shape(&self) -> Value {
        json!({
            "times": self.sorted.len(),
            "failed": self.failed,
            "time_ms": self.total,
            "min_ms": self.percentile(0),
            "median_ms": self.percentile(50),
            "p95_ms": self.percentile(95),
            "max_ms": self.percentile(100),
        })
    }

    fn line(&self) -> String {
        format!(
            "sent {} times in {:.1} ms, {} failed: min {:.2}, median {:.2}, p95 {:.2}, max {:.2} ms",
            self.sorted.len(),
            self.total,
            self.failed,
            self.percentile(0),
            self.percentile(50),
            self.percentile(95),
            self.percentile(100)
        )
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let figures = Figures::of((1..=100).rev().map(f64::from).collect(), 5050.0, 0);
        assert_eq!(
            (figures.percentile(0), figures.percentile(50), figures.percentile(95)),
            (1.0, 50.0, 95.0)
        );
        assert!(Figures::of(vec![3.0], 3.0, 0).percentile(95) > 2.9);
    }
}
