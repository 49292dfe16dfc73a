//! One case, from its cassette or its org to a report.

use std::{path::Path, sync::Arc, time::Instant};

use joinery_connector::{
    Connector,
    cassette::Cassette,
    test_file::{CaseEntry, file_name, hide},
};
use joinery_http::{Client, Recording};
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
    versions,
};

/// What became of a case so far.
#[derive(Default)]
pub(super) struct Found {
    pub(super) failures: Vec<CaseFailure>,
    notes: Vec<String>,
    pub(super) skipped: Option<String>,
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
    match (&task.case.cassette, options.mode, org) {
        (Some(name), Mode::Record, Some(org)) if !task.case.is_closed() => {
            record(studio, connector, options, org, task, name).await
        }
        _ => match Source::of(connector, options.mode, org, task)? {
            Some(source) => run_from(studio, connector, options, task, &source).await,
            None => Ok(failed(unrecorded(task))),
        },
    }
}

/// What is wrong with a case whose cassette is not there.
pub(super) fn unrecorded(task: &Task) -> String {
    let name = task.case.cassette.as_deref().unwrap_or_default();
    let path = Cassette::path(&task.script, name);
    format!("the cassette {path} is not recorded yet: record it with `joinery test --record`")
}

/// Who answers a case.
pub(super) enum Source {
    /// Its cassette.
    Cassette(Box<Cassette>),
    /// The org.
    Org(Box<Resolved>),
    /// Nobody: it has secrets and a time of its own, and what is delivered to it.
    Closed,
    /// Nobody. Whether that is enough shows when it runs.
    Nobody,
}

impl Source {
    /// Who answers that case; `None` where its cassette is not there.
    pub(super) fn of(
        connector: &Connector,
        mode: Mode,
        org: Option<&Resolved>,
        task: &Task,
    ) -> Result<Option<Self>, Error> {
        if task.case.is_closed() {
            return Ok(Some(Self::Closed));
        }
        if let (Some(name), Mode::Replay | Mode::Record) = (&task.case.cassette, mode) {
            let path = Cassette::path(&task.script, name);
            if !connector.files.contains_key(&path) {
                return Ok(None);
            }
            let cassette = Cassette::parse(&connector.text(&path)?, &path)?;
            return Ok(Some(Self::Cassette(Box::new(cassette))));
        }
        Ok(Some(org.map_or(Self::Nobody, |org| Self::Org(Box::new(org.clone())))))
    }

    /// The run of a case that is answered so.
    pub(super) fn performance(&self, studio: &Studio, connector: &Arc<Connector>, task: &Task) -> Performance {
        let file = &task.script_file;
        let performance = match self {
            Self::Cassette(cassette) => recording::replay(studio, connector, file, cassette),
            Self::Org(org) => Performance::new(Arc::clone(connector), file, (**org).clone()),
            Self::Closed => recording::closed(studio, connector, file, &task.case),
            Self::Nobody => recording::replay(studio, connector, file, &recording::silent(connector)),
        };
        Performance {
            input: task.case.input.clone(),
            config: task.case.config.clone(),
            cursor: task.case.cursor.clone(),
            ..performance
        }
    }

    /// Holds what came of the run against what the case expects. `client` is what the run called with.
    pub(super) fn judge(
        &self,
        connector: &Connector,
        options: &TestOptions,
        task: &Task,
        client: Option<&Client>,
        performed: &Performed,
    ) -> Result<Found, Error> {
        let mut found = Found::of(connector, task, performed);
        let recording = client.and_then(Client::recording);
        let misses = recording.map(Recording::misses).unwrap_or_default();
        if matches!(self, Self::Closed | Self::Nobody) && !misses.is_empty() {
            return Ok(Found {
                skipped: Some("it has no cassette and calls an org: name one with --connection".to_owned()),
                ..Found::default()
            });
        }
        found.failures = judge::misses(&misses);
        // A call that was not answered explains whatever else is wrong.
        if found.failures.is_empty() {
            found.failures = judge::result(connector, &task.case, &performed.outcome.result);
            let unused = recording.and_then(|recording| judge::unused(&recording.unused()));
            found.failures.extend(unused);
            // The snapshot of a recorded case holds what the cassette holds, not what the org does today.
            let is_live = matches!(self, Self::Org(_));
            if !is_live || task.case.cassette.is_none() {
                snapshot(connector, options, task, performed, &mut found)?;
            }
        }
        if let Self::Cassette(cassette) = self
            && let Some(days) = recording::stale_days(connector, cassette)
        {
            found.notes.push(format!(
                "the cassette is {days} days old: record it again with `joinery test --record`"
            ));
        }
        Ok(found)
    }
}

async fn run_from(
    studio: &Studio,
    connector: &Arc<Connector>,
    options: &TestOptions,
    task: &Task,
    source: &Source,
) -> Result<Found, Error> {
    let (performed, client) = performed(studio, connector, options, task, source).await?;
    source.judge(connector, options, task, client.as_ref(), &performed)
}

/// What comes of the script, and what it called with.
async fn performed(
    studio: &Studio,
    connector: &Arc<Connector>,
    options: &TestOptions,
    task: &Task,
    source: &Source,
) -> Result<(Performed, Option<Client>), Error> {
    let again = || {
        let mut performance = source.performance(studio, connector, task);
        performance.coverage = options.coverage;
        performance
    };
    let performance = again();
    let client = performance.client.clone();
    let stop = performance.stopper();
    let mut performing = Box::pin(perform(studio, performance, again, task));
    let performed = tokio::select! {
        performed = &mut performing => performed,
        () = options.stop.cancelled() => {
            stop();
            performing.await
        }
    };
    Ok((performed?, client))
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
    let source = Source::Org(Box::new(org.clone()));
    let (performed, _) = performed(studio, connector, options, task, &source).await?;
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
    versions::write(studio, &connector.root.join(&path), &cassette.render())?;
    let options = TestOptions {
        accept: true,
        ..options.clone()
    };
    let calls = cassette.exchanges.len();
    let source = Source::Cassette(Box::new(cassette));
    let mut found = run_from(studio, connector, &options, task, &source).await?;
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

/// Runs the script of a case. `again` makes the same run anew: what is delivered takes a second one, for the dedupe keys.
pub(super) async fn perform(
    studio: &Studio,
    performance: Performance,
    again: impl Fn() -> Performance,
    task: &Task,
) -> Result<Performed, Error> {
    let entry = match task.case.entry.clone() {
        None => return runs::perform(studio, performance).await,
        Some(CaseEntry::Delivery(delivery)) => return delivered::perform(studio, performance, again, &delivery).await,
        Some(CaseEntry::Subscribe { url }) => Entry::Subscribe { url },
        Some(CaseEntry::Refresh { subscription }) => Entry::Refresh { subscription },
        Some(CaseEntry::Unsubscribe { subscription }) => Entry::Unsubscribe { subscription },
    };
    triggers::enter(studio, performance, entry).await
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
