//! The one way to a sandbox org, this process's or another's: over HTTP, with its API token.

use std::{path::PathBuf, sync::Arc};

use joinery_connector::{HttpRequest, Secret, http::HttpBody};
use joinery_http::{Connection, Exchange, Network, auth::Session};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::address;
use crate::{
    connections::sandbox_auth,
    error::{Code, Error},
    studio::Studio,
};

/// The org that runs answers in milliseconds; one that does not is stuck.
const TIMEOUT_MS: u64 = 10_000;

/// As long as a snapshot of a large org may take.
const FILE_TIMEOUT_MS: u64 = 120_000;

/// Its client is not that of connections: the panel and what is tested share neither cookies nor connections.
const CLIENT: &str = "sandbox control";

/// A call to the org: below its URL, segment by segment, so that a name with a slash stays one.
pub(super) struct Call<'a> {
    pub method: &'static str,
    pub path: &'a [&'a str],
    pub query: &'a [(&'a str, &'a str)],
    pub body: HttpBody,
    pub timeout_ms: u64,
    /// What to do where the org refuses it.
    pub hint: Option<&'static str>,
}

impl<'a> Call<'a> {
    pub fn new(method: &'static str, path: &'a [&'a str]) -> Self {
        Self {
            method,
            path,
            query: &[],
            body: HttpBody::None,
            timeout_ms: TIMEOUT_MS,
            hint: None,
        }
    }

    pub fn with_query(mut self, query: &'a [(&'a str, &'a str)]) -> Self {
        self.query = query;
        self
    }

    pub fn with_body(mut self, body: Value) -> Self {
        self.body = HttpBody::Text {
            content_type: "application/json".to_owned(),
            text: body.to_string(),
        };
        self
    }

    /// With a snapshot's file, which takes its time where the org is large.
    pub fn with_file(mut self, bytes: Vec<u8>) -> Self {
        self.body = HttpBody::Bytes {
            content_type: "application/x-ndjson".to_owned(),
            bytes,
        };
        self.with_patience()
    }

    /// Waits as long as a large file takes.
    pub fn with_patience(mut self) -> Self {
        self.timeout_ms = FILE_TIMEOUT_MS;
        self
    }

    pub fn with_hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }
}

/// The org that runs, and its token.
pub(super) fn org(studio: &Studio) -> Result<(Url, Secret), Error> {
    let (url, token) = address(studio).ok_or_else(|| {
        Error::new(Code::Usage, "no sandbox org runs").with_hint("Start the sandbox org, then try again.")
    })?;
    let url = Url::parse(&url).map_err(|_| {
        Error::new(
            Code::Unavailable,
            format!("the note of the sandbox org has no address: `{url}`"),
        )
        .with_hint("Start the sandbox org anew.")
    })?;
    Ok((url, Secret::new(token)))
}

/// Calls the control API and reads its answer.
pub(super) async fn control<T: DeserializeOwned>(studio: &Studio, call: Call<'_>) -> Result<T, Error> {
    let hint = call.hint;
    let exchange = send(studio, call).await?;
    let body: Value = read(&exchange)?;
    if let Some(error) = refusal(&exchange, body.get("error"), hint) {
        return Err(error);
    }
    serde_json::from_value(body).map_err(|_| not_understood(&exchange))
}

/// Calls the control API for a file.
pub(super) async fn download(studio: &Studio, call: Call<'_>) -> Result<Vec<u8>, Error> {
    let hint = call.hint;
    let exchange = send(studio, call.with_patience()).await?;
    if exchange.response.status >= 400 {
        let body: Value = read(&exchange)?;
        if let Some(error) = refusal(&exchange, body.get("error"), hint) {
            return Err(error);
        }
    }
    let body = exchange.body.read().map_err(|_| not_understood(&exchange))?;
    Ok(body.to_vec())
}

/// Calls the org's own API and reads its answer. The call is left out of the panel's list of calls.
pub(super) async fn okta<T: DeserializeOwned>(studio: &Studio, call: Call<'_>) -> Result<(Exchange, T), Error> {
    // The list of calls is not read between the call and the note of its id.
    let mut asked = studio.sandbox.asked.lock().await;
    let exchange = send(studio, call).await?;
    if let Some(id) = exchange.response.header("x-okta-request-id") {
        if asked.len() == KEPT {
            asked.pop_front();
        }
        asked.push_back(id.to_owned());
    }
    drop(asked);
    let body: Value = read(&exchange)?;
    if let Some(error) = refusal(&exchange, body.get("errorSummary"), None) {
        return Err(error);
    }
    let items = serde_json::from_value(body).map_err(|_| not_understood(&exchange))?;
    Ok((exchange, items))
}

/// As many as the org itself keeps.
const KEPT: usize = 1000;

async fn send(studio: &Studio, call: Call<'_>) -> Result<Exchange, Error> {
    let (mut url, token) = org(studio)?;
    let base_url = url.to_string();
    if let Ok(mut path) = url.path_segments_mut() {
        path.clear().extend(call.path);
    }
    if !call.query.is_empty() {
        url.query_pairs_mut().extend_pairs(call.query);
    }
    let mut request = HttpRequest::new(call.method, url);
    request.timeout_ms = call.timeout_ms;
    request.follow_redirects = false;
    request.retry = false;
    request.body = call.body;
    let connection = Connection {
        auth: sandbox_auth(token),
        base_url,
        signs_anywhere: false,
        retry: None,
        body_folder: PathBuf::new(),
        largest_body: None,
        session: Arc::new(Session::default()),
        hooks: None,
        waits: None,
        also_secret: Vec::new(),
    };
    let client = studio.client_for(CLIENT, &Network::default(), || Ok(Arc::default()))?;
    Ok(joinery_http::send(&client, &connection, request, &CancellationToken::new()).await?)
}

fn read(exchange: &Exchange) -> Result<Value, Error> {
    let body = exchange.body.read().map_err(|_| not_understood(exchange))?;
    serde_json::from_slice(&body).map_err(|_| not_understood(exchange))
}

/// Why the org refuses a call, in its own words.
fn refusal(exchange: &Exchange, said: Option<&Value>, hint: Option<&str>) -> Option<Error> {
    let status = exchange.response.status;
    if status < 400 {
        return None;
    }
    let said = said.and_then(Value::as_str);
    let message = said.map_or_else(|| format!("the sandbox org answered {status}"), str::to_owned);
    let (code, usual) = match status {
        401 => (
            Code::SignIn,
            Some("Another sandbox org listens there now. Start it anew."),
        ),
        404 | 405 => (Code::Usage, None),
        429 => (
            Code::Failed,
            Some("Wait for the window to end, or turn rate limits off."),
        ),
        400..=499 => (Code::Input, None),
        _ => (
            Code::Failed,
            Some("Look at the faults in force: one may fit this call."),
        ),
    };
    let error = Error::new(code, message);
    Some(match hint.or(usual) {
        Some(hint) => error.with_hint(hint),
        None => error,
    })
}

fn not_understood(exchange: &Exchange) -> Error {
    let url = &exchange.request.url;
    Error::new(Code::Failed, format!("{url} gave an answer that cannot be read"))
        .with_hint("A sandbox org of another version may run. Stop it, and start one with this version.")
}
