//! Several requests one after the other: those of a folder, or given by name, once or once for each row of a data file.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use joinery_connector::{Connector, RequestTree, request::SavedRequest};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

use super::{
    Answered, AssertionResult, CaptureResult, Preparation,
    data::{Row, read_data},
    prepare,
    prepare::failures,
    send::{Sending, keep},
    view,
};
use crate::{
    connections::Resolved,
    connectors,
    error::{Code, Error},
    event::Event,
    fixtures,
    host::milliseconds,
    studio::{Studio, lock},
    writes::Permits,
};

/// The sends of one run that are kept in the history: a long run would push out everything else.
const KEPT: usize = 100;

/// Requests to send one after the other; those of the window.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct RunRequests {
    /// An id the caller chose; [`crate::runs::cancel`] takes it.
    pub id: String,
    /// The connector's folder.
    pub connector: String,
    /// Files and folders below `requests`, in order; those of a folder are sent by name.
    pub paths: Vec<String>,
    /// The connection's name.
    pub connection: Option<String>,
    /// The environment, where one is chosen.
    pub environment: Option<String>,
    /// Values that win over every other, those of a row excepted.
    pub variables: BTreeMap<String, String>,
    /// What a person answered to the requests' prompts, by their labels.
    pub answers: BTreeMap<String, String>,
    /// A file of rows: a whole path, or one below the workspace's `fixtures`.
    pub data: Option<String>,
    /// Whether to stop at the first request that fails.
    pub fail_fast: bool,
}

/// Requests to send one after the other.
#[derive(Debug, Clone, Default)]
pub struct RunPlan {
    /// The requests, each with its file in the connector, where it has one.
    pub requests: Vec<(Option<String>, SavedRequest)>,
    /// A round for each; none for a single round.
    pub rows: Vec<Row>,
    /// Values that win over every other, those of a row excepted.
    pub variables: BTreeMap<String, String>,
    /// What a person answered to the requests' prompts.
    pub answers: BTreeMap<String, String>,
    /// The environment.
    pub environment: Option<String>,
    /// Whether files they send may lie anywhere.
    pub any_file: bool,
    /// Whether to stop at the first request that fails.
    pub fail_fast: bool,
    /// Whether sends are kept in the workspace's history.
    pub keep: bool,
}

/// How one request of a run went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RequestRow {
    /// The row of the data file, from 1; `None` without one.
    pub row: Option<u32>,
    /// The request's file, or its URL where it has none.
    pub request: String,
    /// Its name.
    pub name: String,
    /// The method.
    pub method: String,
    /// The URL that answered, secrets masked; empty where none did.
    pub url: String,
    /// The status; `None` where there was no answer.
    pub status: Option<u16>,
    /// Milliseconds it took.
    pub time_ms: f64,
    /// Whether there was an answer, every assertion holds and every value to capture was there; where no assertion asks
    /// for the status, whether it is below 400.
    pub ok: bool,
    /// What is wrong, in order.
    pub failures: Vec<String>,
    /// The request's assertions, checked.
    pub assertions: Vec<AssertionResult>,
    /// What was captured for the requests that follow.
    pub captures: Vec<CaptureResult>,
    /// Its number in the history, where it is kept there.
    pub number: Option<i64>,
}

/// How the requests of a run went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RequestsReport {
    /// Each request that was sent, in order.
    pub rows: Vec<RequestRow>,
    /// How many are well.
    pub passed: u32,
    /// How many are not.
    pub failed: u32,
    /// How many were not sent, because one before failed or the run was stopped.
    pub skipped: u32,
    /// Milliseconds in all.
    pub time_ms: f64,
}

