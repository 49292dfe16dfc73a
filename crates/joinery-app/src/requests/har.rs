//! What was sent and answered as a HAR log, secrets masked.

use joinery_connector::{
    HttpRequest, Secret,
    export::{HarEntry, har as log},
    http::{HttpBody, header},
};
use joinery_http::{Exchange, redact::mask};
use serde_json::Value;

use super::{Answered, Prepared};
use crate::error::{Code, Error};

/// The exchanges of one send as a HAR log: what signing in asked for, and the request itself.
///
/// # Errors
/// [`Code::Unavailable`] where a body cannot be read back.
pub fn har(prepared: &Prepared, answered: &Answered) -> Result<Value, Error> {
    let mut secrets = prepared.connection().http.secrets();
    secrets.extend(prepared.variables().secrets());
    let exchanges = answered.exchange.sign_in.iter().chain([&answered.exchange]);
    let shown = exchanges.map(|exchange| Shown::of(exchange, &secrets));
    let shown = shown.collect::<Result<Vec<_>, _>>()?;
    let entries: Vec<HarEntry> = shown
        .iter()
        .map(|shown| HarEntry {
            started_ms: answered.started_ms,
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
    response: joinery_connector::HttpResponse,
    body: Vec<u8>,
}

impl Shown {
    fn of(exchange: &Exchange, secrets: &[Secret]) -> Result<Self, Error> {
        let sent = &exchange.request;
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
