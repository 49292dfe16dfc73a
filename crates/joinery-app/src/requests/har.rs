//! What was sent and answered as a HAR log, secrets masked.

use joinery_connector::{
    Header, HttpRequest, HttpResponse, Secret,
    export::{HarEntry, har as log},
    http::{Hop, HopReason, HttpBody, header},
};
use joinery_http::{Body, SentRequest, redact::mask};
use serde_json::Value;

use super::{Answered, Prepared, jars};
use crate::{
    error::{Code, Error},
    studio::Studio,
};

/// The exchanges of one send as a HAR log: what signing in asked for, and the request itself. A body that repeats a
/// secret, a token or the cookie of a session shows stars for it.
///
/// # Errors
/// [`Code::Unavailable`] where a body cannot be read back.
pub fn har(studio: &Studio, prepared: &Prepared, answered: &Answered) -> Result<Value, Error> {
    let mut secrets = prepared.connection().http.secrets();
    secrets.extend(jars::secrets(studio, prepared.connection()));
    secrets.extend(prepared.variables().secrets());
    let exchanges = answered.exchange.sign_in.iter().chain([&answered.exchange]);
    let seen = exchanges.map(|exchange| SeenExchange {
        started_ms: answered.started_ms,
        request: &exchange.request,
        response: &exchange.response,
        body: &exchange.body,
    });
    har_of(seen, &secrets)
}

/// An exchange as it was seen, its request masked already.
pub(crate) struct SeenExchange<'a> {
    pub(crate) started_ms: i64,
    pub(crate) request: &'a SentRequest,
    pub(crate) response: &'a HttpResponse,
    pub(crate) body: &'a Body,
}

/// Exchanges as a HAR log without `secrets`.
///
/// # Errors
/// As [`har`].
pub(crate) fn har_of<'a>(
    exchanges: impl Iterator<Item = SeenExchange<'a>>,
    secrets: &[Secret],
) -> Result<Value, Error> {
    let mut shown = Vec::new();
    for exchange in exchanges {
        let mut begun_ms = exchange.started_ms;
        for hop in earlier(exchange.response) {
            begun_ms += whole(hop.delay_ms);
            shown.push((begun_ms, Shown::hop(hop, secrets)));
            begun_ms += whole(hop.timing.total_ms);
        }
        shown.push((begun_ms, Shown::of(&exchange, secrets)?));
    }
    let entries: Vec<HarEntry> = shown
        .iter()
        .map(|(started_ms, shown)| HarEntry {
            started_ms: *started_ms,
            request: &shown.request,
            response: &shown.response,
            body: &shown.body,
        })
        .collect();
    Ok(log(&entries))
}

/// One exchange without its secrets.
struct Shown {
    request: HttpRequest,
    response: HttpResponse,
    body: Vec<u8>,
}

/// The answers before the last: redirects that were followed, tries that were repeated. What signing in asked is an
/// exchange of its own.
fn earlier(response: &HttpResponse) -> impl Iterator<Item = &Hop> {
    let earlier = response.hops.len().saturating_sub(1);
    response.hops[..earlier]
        .iter()
        .filter(|hop| hop.reason != HopReason::SignIn)
}

impl Shown {
    /// An answer on the way, of which no more is known than where it was asked and where it led.
    fn hop(hop: &Hop, secrets: &[Secret]) -> Self {
        let url = mask(&hop.url, secrets);
        let location = hop.location.iter();
        Self {
            request: HttpRequest::new(&hop.method, &url),
            response: HttpResponse {
                status: hop.status,
                reason: String::new(),
                version: String::new(),
                url,
                headers: location
                    .map(|location| Header::new("Location", mask(location, secrets)))
                    .collect(),
                size: 0,
                wire_size: 0,
                timing: hop.timing,
                hops: Vec::new(),
                rate_limit: None,
            },
            body: Vec::new(),
        }
    }

    fn of(exchange: &SeenExchange<'_>, secrets: &[Secret]) -> Result<Self, Error> {
        let sent = exchange.request;
        let mut request = HttpRequest::new(&sent.method, &sent.url);
        request.headers.clone_from(&sent.headers);
        if let Some(text) = &sent.body {
            request.body = HttpBody::Text {
                content_type: header(&sent.headers, "content-type").unwrap_or_default().to_owned(),
                text: text.clone(),
            };
        }
        let mut response = exchange.response.clone();
        for line in &mut response.headers {
            line.value = mask(&line.value, secrets);
        }
        let body = exchange
            .body
            .read()
            .map_err(|error| Error::new(Code::Unavailable, format!("cannot read the body back: {error}")))?;
        let body = match std::str::from_utf8(&body) {
            Ok(text) => mask(text, secrets).into_bytes(),
            Err(_) => body.to_vec(),
        };
        Ok(Self {
            request,
            response,
            body,
        })
    }
}

/// Whole milliseconds.
#[expect(
    clippy::cast_possible_truncation,
    reason = "no send takes longer than a number can say"
)]
pub(crate) fn whole(milliseconds: f64) -> i64 {
    milliseconds.round() as i64
}
