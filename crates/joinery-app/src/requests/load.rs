//! One request many times, several at once: a small load run, and its figures.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

use super::{
    Answered, Prepared, SendRequest,
    prepare::failures,
    send::{Failure, Sending, prepared},
};
use crate::{
    error::{Code, Error},
    event::Event,
    host::milliseconds,
    studio::Studio,
    writes::Permits,
};

/// The most sends of one run.
const MOST: u32 = 1_000_000;

/// The most that are under way at once.
const MOST_PARALLEL: u32 = 500;

/// How often figures are told while a run goes on.
const TELL: Duration = Duration::from_millis(200);

/// How often a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LoadPlan {
    /// How many times in all.
    pub times: u32,
    /// How many at once.
    pub parallel: u32,
    /// The most that are begun in a second, where there is a limit.
    pub rate: Option<f64>,
}

/// A load run of a request as it stands in the tester; its id is the request's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LoadRequest {
    /// The request.
    pub send: SendRequest,
    /// How often.
    pub plan: LoadPlan,
}

/// The figures of a load run. Times are those of whole sends, signing in, redirects and retries included, of every send
/// that was answered.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Load {
    /// How many sends have ended.
    pub times: u32,
    /// How many there are to be.
    pub of: u32,
    /// How many got no answer, one that an assertion refuses, or a status from 400 on that none asked for.
    pub failed: u32,
    /// Milliseconds since the first began.
    pub time_ms: f64,
    /// Sends ended in a second.
    pub per_second: f64,
    /// The shortest.
    pub min_ms: f64,
    /// What half of them stayed within.
    pub median_ms: f64,
    /// What 90 of a hundred stayed within.
    pub p90_ms: f64,
    /// What 95 of a hundred stayed within.
    pub p95_ms: f64,
    /// What 99 of a hundred stayed within.
    pub p99_ms: f64,
    /// The longest.
    pub max_ms: f64,
    /// How often each status came, in order.
    pub statuses: Vec<StatusCount>,
    /// What went wrong, the most frequent first.
    pub errors: Vec<LoadError>,
}

/// How often a status came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StatusCount {
    /// The status.
    pub status: u16,
    /// How often.
    pub count: u32,
}

/// A kind of failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LoadError {
    /// What kind: `timeout`, `refused`, `status 500`, `assert $.id`.
    pub kind: String,
    /// How often.
    pub count: u32,
    /// What the first of them said.
    pub example: String,
}

/// What is counted as sends end.
#[derive(Default)]
struct Tally {
    took: Vec<f64>,
    ended: u32,
    failed: u32,
    statuses: BTreeMap<u16, u32>,
    errors: BTreeMap<String, (u32, String)>,
}

/// Sends `prepared` as `plan` says. What was answered last comes back beside the figures. Cancelling ends the run with the
/// figures so far. A write to a live org is asked for once.
///
/// # Errors
/// [`Code::Usage`] for a plan that cannot be followed. Where nothing was ever answered, why.
pub async fn load(
    studio: &Studio,
    prepared: &Prepared,
    plan: LoadPlan,
    cancel: &CancellationToken,
    tell: &(dyn Fn(&Load) + Sync),
) -> Result<(Load, Option<Answered>), Error> {
    check(plan)?;
    let permits = Permits::default();
    let sending = Sending::new(&permits, cancel);
    let begun = Instant::now();
    let mut sends = stream::iter(0..plan.times)
        .map(|number| async move {
            if let Some(rate) = plan.rate {
                let due = begun + Duration::from_secs_f64(f64::from(number) / rate);
                tokio::select! {
                    () = tokio::time::sleep_until(due.into()) => {}
                    () = cancel.cancelled() => {}
                }
            }
            let sent = Instant::now();
            let outcome = match prepared.ready() {
                Ok(ready) => prepared.send_as(studio, ready, &sending).await,
                Err(error) => Err(Failure::Unready(error)),
            };
            (milliseconds(sent.elapsed()), outcome)
        })
        .buffer_unordered(plan.parallel as usize);
    let mut tally = Tally::default();
    let (mut last, mut first_failure) = (None, None);
    let mut due = begun + TELL;
    while let Some((took, outcome)) = sends.next().await {
        if cancel.is_cancelled() {
            break;
        }
        match outcome {
            Ok(answered) => {
                tally.answered(took, &answered);
                last = Some(answered);
            }
            // Nothing of this plan would be sent: a write that was refused, a variable without a value.
            Err(failure @ (Failure::Refused(_) | Failure::Unready(_))) if tally.took.is_empty() => {
                return Err(failure.into());
            }
            Err(failure) => {
                let kind = failure.kind();
                let error = Error::from(failure);
                tally.fail(kind, &error.message);
                first_failure.get_or_insert(error);
            }
        }
        let now = Instant::now();
        if now >= due {
            tell(&tally.figures(plan.times, begun));
            // Sorting a million times takes a while: most of the time is left for sending.
            due = Instant::now() + TELL.max(20 * now.elapsed());
        }
    }
    if let (0, Some(error)) = (tally.took.len(), first_failure) {
        return Err(error);
    }
    let load = tally.figures(plan.times, begun);
    tell(&load);
    Ok((load, last))
}

