//! Sending: once, kept in the history.

use std::{path::Path, sync::Arc};

use joinery_connector::{HttpRequest, Secret, variables};
use joinery_http::{Body, Client, Exchange, Waits, redact};
use joinery_store::table::{self, send::Row};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{
    AT_HAND, Answered, Preparation, Prepared, SendRequest, Sent, SignInExchange, jars, pages::Progress, prepare, view,
    waits::TellWaits,
};
use crate::{
    bodies::BodySummary,
    connections::{self, Resolved},
    connectors,
    error::{Error, http_code},
    event::Event,
    runs::content_type,
    settings::{self, Masks},
    studio::{Studio, lock, now_ms},
    writes::Permits,
};

/// Sends a request and keeps it in the history.
///
/// # Errors
/// [`Code::Input`](crate::Code::Input) for missing variables, [`Code::Network`](crate::Code::Network),
/// [`Code::Cancelled`](crate::Code::Cancelled).
pub async fn send(studio: &Studio, send: SendRequest) -> Result<Sent, Error> {
    let (id, path, connector) = (send.id.clone(), send.path.clone(), send.connector.clone());
    let prepared = prepared(studio, send)?;
    let (stop, _ended) = studio.running.begin(&id);
    let permits = Permits::default();
    let on_page = |progress: Progress| {
        studio.tell(Event::SendProgress {
            id: id.clone(),
            pages: progress.pages,
            entries: progress.entries,
            size: progress.size,
        });
    };
    let waits: Arc<dyn Waits> = Arc::new(TellWaits::new(id.clone(), studio.event_sender()));
    let sending = Sending {
        on_page: &on_page,
        waits: Some(&waits),
        ..Sending::new(&permits, &stop.request)
    };
    let answered = prepared.send_as(studio, prepared.ready()?, &sending).await?;
    studio.deeds.sent(&prepared, &connector, &answered);
    shown(studio, prepared.root(), path, answered)
}

/// A request as it stands in the tester, with all that it takes to send it.
pub(super) fn prepared(studio: &Studio, send: SendRequest) -> Result<Prepared, Error> {
    let connector = connectors::in_workspace(studio, &send.connector)?;
    let connection = view::connection(studio, &connector, send.connection.as_deref())?;
    prepare(
        studio,
        &connector,
        connection,
        Preparation {
            path: send.path,
            request: send.request,
            variables: send.variables,
            answers: send.answers,
            environment: send.environment,
            any_file: false,
        },
    )
}

/// Keeps an answer in the history and opens its body for the window.
fn shown(studio: &Studio, connector: &Path, path: Option<String>, answered: Answered) -> Result<Sent, Error> {
    let exchange = answered.exchange;
    let number = keep(studio, connector, path, &exchange)?;
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
        pages: answered.pages,
        hints: answered.hints,
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
    let permits = Permits::default();
    Ok(exchange_as(studio, connection, ready, &Sending::new(&permits, cancel)).await?)
}

/// How a request is sent.
#[derive(Clone, Copy)]
pub(super) struct Sending<'a> {
    /// What was allowed for the run it belongs to.
    pub(super) permits: &'a Permits,
    /// What gives it up.
    pub(super) cancel: &'a CancellationToken,
    /// Whether its time was said, which then holds for each of its pages.
    pub(super) timed: bool,
    /// Hears of the waits that the server asks for.
    pub(super) waits: Option<&'a Arc<dyn Waits>>,
    /// What answers in place of the connection's own client; nothing then leaves, and nothing is kept.
    pub(super) replay: Option<&'a Client>,
    /// Hears of every page.
    pub(super) on_page: &'a (dyn Fn(Progress) + Sync),
}

impl<'a> Sending<'a> {
    pub(super) fn new(permits: &'a Permits, cancel: &'a CancellationToken) -> Self {
        Self {
            permits,
            cancel,
            timed: false,
            waits: None,
            replay: None,
            on_page: &|_| {},
        }
    }
}

