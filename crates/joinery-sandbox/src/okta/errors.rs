//! Okta's error bodies. The code is what a client may rely on; the texts are Okta's own.

use std::borrow::Cow;

use axum::http::header::WWW_AUTHENTICATE;
use serde::Serialize;
use serde::ser::SerializeSeq;

use super::call::Reply;
use crate::random;

/// An answer that refuses: status, code, summary and causes.
#[derive(Debug, Clone)]
pub struct Problem {
    status: u16,
    code: Cow<'static, str>,
    summary: String,
    causes: Vec<String>,
    challenge: Option<String>,
}

impl Problem {
    /// Any of the catalogue's errors.
    pub fn new(status: u16, code: impl Into<Cow<'static, str>>, summary: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            summary: summary.into(),
            causes: Vec::new(),
            challenge: None,
        }
    }

    /// Adds a `WWW-Authenticate` header.
    #[must_use]
    pub fn with_challenge(mut self, challenge: String) -> Self {
        self.challenge = Some(challenge);
        self
    }

    /// Adds a cause.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// E0000001: what was sent does not fit.
    pub fn validation(object: &str, causes: Vec<String>) -> Self {
        Self {
            causes,
            ..Self::new(400, "E0000001", format!("Api validation failed: {object}"))
        }
    }

    /// E0000003: the body is not JSON, or not of the shape asked for.
    pub fn malformed() -> Self {
        Self::new(400, "E0000003", "The request body was not well-formed.")
    }

    /// E0000007: nothing has this id. `class` is Okta's name for the kind of thing.
    pub fn not_found(id: &str, class: &str) -> Self {
        Self::new(
            404,
            "E0000007",
            format!("Not found: Resource not found: {id} ({class})"),
        )
    }

    /// E0000031: a `search` or `filter` that cannot be used.
    pub fn search(cause: impl Into<String>) -> Self {
        Self::new(400, "E0000031", "Invalid search criteria.").because(cause)
    }

    /// E0000038: the user's status does not allow it.
    pub fn status_forbids() -> Self {
        Self::new(
            403,
            "E0000038",
            "This operation is not allowed in the user's current status.",
        )
    }

    /// E0000029: a cursor that no page gave.
    pub fn cursor() -> Self {
        Self::new(400, "E0000029", "Invalid paging request.").because("Invalid cursor.")
    }

    /// What is wrong, in one line.
    pub fn reason(&self) -> String {
        self.causes.first().unwrap_or(&self.summary).clone()
    }

    /// The answer to send.
    pub fn reply(&self) -> Reply {
        let body = Body {
            code: &self.code,
            summary: &self.summary,
            link: &self.code,
            id: format!("oae{}", random::text(22)),
            causes: Causes(&self.causes),
        };
        let reply = Reply::json(&body).with_status(self.status);
        match &self.challenge {
            Some(challenge) => reply.with_header(WWW_AUTHENTICATE, challenge),
            None => reply,
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "errorCode")]
    code: &'a str,
    #[serde(rename = "errorSummary")]
    summary: &'a str,
    #[serde(rename = "errorLink")]
    link: &'a str,
    #[serde(rename = "errorId")]
    id: String,
    #[serde(rename = "errorCauses")]
    causes: Causes<'a>,
}

struct Causes<'a>(&'a [String]);

impl Serialize for Causes<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Cause<'a> {
            error_summary: &'a str,
        }
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for cause in self.0 {
            list.serialize_element(&Cause { error_summary: cause })?;
        }
        list.end()
    }
}
