//! Testing a connection: the connector's own `fn test(connection)`, its answer said in plain words.

use std::{sync::Arc, time::Instant};

use joinery_connector::{Connector, FileKind, HttpRequest};
use joinery_script::{Function, Limits, Run};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{ConnectionDraft, ConnectionTest, Resolved, resolve};
use crate::{
    connectors,
    error::Error,
    host::RunHost,
    runs::{Stop, advice, run_script},
    studio::Studio,
};

/// Tries a connection without saving it.
///
/// # Errors
/// As [`super::save`]; a refusal by the org is a result, not an error.
pub async fn test(studio: &Studio, draft: &ConnectionDraft) -> Result<ConnectionTest, Error> {
    let connector = connectors::in_workspace(studio, &draft.connector)?;
    let resolved = resolve::draft(studio, &connector, draft)?;
    test_resolved(studio, &connector, resolved).await
}

/// Tries a connection of a connector.
///
/// # Errors
/// As [`test`].
pub async fn test_resolved(
    studio: &Studio,
    connector: &Arc<Connector>,
    resolved: Resolved,
) -> Result<ConnectionTest, Error> {
    if connector.of_kind(FileKind::Connection).next().is_some() {
        run_test(studio, connector, resolved).await
    } else {
        knock(studio, resolved).await
    }
}

/// Runs `fn test(connection)` of `connection.rhai`.
async fn run_test(studio: &Studio, connector: &Arc<Connector>, resolved: Resolved) -> Result<ConnectionTest, Error> {
    let run = Run {
        connector: Arc::clone(connector),
        file: "connection.rhai".to_owned(),
        function: Function::TestConnection,
        connection: resolved.fields.clone(),
        secrets: resolved.secrets.keys().cloned().collect(),
        limits: Limits::default(),
    };
    let stop = Stop::default();
    let client = studio.client(&resolved)?;
    let host = Arc::new(RunHost::new(
        client,
        Arc::clone(connector),
        resolved,
        stop.request.clone(),
    ));
    let started = Instant::now();
    let outcome = run_script(studio, run, Arc::clone(&host), stop).await?;
    let calls = host.take().calls;
    let last = calls.last();
    Ok(ConnectionTest {
        ok: outcome.result.is_ok(),
        message: match &outcome.result {
            Ok(value) => found(value),
            Err(error) => error.message.clone(),
        },
        hint: outcome
            .result
            .err()
            .and_then(|error| advice(&error.code).map(str::to_owned).or(error.hint)),
        status: last.and_then(|call| call.report.status),
        time_ms: Some(last.map_or_else(|| started.elapsed().as_secs_f64() * 1000.0, |call| call.report.time_ms)),
        rate_limit: last.and_then(|call| call.report.rate_limit),
    })
}

/// What a successful test returned, in words: a text as it stands, a user by login.
fn found(value: &Value) -> String {
    let login = value
        .pointer("/profile/login")
        .or_else(|| value.get("login"))
        .or_else(|| value.get("name"));
    match (value, login.and_then(Value::as_str)) {
        (Value::String(text), _) => text.clone(),
        (_, Some(login)) => format!("Signed in as {login}"),
        _ => "The connection works".to_owned(),
    }
}

/// A GET of the base URL, where the connector has no test of its own.
async fn knock(studio: &Studio, resolved: Resolved) -> Result<ConnectionTest, Error> {
    let request = HttpRequest::new("GET", &resolved.http.base_url);
    let client = studio.client(&resolved)?;
    Ok(
        match joinery_http::send(&client, &resolved.http, request, &CancellationToken::new()).await {
            Ok(exchange) => {
                let response = exchange.response;
                let refused = matches!(response.status, 401 | 403);
                ConnectionTest {
                    ok: !refused && response.status < 500,
                    message: format!(
                        "{} answered {} {}",
                        resolved.http.base_url, response.status, response.reason
                    ),
                    hint: refused.then(|| "The service refused these credentials. Edit the connection.".to_owned()),
                    status: Some(response.status),
                    time_ms: Some(response.timing.total_ms),
                    rate_limit: response.rate_limit,
                }
            }
            Err(error) => ConnectionTest {
                ok: false,
                message: error.to_string(),
                hint: crate::error::http_hint(&error).map(str::to_owned),
                status: None,
                time_ms: None,
                rate_limit: None,
            },
        },
    )
}
