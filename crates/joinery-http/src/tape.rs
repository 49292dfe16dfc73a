//! One message and its answer, as a recording keeps them: the request as its author wrote it, before it was signed.

use std::{fmt, io};

use bytes::Bytes;
use http::HeaderMap;
use joinery_connector::{
    Header,
    cassette::{RecordedBody, RecordedExchange, RecordedRequest, RecordedResponse},
};

use crate::body_store::Body;

/// Headers of a request that carry a credential: a replay needs none.
const CREDENTIALS: &[&str] = &["authorization", "proxy-authorization", "cookie", "dpop"];

/// Headers of an answer that are about its way here, which a replay does not go, or for browsers alone.
const LEFT_OUT: &[&str] = &[
    "alt-svc",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-security-policy",
    "content-security-policy-report-only",
    "expires",
    "keep-alive",
    "nel",
    "p3p",
    "permissions-policy",
    "pragma",
    "referrer-policy",
    "report-to",
    "server",
    "strict-transport-security",
    "transfer-encoding",
    "vary",
    "via",
    "x-content-type-options",
    "x-frame-options",
    "x-xss-protection",
];

/// A message and its answer. It may hold secrets: it has no `Debug` that shows them, and is masked before it is kept.
#[derive(Clone)]
pub struct Taped {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<Header>,
    pub(crate) content_type: Option<String>,
    pub(crate) sent: Bytes,
    pub(crate) status: u16,
    pub(crate) received: HeaderMap,
    pub(crate) body: Body,
}

impl Taped {
    /// As a cassette keeps it, not masked yet.
    ///
    /// # Errors
    /// What the system says of a body on disk.
    pub fn recorded(&self) -> io::Result<RecordedExchange> {
        let written = self
            .headers
            .iter()
            .map(|header| (header.name.as_str(), header.value.as_str()));
        let has_type = self
            .headers
            .iter()
            .any(|header| header.name.eq_ignore_ascii_case("content-type"));
        let typed = self
            .content_type
            .as_deref()
            .filter(|_| !has_type)
            .map(|value| ("content-type", value));
        let received = self
            .received
            .iter()
            .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())));
        Ok(RecordedExchange {
            parallel: false,
            request: RecordedRequest {
                method: self.method.clone(),
                url: self.url.clone(),
                headers: written
                    .chain(typed)
                    .filter(|(name, _)| !CREDENTIALS.contains(&name.to_ascii_lowercase().as_str()))
                    .map(|(name, value)| line(name, value))
                    .collect(),
                body: RecordedBody::of(&self.sent),
            },
            response: RecordedResponse {
                status: self.status,
                headers: received
                    .filter(|(name, _)| !LEFT_OUT.contains(name))
                    .map(|(name, value)| line(name, &value))
                    .collect(),
                body: RecordedBody::of(&self.body.read()?),
            },
        })
    }
}

impl fmt::Debug for Taped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Taped({} {})", self.method, self.status)
    }
}

fn line(name: &str, value: &str) -> String {
    format!("{}: {value}", name.to_ascii_lowercase())
}
