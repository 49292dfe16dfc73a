//! A cassette as it is shown: how old it is, and every exchange with its bodies laid out.

use joinery_connector::{
    Connector,
    cassette::{Cassette, RecordedBody, RecordedExchange},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::recording;
use crate::error::Error;

/// The most letters of a body that are shown: enough to read, and no burden for the page.
const LONGEST: usize = 100_000;

/// A cassette.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CassetteView {
    /// Its file.
    pub path: String,
    /// When it was recorded, in milliseconds since 1970; `None` while it is not.
    #[ts(type = "number | null")]
    pub recorded_ms: Option<i64>,
    /// How many days old it is, where that is more than the connector allows.
    #[ts(type = "number | null")]
    pub stale_days: Option<i64>,
    /// What was recorded, masked.
    pub exchanges: Vec<ExchangeView>,
}

/// One message and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ExchangeView {
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// Whether it was under way together with the one before it.
    pub parallel: bool,
    /// Header lines of the request.
    pub request_headers: Vec<String>,
    /// The request's body.
    pub request_body: String,
    /// The status.
    pub status: u16,
    /// Header lines of the answer.
    pub headers: Vec<String>,
    /// The answer's body.
    pub body: String,
}

/// The cassette at `path`; without exchanges where it is not recorded yet.
pub(super) fn view(connector: &Connector, path: String) -> Result<CassetteView, Error> {
    if !connector.files.contains_key(&path) {
        return Ok(CassetteView {
            path,
            recorded_ms: None,
            stale_days: None,
            exchanges: Vec::new(),
        });
    }
    let cassette = Cassette::parse(&connector.text(&path)?, &path)?;
    Ok(CassetteView {
        path,
        recorded_ms: recording::time_of(&cassette.recorded),
        stale_days: recording::stale_days(connector, &cassette),
        exchanges: cassette.exchanges.iter().map(exchange).collect(),
    })
}

fn exchange(recorded: &RecordedExchange) -> ExchangeView {
    ExchangeView {
        method: recorded.request.method.clone(),
        url: recorded.request.url.clone(),
        parallel: recorded.parallel,
        request_headers: recorded.request.headers.clone(),
        request_body: laid_out(&recorded.request.body),
        status: recorded.response.status,
        headers: recorded.response.headers.clone(),
        body: laid_out(&recorded.response.body),
    }
}

fn laid_out(body: &RecordedBody) -> String {
    let bytes = body.bytes();
    let text = match (serde_json::from_slice::<Value>(&bytes), std::str::from_utf8(&bytes)) {
        (Ok(json), _) => format!("{json:#}"),
        (_, Ok(text)) => text.to_owned(),
        _ => format!("{} bytes that are no text", bytes.len()),
    };
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