/// Sends the requests in order, captures flowing on from one to the next; each row begins with what was captured before
/// the run. `tell` hears of each, and how many there are. A request that cannot be sent is a row of the report; a write to
/// a live org is asked for once.
///
/// # Errors
/// [`Code::Usage`] where there is no request.
pub async fn run_each(
    studio: &Studio,
    connector: &Arc<Connector>,
    connection: &Resolved,
    plan: &RunPlan,
    cancel: &CancellationToken,
    tell: &(dyn Fn(&RequestRow, u32) + Sync),
) -> Result<RequestsReport, Error> {
    let begun = Instant::now();
    let rounds = plan.rows.len().max(1);
    let of = u32::try_from(plan.requests.len() * rounds).unwrap_or(u32::MAX);
    if plan.requests.is_empty() {
        return Err(Error::new(Code::Usage, "there is no request to send")
            .with_hint("Requests are files of `requests` in the connector, ending in .toml."));
    }
    let permits = Permits::default();
    let before = lock(&studio.captured).clone();
    let mut report = RequestsReport {
        rows: Vec::new(),
        passed: 0,
        failed: 0,
        skipped: of,
        time_ms: 0.0,
    };
    'rounds: for round in 0..rounds {
        // What one row captured must not stand in for what the next one did not.
        lock(&studio.captured).clone_from(&before);
        for (path, request) in &plan.requests {
            if cancel.is_cancelled() {
                break 'rounds;
            }
            let step = Step {
                studio,
                connector,
                connection,
                plan,
                sending: &Sending::new(&permits, cancel),
                kept: plan.keep && report.rows.len() < KEPT,
            };
            let mut row = step.send(path.as_deref(), request, plan.rows.get(round)).await;
            if cancel.is_cancelled() && row.status.is_none() {
                break 'rounds;
            }
            row.row = (!plan.rows.is_empty()).then(|| u32::try_from(round + 1).unwrap_or(u32::MAX));
            *if row.ok { &mut report.passed } else { &mut report.failed } += 1;
            report.skipped -= 1;
            tell(&row, of);
            let stop = plan.fail_fast && !row.ok;
            report.rows.push(row);
            if stop {
                break 'rounds;
            }
        }
    }
    report.time_ms = milliseconds(begun.elapsed());
    Ok(report)
}

/// One request of a run.
struct Step<'a> {
    studio: &'a Studio,
    connector: &'a Arc<Connector>,
    connection: &'a Resolved,
    plan: &'a RunPlan,
    sending: &'a Sending<'a>,
    kept: bool,
}

impl Step<'_> {
    async fn send(&self, path: Option<&str>, request: &SavedRequest, row: Option<&Row>) -> RequestRow {
        let begun = Instant::now();
        let outcome = self.answer(path, request, row).await;
        let mut told = RequestRow {
            row: None,
            request: path.unwrap_or(&request.url).to_owned(),
            name: request.name.clone(),
            method: request.method.clone(),
            url: String::new(),
            status: None,
            time_ms: milliseconds(begun.elapsed()),
            ok: false,
            failures: Vec::new(),
            assertions: Vec::new(),
            captures: Vec::new(),
            number: None,
        };
        match outcome {
            Err(error) => {
                let hint = error.hint.iter().map(String::as_str);
                let said: Vec<&str> = [error.message.as_str()].into_iter().chain(hint).collect();
                told.failures.push(said.join(". "));
            }
            Ok(answered) => {
                let response = &answered.exchange.response;
                told.failures = failures(&answered).into_iter().map(|(_, message)| message).collect();
                told.method.clone_from(&answered.exchange.request.method);
                told.url.clone_from(&response.url);
                told.status = Some(response.status);
                told.ok = told.failures.is_empty();
                if self.kept {
                    // A full disk is told by the next send of a person; the run goes on.
                    told.number = keep(
                        self.studio,
                        &self.connector.root,
                        path.map(str::to_owned),
                        &answered.exchange,
                    )
                    .ok();
                }
                told.assertions = answered.assertions;
                told.captures = answered.captures;
            }
        }
        told
    }

    async fn answer(&self, path: Option<&str>, request: &SavedRequest, row: Option<&Row>) -> Result<Answered, Error> {
        let mut variables = self.plan.variables.clone();
        variables.extend(row.cloned().unwrap_or_default());
        let given = Preparation {
            path: path.map(str::to_owned),
            request: request.clone(),
            variables,
            answers: self.plan.answers.clone(),
            environment: self.plan.environment.clone(),
            any_file: self.plan.any_file,
        };
        let prepared = prepare(self.studio, self.connector, self.connection.clone(), given)?;
        let ready = prepared.ready()?;
        Ok(prepared.send_as(self.studio, ready, self.sending).await?)
    }
}

