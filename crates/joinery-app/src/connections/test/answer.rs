//! An answer as a diagnosis reads it: status, headers, and the words an API puts into the body of a refusal.

use joinery_connector::{Header, http};
use joinery_http::Exchange;
use serde_json::Value;

/// The most of a body that is looked at: a refusal is short, and a web page shows itself at its beginning.
const LOOKED_AT: u64 = 256 * 1024;

/// An answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    pub status: u16,
    pub reason: String,
    pub headers: Vec<Header>,
    pub body: String,
}

impl Answer {
    pub fn of(exchange: &Exchange) -> Self {
        let response = &exchange.response;
        let body = if response.size <= LOOKED_AT {
            exchange.body.read().unwrap_or_default().to_vec()
        } else {
            Vec::new()
        };
        Self {
            status: response.status,
            reason: response.reason.clone(),
            headers: response.headers.clone(),
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        http::header(&self.headers, name)
    }

    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body, where it is a JSON object.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.body).ok().filter(Value::is_object)
    }

    /// Whether a web page came.
    pub fn is_page(&self) -> bool {
        let kind = self.header("content-type").unwrap_or_default().to_ascii_lowercase();
        let start = self
            .body
            .trim_start()
            .get(..14)
            .unwrap_or_default()
            .to_ascii_lowercase();
        kind.contains("text/html") || start.starts_with("<!doctype html") || start.starts_with("<html")
    }

    /// Okta's code, such as `E0000011`.
    pub fn okta_code(&self) -> Option<String> {
        self.json()?
            .get("errorCode")?
            .as_str()
            .filter(|code| code.starts_with('E'))
            .map(str::to_owned)
    }

    /// `error` of an OAuth 2.0 answer: in the body of a token endpoint, in `WWW-Authenticate` of an API (RFC 6750 §3).
    pub fn oauth_error(&self) -> Option<String> {
        let in_body = || Some(self.json()?.get("error")?.as_str()?.to_owned());
        self.challenge("error").or_else(in_body)
    }

    /// What goes with it.
    pub fn oauth_description(&self) -> Option<String> {
        let in_body = || Some(self.json()?.get("error_description")?.as_str()?.to_owned());
        self.challenge("error_description").or_else(in_body)
    }

    /// A parameter of `WWW-Authenticate`.
    pub fn challenge(&self, name: &str) -> Option<String> {
        let header = self.header("www-authenticate")?;
        let at = header
            .match_indices(&format!("{name}="))
            .find(|(at, _)| {
                at.checked_sub(1)
                    .is_none_or(|before| matches!(header.as_bytes()[before], b' ' | b','))
            })?
            .0;
        let value = &header[at + name.len() + 1..];
        Some(match value.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap_or_default().to_owned(),
            None => value.split([',', ' ']).next().unwrap_or_default().to_owned(),
        })
    }

    /// The service's own words: code and text.
    pub fn said(&self) -> Option<String> {
        let json = self.json();
        let text = |name: &str| Some(json.as_ref()?.get(name)?.as_str()?.to_owned());
        let (code, words) = match self.okta_code() {
            Some(code) => (code, text("errorSummary")),
            None => (self.oauth_error()?, self.oauth_description()),
        };
        Some(match words.filter(|words| !words.is_empty()) {
            Some(words) => format!("{code}, {words}"),
            None => code,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_read_by_its_names() {
        let challenge = r#"Bearer authorization_uri="http://a/authorize", realm="http://a", scope="okta.users.read", error="insufficient_scope", error_description="It does not do, really.", resource=/api"#;
        let answer = Answer {
            headers: vec![Header::new("WWW-Authenticate", challenge)],
            ..Answer::default()
        };
        assert_eq!(answer.challenge("scope").as_deref(), Some("okta.users.read"));
        assert_eq!(answer.oauth_error().as_deref(), Some("insufficient_scope"));
        assert_eq!(answer.oauth_description().as_deref(), Some("It does not do, really."));
        assert_eq!(answer.challenge("resource").as_deref(), Some("/api"));
        assert_eq!(answer.challenge("uri"), None);
    }

    #[test]
    fn a_page_is_known_by_its_type_or_its_beginning() {
        let page = |kind: &str, body: &str| Answer {
            headers: vec![Header::new("content-type", kind)],
            body: body.to_owned(),
            ..Answer::default()
        };
        assert!(page("text/html;charset=utf-8", "").is_page());
        assert!(page("text/plain", "\n<!DOCTYPE html><p>").is_page());
        assert!(!page("application/json", "{}").is_page());
    }
}
