//! One case, from its cassette or its org to a report.

use std::{path::Path, sync::Arc, time::Instant};

use joinery_connector::{
    Connector,
    cassette::Cassette,
    test_file::{CaseEntry, file_name, hide},
};
use joinery_script::{ConsoleLine, Coverage};
use serde_json::Value;

use super::{CaseFailure, CaseReport, Mode, Task, TestOptions, delivered, difference, judge, recording};
use crate::{
    bodies::{DiffLine, diff},
    connections::Resolved,
    error::Error,
    host::milliseconds,
    runs::{self, Performance, Performed},
    studio::Studio,
    triggers::{self, Entry},
};

/// What became of a case so far.
#[derive(Default)]
struct Found {
    failures: Vec<CaseFailure>,
    notes: Vec<String>,
    skipped: Option<String>,
    coverage: Option<Coverage>,
    difference: Vec<DiffLine>,
    console: Vec<ConsoleLine>,
}

impl Found {
    /// What a run shows, not judged yet.
    fn of(connector: &Connector, task: &Task, performed: &Performed) -> Self {
        Self {
            coverage: performed.outcome.coverage.clone(),
            difference: difference::tree(connector, &task.case, &performed.outcome.result),
            console: performed.console.clone(),
            ..Self::default()
        }
    }
}

/// Runs one case.
pub(super) async fn run(
    studio: &Studio,
    connector: &Arc<Connector>,
    options: &TestOptions,
    org: Option<&Resolved>,
    task: &Task,
) -> Result<(CaseReport, Option<Coverage>), Error> {
    let started = Instant::now();
    let by_hand = task.case.by_hand.as_ref().filter(|_| options.mode != Mode::Replay);
    let found = match task.case.skip.as_ref().or(by_hand) {
        Some(reason) => Found {
            skipped: Some(reason.clone()),
            ..Found::default()
        },
        None => judged(studio, connector, options, org, task).await?,
    };
    let coverage = found.coverage;
    let report = CaseReport {
        action: task.script.clone(),
        name: task.case.name.clone(),
        ok: found.failures.is_empty(),
        skipped: found.skipped.is_some(),
        message: found.skipped.or_else(|| message(&found.failures)),
        failures: found.failures,
        notes: found.notes,
        difference: found.difference,
        console: found.console,
        file: task.file.clone(),
        line: task.case.line,
        time_ms: milliseconds(started.elapsed()),
    };
    Ok((report, coverage))
}

fn message(failures: &[CaseFailure]) -> Option<String> {
    let first = failures.first()?;
    Some(match first.path.as_str() {
        "" => first.message.clone(),
        path => format!("{path}: {}", first.message),
    })
}

async fn judged(
    studio: &Studio,
    connector: &Arc<Connector>,
    options: &TestOptions,
    org: Option<&Resolved>,
    task: &Task,
) -> Result<Found, Error> {
    if task.case.is_closed() {
        let performance = || recording::closed(studio, connector, &task.script_file, &task.case);
        return alone(studio, connector, options, task, performance).await;
    }
    match (&task.case.cassette, options.mode, org) {
        (Some(name), Mode::Record, Some(org)) => record(studio, connector, options, org, task, name).await,
        (Some(name), Mode::Replay | Mode::Record, _) => {
            let path = Cassette::path(&task.script, name);
            if !connector.files.contains_key(&path) {
                return Ok(failed(format!(
                    "the cassette {path} is not recorded yet: record it with `joinery test --record`"
                )));
            }
            match Cassette::parse(&connector.text(&path)?, &path) {
                Ok(cassette) => replay(studio, connector, options, task, &cassette).await,
                Err(problem) => Err(problem.into()),
            }
        }
        (_, _, Some(org)) => live(studio, connector, options, org, task).await,
        (_, _, None) => unrecorded(studio, connector, options, task).await,
    }
}

