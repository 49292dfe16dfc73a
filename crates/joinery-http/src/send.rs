//! Sending: sign, send, follow redirects, retry, collect the body and the trace.

use std::path::PathBuf;

use joinery_connector::{Header, HttpRequest, HttpResponse, manifest::RetryRule};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

use crate::{auth::Auth, body_store::Body, error::Error, transport::Client};

/// What every request of a connection shares.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// How to sign.
    pub auth: Auth,
    /// Whose requests are signed: the origin of the base URL. A request to another origin goes out unsigned.
    pub base_url: String,
    /// When to repeat.
    pub retry: Option<RetryRule>,
    /// Where bodies above 1 MB are kept.
    pub body_folder: PathBuf,
}

/// A response with its body and the request as it went out.
#[derive(Debug)]
pub struct Exchange {
    /// The request as sent, secrets masked.
    pub request: SentRequest,
    /// The response.
    pub response: HttpResponse,
    /// Its body.
    pub body: Body,
}

/// A request as it went out, secrets masked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SentRequest {
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// Headers, those the client added included.
    pub headers: Vec<Header>,
    /// The body as text, secrets masked, cut at 64 kB; `None` when there was none.
    pub body: Option<String>,
}

/// Sends `request`. Cancelling `cancel` drops the connection at any phase.
///
/// # Errors
/// [`Error`]: why there is no response.
pub async fn send(
    client: &Client,
    connection: &Connection,
    request: HttpRequest,
    cancel: &CancellationToken,
) -> Result<Exchange, Error> {
    let _ = (client, connection, request, cancel);
    todo!()
}