/// The requests of a folder below `requests`, and of those in it, in the order that folders say.
pub fn in_folder(connector: &Connector, folder: &str) -> Vec<String> {
    let tree = connector.request_tree();
    tree.folder(folder.trim_end_matches('/'))
        .map(RequestTree::requests)
        .unwrap_or_default()
}

/// Sends requests of the window's workspace; each comes as [`Event::RowSent`].
///
/// # Errors
/// [`Code::Usage`] for what does not exist, [`Code::Invalid`] for a file that cannot be read.
pub async fn run_requests(studio: &Studio, run: RunRequests) -> Result<RequestsReport, Error> {
    let connector = connectors::in_workspace(studio, &run.connector)?;
    let connection = view::connection(studio, &connector, run.connection.as_deref())?;
    let mut requests = Vec::new();
    for path in &run.paths {
        let paths = if connector.files.contains_key(path) {
            vec![path.clone()]
        } else {
            in_folder(&connector, path)
        };
        if paths.is_empty() {
            return Err(Error::new(Code::Usage, format!("there is no request in `{path}`")));
        }
        for path in paths {
            let text = connector.text(&path)?;
            let (request, _) = SavedRequest::parse(&text, &path)?;
            requests.push((Some(path), request));
        }
    }
    let rows = match &run.data {
        None => Vec::new(),
        Some(file) if Path::new(file).is_absolute() => read_data(file.as_ref())?,
        Some(file) => read_data(&fixtures::find(&connector.root, file)?)?,
    };
    let plan = RunPlan {
        requests,
        rows,
        variables: run.variables,
        answers: run.answers,
        environment: run.environment,
        any_file: false,
        fail_fast: run.fail_fast,
        keep: true,
    };
    let (stop, _ended) = studio.running.begin(&run.id);
    let tell = |row: &RequestRow, of: u32| {
        studio.tell(Event::RowSent {
            id: run.id.clone(),
            row: row.clone(),
            of,
        });
    };
    run_each(studio, &connector, &connection, &plan, &stop.request, &tell).await
}

/// Writes the report as `JUnit` XML into a file.
///
/// # Errors
/// [`Code::Unavailable`] when it cannot be written.
pub fn save_junit(path: &Path, name: &str, report: &RequestsReport) -> Result<(), Error> {
    Ok(joinery_connector::file::write(path, junit(name, report).as_bytes())?)
}

/// The report as `JUnit` XML: a suite for each row of data, or one for all.
///
/// # Panics
/// Never: characters that XML cannot hold are left out.
pub fn junit(name: &str, report: &RequestsReport) -> String {
    let mut whole = Report::new(name);
    whole.set_time(duration(report.time_ms));
    for rows in report.rows.chunk_by(|one, next| one.row == next.row) {
        let suite = match rows[0].row {
            Some(row) => format!("{name}, row {row}"),
            None => name.to_owned(),
        };
        let mut suite = TestSuite::new(suite);
        suite.add_test_cases(rows.iter().map(test_case));
        whole.add_test_suite(suite);
    }
    whole.to_string().expect("text with no control characters is XML")
}

fn test_case(row: &RequestRow) -> TestCase {
    let mut status = if row.ok {
        TestCaseStatus::success()
    } else {
        TestCaseStatus::non_success(NonSuccessKind::Failure)
    };
    if let Some(first) = row.failures.first() {
        status.set_message(first.as_str());
        status.set_description(row.failures.join("\n"));
    }
    let name = if row.name.is_empty() { &row.request } else { &row.name };
    let mut case = TestCase::new(name, status);
    case.set_classname(&row.request).set_time(duration(row.time_ms));
    case
}

fn duration(amount: f64) -> Duration {
    Duration::try_from_secs_f64(amount / 1000.0).unwrap_or_default()
}