/// Runs on the org, keeps the cassette, and replays it: what counts is what everyone will see from now on.
async fn record(
    studio: &Studio,
    connector: &Arc<Connector>,
    options: &TestOptions,
    org: &Resolved,
    task: &Task,
    name: &str,
) -> Result<Found, Error> {
    let performance = Performance::new(Arc::clone(connector), &task.script_file, org.clone());
    let performed = perform(studio, performance, task, options).await?;
    let failures = judge::result(connector, &task.case, &performed.outcome.result);
    if !failures.is_empty() {
        // A cassette of what should not be would only hide it.
        return Ok(Found {
            failures,
            notes: vec!["not recorded: the cassette is as it was".to_owned()],
            ..Found::of(connector, task, &performed)
        });
    }
    let take = recording::Take::of(org, &performed);
    let cassette = match recording::cassette(connector, &take, task.case.texts()) {
        Ok(cassette) => cassette,
        Err(error) => return Ok(failed(format!("not recorded: {}", error.message))),
    };
    let path = Cassette::path(&task.script, name);
    joinery_connector::file::write(&connector.root.join(&path), cassette.render().as_bytes())?;
    let options = TestOptions {
        accept: true,
        ..options.clone()
    };
    let mut found = replay(studio, connector, &options, task, &cassette).await?;
    let calls = cassette.exchanges.len();
    found.notes.insert(
        0,
        format!("recorded {calls} call{} into {path}", if calls == 1 { "" } else { "s" }),
    );
    if found
        .failures
        .iter()
        .any(|failure| failure.message.contains("was not recorded"))
    {
        found.notes.push(
            "what is masked decides what this script does: `keep` in [tests] of connector.toml leaves a member alone"
                .to_owned(),
        );
    }
    Ok(found)
}

async fn replay(
    studio: &Studio,
    connector: &Arc<Connector>,
    options: &TestOptions,
    task: &Task,
    cassette: &Cassette,
) -> Result<Found, Error> {
    let performance = recording::replay(studio, connector, &task.script_file, cassette);
    let client = performance.client.clone();
    let performed = perform(studio, performance, task, options).await?;
    let mut found = Found::of(connector, task, &performed);
    let recording = client.as_ref().and_then(joinery_http::Client::recording);
    found.failures = recording
        .map(|recording| judge::misses(&recording.misses()))
        .unwrap_or_default();
    // A call that was not answered explains whatever else is wrong.
    if found.failures.is_empty() {
        found.failures = judge::result(connector, &task.case, &performed.outcome.result);
        let unused = recording.and_then(|recording| judge::unused(&recording.unused()));
        found.failures.extend(unused);
        snapshot(connector, options, task, &performed, &mut found)?;
    }
    if let Some(days) = recording::stale_days(connector, cassette) {
        found.notes.push(format!(
            "the cassette is {days} days old: record it again with `joinery test --record`"
        ));
    }
    Ok(found)
}

async fn live(
    studio: &Studio,
    connector: &Arc<Connector>,
    options: &TestOptions,
    org: &Resolved,
    task: &Task,
) -> Result<Found, Error> {
    let performance = Performance::new(Arc::clone(connector), &task.script_file, org.clone());
    let performed = perform(studio, performance, task, options).await?;
    let mut found = Found {
        failures: judge::result(connector, &task.case, &performed.outcome.result),
        ..Found::of(connector, task, &performed)
    };
    // The snapshot of a recorded case holds what the cassette holds, not what the org does today.
    if task.case.cassette.is_none() {
        snapshot(connector, options, task, &performed, &mut found)?;
    }
    Ok(found)
}

/// A case that has no cassette, where no org is named: one that makes no call needs neither.
async fn unrecorded(
    studio: &Studio,
    connector: &Arc<Connector>,
    options: &TestOptions,
    task: &Task,
) -> Result<Found, Error> {
    let silent = recording::silent(connector);
    let performance = || recording::replay(studio, connector, &task.script_file, &silent);
    alone(studio, connector, options, task, performance).await
}