fn check(plan: LoadPlan) -> Result<(), Error> {
    let wrong = |message: String| Err(Error::new(Code::Usage, message));
    if plan.times == 0 || plan.times > MOST {
        return wrong(format!("a request is sent from 1 to {MOST} times, not {}", plan.times));
    }
    if plan.parallel == 0 || plan.parallel > MOST_PARALLEL {
        return wrong(format!(
            "from 1 to {MOST_PARALLEL} are sent at once, not {}",
            plan.parallel
        ));
    }
    match plan.rate {
        Some(rate) if !(rate.is_finite() && rate > 0.001) => {
            wrong(format!("{rate} is no rate: sends in a second, above 0.001"))
        }
        _ => Ok(()),
    }
}

/// A load run of a request as it stands in the tester; its figures come as [`Event::LoadProgress`].
///
/// # Errors
/// As [`load`] and [`send`](super::send).
pub async fn load_request(studio: &Studio, run: LoadRequest) -> Result<Load, Error> {
    let id = run.send.id.clone();
    let prepared = prepared(studio, run.send)?;
    let (stop, _ended) = studio.running.begin(&id);
    let tell = |load: &Load| {
        studio.tell(Event::LoadProgress {
            id: id.clone(),
            load: load.clone(),
        });
    };
    let (load, _) = load(studio, &prepared, run.plan, &stop.request, &tell).await?;
    Ok(load)
}

impl Tally {
    fn answered(&mut self, took: f64, answered: &Answered) {
        self.took.push(took);
        *self.statuses.entry(answered.exchange.response.status).or_default() += 1;
        match failures(answered).first() {
            Some((kind, message)) => self.fail(kind, message),
            None => self.ended += 1,
        }
    }

    fn fail(&mut self, kind: &str, message: &str) {
        self.ended += 1;
        self.failed += 1;
        let (count, _) = self
            .errors
            .entry(kind.to_owned())
            .or_insert_with(|| (0, message.to_owned()));
        *count += 1;
    }

    fn figures(&self, of: u32, begun: Instant) -> Load {
        let mut sorted = self.took.clone();
        sorted.sort_by(f64::total_cmp);
        let time_ms = milliseconds(begun.elapsed());
        let mut errors: Vec<LoadError> = self
            .errors
            .iter()
            .map(|(kind, (count, example))| LoadError {
                kind: kind.clone(),
                count: *count,
                example: example.clone(),
            })
            .collect();
        errors.sort_by_key(|error| std::cmp::Reverse(error.count));
        let statuses = self.statuses.iter();
        Load {
            times: self.ended,
            of,
            failed: self.failed,
            time_ms,
            per_second: f64::from(self.ended) * 1000.0 / time_ms.max(0.001),
            min_ms: percentile(&sorted, 0),
            median_ms: percentile(&sorted, 50),
            p90_ms: percentile(&sorted, 90),
            p95_ms: percentile(&sorted, 95),
            p99_ms: percentile(&sorted, 99),
            max_ms: percentile(&sorted, 100),
            statuses: statuses
                .map(|(status, count)| StatusCount {
                    status: *status,
                    count: *count,
                })
                .collect(),
            errors,
        }
    }
}

/// The nearest rank: a time that was measured, within which so many of a hundred stayed.
fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        let found = [0, 50, 90, 95, 99, 100].map(|percent| percentile(&hundred, percent) as u32);
        assert_eq!(found, [1, 50, 90, 95, 99, 100]);
        let three = [1.0, 2.0, 10.0];
        let found = [0, 50, 90, 99].map(|percent| percentile(&three, percent) as u32);
        assert_eq!(found, [1, 2, 10, 10]);
        assert!(percentile(&[], 99).abs() < f64::EPSILON);
    }
}
