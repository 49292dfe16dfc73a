//! The connector's own `fn test(connection)`, its answer said in plain words.

use std::{sync::Arc, time::Instant};

use joinery_connector::http::RateLimit;
use joinery_script::{ConsoleLine, Function, Limits, Run};
use serde_json::Value;

use super::{
    answer::Answer,
    diagnose::{self, Cause, Diagnosis},
    steps::{Probe, login, path_of},
};
use crate::{
    error::Error,
    host::{RunHost, milliseconds},
    runs::{Stop, advice, run_script},
};

/// What the connector's own test found.
pub(super) struct Tried {
    pub wrong: Option<Diagnosis>,
    /// Whoever it says is signed in.
    pub signed_in_as: Option<String>,
    pub status: Option<u16>,
    pub rate_limit: Option<RateLimit>,
    pub time_ms: f64,
    pub console: Vec<ConsoleLine>,
}

/// Runs it. What its last call was refused with is judged as any other answer; another failure is told in its own words.
pub(super) async fn run(probe: &Probe<'_>) -> Result<Tried, Error> {
    let resolved = &probe.resolved;
    let run = Run {
        connector: Arc::clone(probe.connector),
        file: "connection.rhai".to_owned(),
        function: Function::TestConnection,
        connection: resolved.fields.clone(),
        secrets: resolved.secrets.keys().cloned().collect(),
        config: Value::Null,
        limits: Limits::default(),
        coverage: false,
    };
    let stop = Stop::default();
    let host = Arc::new(RunHost::new(
        probe.studio.writes(),
        probe.client.clone(),
        Arc::clone(probe.connector),
        resolved.clone(),
        stop.request.clone(),
    ));
    let started = Instant::now();
    let outcome = run_script(probe.studio, run, Arc::clone(&host), stop).await?;
    let time_ms = milliseconds(started.elapsed());
    let record = host.take();
    let calls = record.calls;
    let last = calls.last();
    let wrong = match &outcome.result {
        Ok(_) => None,
        Err(error) => {
            let refused = last.filter(|_| error.code.starts_with("http_")).and_then(|call| {
                let answer = Answer {
                    status: call.report.status?,
                    headers: call.report.headers.clone(),
                    body: call
                        .body
                        .as_ref()
                        .and_then(|body| body.read().ok())
                        .map_or_else(String::new, |bytes| String::from_utf8_lossy(&bytes).into_owned()),
                    ..Answer::default()
                };
                let path = path_of(&call.report.url);
                let seen = probe.seen(&path, true);
                diagnose::judge(
                    diagnose::Seen {
                        call: (&call.report.method, &path),
                        ..seen
                    },
                    &answer,
                )
            });
            Some(refused.unwrap_or_else(|| Diagnosis {
                cause: Cause::Other,
                message: error.message.clone(),
                hint: error.hint.clone().or_else(|| advice(&error.code).map(str::to_owned)),
                fix: None,
                said: None,
            }))
        }
    };
    Ok(Tried {
        wrong,
        signed_in_as: outcome.result.as_ref().ok().and_then(who),
        status: last.and_then(|call| call.report.status),
        rate_limit: last.and_then(|call| call.report.rate_limit),
        time_ms,
        console: record.console,
    })
}

/// Whom a successful test names: a user by login, a text without the words we say ourselves.
fn who(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => {
            let name = text.trim().strip_prefix("Signed in as ").unwrap_or(text.trim());
            (!name.is_empty()).then(|| name.to_owned())
        }
        other => login(other).map(str::to_owned),
    }
}
