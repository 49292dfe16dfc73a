//! Sending: once, kept in the history.

use joinery_connector::HttpRequest;
use joinery_http::Exchange;
use joinery_store::table::{self, send::Row};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{AT_HAND, Preparation, SendRequest, Sent, SignInExchange, prepare, view};
use crate::{
    bodies::BodySummary,
    connections::{self, Resolved},
    connectors,
    error::Error,
    runs::content_type,
    studio::{Studio, lock, now_ms},
    writes::Permits,
};

/// Sends kept per workspace.
const KEEP: usize = 500;

/// Sends a request and keeps it in the history.
///
/// # Errors
/// [`Code::Input`](crate::Code::Input) for missing variables, [`Code::Network`](crate::Code::Network),
/// [`Code::Cancelled`](crate::Code::Cancelled).
pub async fn send(studio: &Studio, send: SendRequest) -> Result<Sent, Error> {
    let connector = connectors::in_workspace(studio, &send.connector)?;
    let connection = view::connection(studio, &connector, send.connection.as_deref())?;
    let prepared = prepare(
        studio,
        &connector,
        connection,
        Preparation {
            path: send.path.clone(),
            request: send.request,
            variables: send.variables,
            answers: send.answers,
            environment: send.environment,
        },
    )?;
    let (stop, _ended) = studio.running.begin(&send.id);
    let answered = prepared.send(studio, &stop.request).await?;
    let exchange = answered.exchange;
    let number = keep(studio, send.path, &exchange)?;
    let body = open_body(studio, &exchange)?;
    let sign_in = exchange.sign_in.into_iter().map(|exchange| {
        Ok(SignInExchange {
            body: open_body(studio, &exchange)?,
            request: exchange.request,
            response: exchange.response,
        })
    });
    let sign_in = sign_in.collect::<Result<_, Error>>()?;
    let mut bodies = lock(&studio.sent.0);
    bodies.push_back((number, exchange.response.status, exchange.body));
    if bodies.len() > AT_HAND {
        bodies.pop_front();
    }
    Ok(Sent {
        number,
        request: exchange.request,
        response: exchange.response,
        body,
        assertions: answered.assertions,
        captures: answered.captures,
        sign_in,
    })
}

fn open_body(studio: &Studio, exchange: &Exchange) -> Result<BodySummary, Error> {
    let opened = studio
        .bodies
        .open_response(&exchange.body, content_type(&exchange.response.headers));
    opened.map_err(|source| {
        joinery_http::Error::Store {
            path: studio.home().join("bodies"),
            source,
        }
        .into()
    })
}

/// Sends a request that is ready, without keeping it. One that writes to a live org waits until that is allowed.
///
/// # Errors
/// [`Code::Network`], [`Code::Cancelled`]; [`Code::Usage`] and [`Code::Failed`] for a write that nobody may allow.
pub async fn exchange(
    studio: &Studio,
    connection: &Resolved,
    ready: HttpRequest,
    cancel: &CancellationToken,
) -> Result<Exchange, Error> {
    let verdict = connection.judge(&ready);
    studio.writes.allow(verdict, &Permits::default(), cancel).await?;
    let client = studio.client(connection)?;
    let url = ready.url.clone();
    let outcome = joinery_http::send(&client, &connection.http, ready, cancel).await;
    connections::note_call(studio, connection, &url, &outcome);
    Ok(outcome?)
}

/// Adds a send to the history, its body in a file beside it.
fn keep(studio: &Studio, path: Option<String>, exchange: &Exchange) -> Result<i64, Error> {
    let store = studio.store()?;
    let name = format!("{}.body", uuid::Uuid::new_v4());
    if exchange.body.size() > 0 {
        let folder = store.body_folder();
        let kept = std::fs::create_dir_all(&folder).and_then(|()| exchange.body.keep(&folder.join(&name)));
        kept.map_err(|source| joinery_http::Error::Store {
            path: folder.join(&name),
            source,
        })?;
    }
    let row = Row {
        id: 0,
        workspace: studio.workspace_folder()?.display().to_string(),
        request_path: path,
        sent_ms: now_ms(),
        method: exchange.request.method.clone(),
        url: exchange.request.url.clone(),
        status: Some(exchange.response.status),
        time_ms: exchange.response.timing.total_ms,
        detail: json!({ "request": exchange.request, "response": exchange.response }).to_string(),
        body: (exchange.body.size() > 0).then_some(name),
    };
    Ok(table::send::add(store, &row, KEEP)?)
}
