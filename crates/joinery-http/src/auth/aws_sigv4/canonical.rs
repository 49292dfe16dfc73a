//! The one spelling of a request that both sides sign.

use joinery_connector::HttpRequest;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::{Position, Url};

use crate::error::Error;

/// AWS leaves only the unreserved characters of RFC 3986 as they are.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

/// Headers that are written after signing or changed on the way.
const UNSIGNED: &[&str] = &[
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "expect",
    "proxy-authorization",
    "te",
    "transfer-encoding",
    "user-agent",
    "x-amzn-trace-id",
];

/// A request as it is signed.
pub(super) struct Canonical {
    /// The canonical request.
    pub(super) text: String,
    /// The names of the headers that are signed.
    pub(super) signed_headers: String,
    /// The URL to send, its query spelled as it was signed.
    pub(super) url: String,
}

impl Canonical {
    /// `is_s3`: that service alone takes a path as it stands on the wire; for the others it is encoded once more.
    pub(super) fn of(request: &HttpRequest, is_s3: bool, body_hash: &str) -> Result<Self, Error> {
        let invalid = |reason: String| Error::InvalidUrl {
            url: request.url.clone(),
            reason,
        };
        let mut url = Url::parse(&request.url).map_err(|error| invalid(error.to_string()))?;
        let pairs = pairs(&url);
        if !pairs.is_empty() {
            // A `+` means a space to us and a plus to AWS: what is sent must not leave that open.
            url.set_query(Some(&joined(&pairs)));
        }
        let mut sorted = pairs;
        sorted.sort();
        let (names, lines) = headers(request, &url);
        let text = format!(
            "{}\n{}\n{}\n{lines}\n{names}\n{body_hash}",
            request.method,
            path(&url, is_s3),
            joined(&sorted)
        );
        Ok(Self {
            text,
            signed_headers: names,
            url: url.into(),
        })
    }
}

/// The parameters of the query, encoded as AWS does it.
fn pairs(url: &Url) -> Vec<(String, String)> {
    let encoded = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    url.query_pairs()
        .map(|(name, value)| (encoded(&name), encoded(&value)))
        .collect()
}

fn joined(pairs: &[(String, String)]) -> String {
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

fn path(url: &Url, is_s3: bool) -> String {
    if is_s3 {
        let decoded: Vec<u8> = percent_decode_str(url.path()).collect();
        return percent_encoding::percent_encode(&decoded, RESERVED_IN_PATH).to_string();
    }
    let slashes: Vec<_> = url.path().split('/').filter(|part| !part.is_empty()).collect();
    let trailing = if url.path().len() > 1 && url.path().ends_with('/') {
        "/"
    } else {
        ""
    };
    let normal = format!("/{}{trailing}", slashes.join("/"));
    utf8_percent_encode(&normal, RESERVED_IN_PATH).to_string()
}

/// Names and lines of the headers that are signed, `Host` among them.
fn headers(request: &HttpRequest, url: &Url) -> (String, String) {
    let host = url[Position::BeforeHost..Position::AfterPort].to_owned();
    let mut headers: Vec<(String, Vec<String>)> = Vec::new();
    if request.header("host").is_none() {
        headers.push(("host".into(), vec![host]));
    }
    for header in &request.headers {
        let name = header.name.to_ascii_lowercase();
        if UNSIGNED.contains(&name.as_str()) {
            continue;
        }
        let value = header.value.split_whitespace().collect::<Vec<_>>().join(" ");
        match headers.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value),
            None => headers.push((name, vec![value])),
        }
    }
    headers.sort();
    let names: Vec<_> = headers.iter().map(|(name, _)| name.as_str()).collect();
    let lines = headers
        .iter()
        .map(|(name, values)| format!("{name}:{}\n", values.join(",")));
    (names.join(";"), lines.collect())
}