/// Why a request got no response, with the word for it.
pub(super) enum Failure {
    Refused(connections::Refusal),
    Unready(Error),
    Unanswered(joinery_http::Error),
}

impl Failure {
    /// The word that counts failures of a kind.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Refused(_) => "write_refused",
            Self::Unready(_) => "input",
            Self::Unanswered(error) => http_code(error),
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::Unready(error) => error,
            Failure::Unanswered(error) => error.into(),
        }
    }
}

/// As [`exchange`], as part of a run.
pub(super) async fn exchange_as(
    studio: &Studio,
    connection: &Resolved,
    ready: HttpRequest,
    sending: &Sending<'_>,
) -> Result<Exchange, Failure> {
    if let Some(client) = sending.replay {
        let outcome = joinery_http::send(client, &connection.http, ready, sending.cancel).await;
        return outcome.map_err(Failure::Unanswered);
    }
    let verdict = connection.judge(&ready);
    let allowed = studio.writes.allow(verdict, sending.permits, sending.cancel).await;
    allowed.map_err(Failure::Refused)?;
    let client = studio.client(connection).map_err(Failure::Unready)?;
    let url = ready.url.clone();
    let outcome = joinery_http::send(&client, &connection.http, ready, sending.cancel).await;
    connections::note_call(studio, connection, &url, &outcome);
    if let Some(profile) = &connection.profile {
        // The answer is there: cookies that cannot be kept are no reason to withhold it.
        let _ = jars::keep(studio, profile);
    }
    outcome.map_err(Failure::Unanswered)
}

/// Adds a send of the connector in a folder to the history, its body in a file beside it. What requests have captured as
/// secret is masked there.
pub(super) fn keep(studio: &Studio, connector: &Path, path: Option<String>, exchange: &Exchange) -> Result<i64, Error> {
    let store = studio.store()?;
    let workspace = studio.workspace_folder()?;
    let settings = settings::of(studio);
    let masks = settings.masks();
    let name = format!("{}.body", uuid::Uuid::new_v4());
    if exchange.body.size() > 0 {
        let folder = store.body_folder();
        let captured = captured_secrets(studio);
        let kept = std::fs::create_dir_all(&folder)
            .and_then(|()| keep_body(&exchange.body, &folder.join(&name), &captured, &masks));
        kept.map_err(|source| joinery_http::Error::Store {
            path: folder.join(&name),
            source,
        })?;
    }
    let mut detail = json!({ "request": exchange.request, "response": exchange.response });
    masks.mask(&mut detail);
    let row = Row {
        id: 0,
        connector: connectors::name_in(&workspace, connector),
        workspace: workspace.display().to_string(),
        request_path: path,
        sent_ms: now_ms(),
        method: exchange.request.method.clone(),
        url: masks
            .text(&exchange.request.url)
            .unwrap_or_else(|| exchange.request.url.clone()),
        status: Some(exchange.response.status),
        time_ms: exchange.response.timing.total_ms,
        detail: detail.to_string(),
        body: (exchange.body.size() > 0).then_some(name),
    };
    Ok(table::send::add(store, &row, settings.kept_sends as usize)?)
}

/// The values that requests have captured as secret.
fn captured_secrets(studio: &Studio) -> Vec<Secret> {
    let captured = lock(&studio.captured);
    let secrets = captured.values().filter_map(|value| match value {
        variables::Value::Secret(secret) => Some(secret.clone()),
        variables::Value::Text(_) => None,
    });
    secrets.collect()
}

/// Keeps a body without these secrets, and without what is to be masked. Only where there is some is it read again.
fn keep_body(body: &Body, file: &Path, secrets: &[Secret], masks: &Masks) -> std::io::Result<()> {
    if secrets.is_empty() && masks.is_empty() {
        return body.keep(file);
    }
    let bytes = body.read()?;
    match std::str::from_utf8(&bytes) {
        Ok(text) => {
            let masked = redact::mask(text, secrets);
            Body::Memory(masks.text(&masked).unwrap_or(masked).into()).keep(file)
        }
        Err(_) => body.keep(file),
    }
}
