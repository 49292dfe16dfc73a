//! A request ready to be sent and what came back: the nouns that scripts, the tester and the transport share.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One header line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Header {
    /// The name as written.
    pub name: String,
    /// The value. Where it is shown, secrets in it are masked.
    pub value: String,
}

impl Header {
    /// A header of `name` and `value`.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
        }
    }
}

/// What a request carries.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum HttpBody {
    /// Nothing, and no `Content-Length`... except that POST and PUT send `Content-Length: 0` (Okta answers 411 otherwise).
    #[default]
    None,
    /// Text with its media type.
    Text {
        /// The media type, such as `application/json`.
        content_type: String,
        /// The text.
        text: String,
    },
    /// `application/x-www-form-urlencoded` pairs.
    Form {
        /// Names and values, not yet encoded.
        fields: Vec<(String, String)>,
    },
    /// Bytes with their media type.
    Bytes {
        /// The media type.
        content_type: String,
        /// The bytes.
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    /// `multipart/form-data`. Only requests of people read files, so neither this nor the next crosses a pipe.
    #[serde(skip)]
    Multipart {
        /// The parts in order.
        parts: Vec<HttpPart>,
    },
    /// The bytes of a file, read as it is sent.
    #[serde(skip)]
    File {
        /// The media type.
        content_type: String,
        /// The file.
        path: PathBuf,
    },
}

/// One part of a `multipart/form-data` body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpPart {
    /// The field's name.
    pub name: String,
    /// What it holds.
    pub content: PartContent,
    /// The name the server is told.
    pub filename: Option<String>,
    /// The media type; none is told where there is none.
    pub content_type: Option<String>,
}

/// What a part holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartContent {
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// The bytes of a file, read as it is sent.
    File(PathBuf),
}

/// A request with every variable filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpRequest {
    /// The method, upper case.
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// Header lines in order; names may repeat.
    pub headers: Vec<Header>,
    /// The body.
    pub body: HttpBody,
    /// Milliseconds until the request is given up, all hops and retries included.
    pub timeout_ms: u64,
    /// Whether redirects are followed.
    pub follow_redirects: bool,
    /// Whether the connection's retry rule applies.
    pub retry: bool,
    /// Whether the connection's cookies are sent, and those of the answer kept.
    pub cookies: bool,
}

impl HttpRequest {
    /// A request without headers or body, with a 30 s timeout, following redirects, retrying as the connection says.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: HttpBody::None,
            timeout_ms: 30_000,
            follow_redirects: true,
            retry: true,
            cookies: true,
        }
    }

    /// The first header of that name, ignoring case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// Replaces every header of that name.
    pub fn set_header(&mut self, name: &str, value: impl Into<String>) {
        self.headers.retain(|header| !header.name.eq_ignore_ascii_case(name));
        self.headers.push(Header::new(name, value));
    }
}

/// The first header of `name`, ignoring case.
pub fn header<'a>(headers: &'a [Header], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case(name))
        .map(|header| header.value.as_str())
}

/// What a server answered, without the body's bytes (those may be on disk).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// The reason phrase; the standard one where HTTP/2 sends none.
    pub reason: String,
    /// `HTTP/1.1` or `HTTP/2`.
    pub version: String,
    /// The URL that answered, after redirects.
    pub url: String,
    /// Header lines in the order received.
    pub headers: Vec<Header>,
    /// Bytes of the body as decoded.
    pub size: u64,
    /// Bytes of the body on the wire, before `Content-Encoding` was undone.
    pub wire_size: u64,
    /// Where the time went, of the last hop.
    pub timing: Timing,
    /// Every answer on the way: redirects, retries, token requests; the last one is this response.
    pub hops: Vec<Hop>,
    /// What the rate-limit headers said, where there were any.
    pub rate_limit: Option<RateLimit>,
}

impl HttpResponse {
    /// Whether the status is 2xx.
    pub fn ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first header of that name, ignoring case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

/// Phases of one exchange in milliseconds. A phase that did not happen (a warm connection) is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Timing {
    /// Looking up the host name.
    pub dns_ms: Option<f64>,
    /// Opening the TCP connection.
    pub connect_ms: Option<f64>,
    /// The TLS handshake.
    pub tls_ms: Option<f64>,
    /// From the request's last byte to the answer's first.
    pub wait_ms: f64,
    /// From the answer's first byte to its last.
    pub download_ms: f64,
    /// All of it.
    pub total_ms: f64,
}

/// One answer on the way to a response.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Hop {
    /// The method sent.
    pub method: String,
    /// The URL asked.
    pub url: String,
    /// What came back.
    pub status: u16,
    /// Where it sent us, for a redirect.
    pub location: Option<String>,
    /// Why there was another hop, or that it was the last.
    pub reason: HopReason,
    /// Milliseconds waited before this hop was sent (retries).
    pub delay_ms: f64,
    /// Its phases.
    pub timing: Timing,
}

/// Why a hop was not, or was, the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum HopReason {
    /// The answer was a redirect that was followed.
    Redirect,
    /// The answer was one the retry rule repeats.
    Retry,
    /// Signing in asked for it on its own, such as a token.
    SignIn,
    /// The answer refused the signature, and the request was signed anew.
    Refused,
    /// The answer was a page of a list, and the next one was asked for.
    Page,
    /// The answer was kept.
    Final,
}

/// Okta's rate-limit headers (`X-Rate-Limit-Limit`, `-Remaining`, `-Reset`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RateLimit {
    /// Calls allowed in the window.
    pub limit: u32,
    /// Calls left.
    pub remaining: u32,
    /// When the window ends, in seconds since 1970.
    pub reset: u64,
}