/// A case that may call nobody.
async fn alone(
    studio: &Studio,
    connector: &Arc<Connector>,
    options: &TestOptions,
    task: &Task,
    performance: impl Fn() -> Performance,
) -> Result<Found, Error> {
    let (performed, client) = if let Some(CaseEntry::Delivery(delivery)) = &task.case.entry {
        let ready = || prepared(performance(), task, options);
        (delivered::perform(studio, ready, delivery).await?, None)
    } else {
        let performance = performance();
        let client = performance.client.clone();
        (perform(studio, performance, task, options).await?, client)
    };
    let calls = client.as_ref().and_then(joinery_http::Client::recording);
    if calls.is_some_and(|recording| !recording.misses().is_empty()) {
        return Ok(Found {
            skipped: Some("it has no cassette and calls an org: name one with --connection".to_owned()),
            ..Found::default()
        });
    }
    let mut found = Found {
        failures: judge::result(connector, &task.case, &performed.outcome.result),
        ..Found::of(connector, task, &performed)
    };
    snapshot(connector, options, task, &performed, &mut found)?;
    Ok(found)
}

async fn perform(
    studio: &Studio,
    performance: Performance,
    task: &Task,
    options: &TestOptions,
) -> Result<Performed, Error> {
    let performance = prepared(performance, task, options);
    let entry = match task.case.entry.clone() {
        Some(CaseEntry::Subscribe { url }) => Some(Entry::Subscribe { url }),
        Some(CaseEntry::Refresh { subscription }) => Some(Entry::Refresh { subscription }),
        Some(CaseEntry::Unsubscribe { subscription }) => Some(Entry::Unsubscribe { subscription }),
        Some(CaseEntry::Delivery(_)) | None => None,
    };
    let stop = performance.stopper();
    let mut performing = Box::pin(async {
        match entry {
            Some(entry) => triggers::enter(studio, performance, entry).await,
            None => runs::perform(studio, performance).await,
        }
    });
    tokio::select! {
        performed = &mut performing => performed,
        () = options.stop.cancelled() => {
            stop();
            performing.await
        }
    }
}

fn prepared(mut performance: Performance, task: &Task, options: &TestOptions) -> Performance {
    performance.coverage = options.coverage;
    performance.input = task.case.input.clone();
    performance.config = task.case.config.clone();
    performance.cursor = task.case.cursor.clone();
    performance
}

/// Compares the output with the accepted one, or accepts it.
fn snapshot(
    connector: &Connector,
    options: &TestOptions,
    task: &Task,
    performed: &Performed,
    found: &mut Found,
) -> Result<(), Error> {
    let Ok(output) = &performed.outcome.result else {
        return Ok(());
    };
    if !task.case.snapshot {
        return Ok(());
    }
    let path = snapshot_path(&task.script, &task.case.name);
    let output = hide(output, task.case.ignored());
    let failure = match accepted(connector, &path)? {
        Some(accepted) => {
            let failure = judge::snapshot(&accepted, &output);
            if failure.is_some() && found.difference.is_empty() {
                found.difference = diff(&accepted, &output).lines;
            }
            failure
        }
        None => Some(judge::plain(
            "no output is accepted yet: look at it, then run `joinery test --accept`".to_owned(),
        )),
    };
    match failure {
        Some(_) if options.accept && found.failures.is_empty() => {
            accept(&connector.root, &path, &output)?;
            found.difference.clear();
            found.notes.push(format!("accepted {path}"));
        }
        failure => found.failures.extend(failure),
    }
    Ok(())
}

fn accepted(connector: &Connector, path: &str) -> Result<Option<Value>, Error> {
    // Read from disk where it lies there: it may have been accepted a moment ago.
    let text = match connector.files.get(path) {
        Some(_) => connector.text(path)?.to_string(),
        None => match std::fs::read_to_string(connector.root.join(path)) {
            Ok(text) => text,
            Err(_) => return Ok(None),
        },
    };
    // A snapshot that is no JSON is none: accepting writes it anew.
    Ok(serde_json::from_str(&text).ok())
}

/// Where the accepted output of a case lies.
pub(super) fn snapshot_path(script: &str, case: &str) -> String {
    Cassette::snapshot_path(script, &file_name(case))
}

/// Keeps an output as the accepted one.
pub(super) fn accept(root: &Path, path: &str, output: &Value) -> Result<(), Error> {
    Ok(joinery_connector::file::write(
        &root.join(path),
        format!("{output:#}\n").as_bytes(),
    )?)
}

fn failed(message: String) -> Found {
    Found {
        failures: vec![judge::plain(message)],
        ..Found::default()
    }
}
