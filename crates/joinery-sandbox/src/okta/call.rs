//! One call to the API as the resources see it, and their reply.

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::errand::Errand;
use super::errors::Problem;
use super::oauth::access::Caller;
use super::role_permissions::Sight;
use crate::clock::Time;
use crate::state::State;

/// What a resource answers.
pub type Answer = Result<Reply, Problem>;

/// A call: where it goes and what it brings.
pub struct Call<'a> {
    /// The org it is made to.
    pub state: &'a State,
    /// The moment it arrived.
    pub now: Time,
    /// The method.
    pub method: &'a Method,
    /// The path, with single slashes.
    pub path: &'a str,
    /// The parts of the path that the route left open, in order.
    pub parts: Vec<Cow<'a, str>>,
    /// The query.
    pub query: Query,
    /// The query as it was sent.
    pub query_text: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body; empty where there is none.
    pub body: &'a [u8],
    /// Its `X-Okta-Request-Id`.
    pub request_id: &'a str,
    /// Who makes it; known once the call was authorised.
    pub caller: Caller,
    /// What they see of a list; known by then as well.
    pub sight: Sight,
}

impl Call<'_> {
    /// An open part of the path.
    pub fn part(&self, index: usize) -> &str {
        self.parts.get(index).map_or("", |part| part)
    }

    /// The body as a JSON object.
    ///
    /// # Errors
    /// E0000003 where it is none, E0000021 where it says that it is something else.
    pub fn object(&self) -> Result<Map<String, Value>, Problem> {
        if let Some(kind) = self.header(&header::CONTENT_TYPE)
            && !kind.to_ascii_lowercase().contains("json")
        {
            let summary = "Bad request.  Accept and/or Content-Type headers likely do not match supported values.";
            return Err(Problem::new(400, "E0000021", summary));
        }
        serde_json::from_slice(self.body).map_err(|_| Problem::malformed())
    }

    /// The org's own URL, and the one the caller used, which may name `localhost`.
    pub fn origins(&self) -> [String; 2] {
        let host = self.header(&header::HOST).unwrap_or_default();
        [self.state.url().to_owned(), format!("http://{host}")]
    }

    /// A header as text.
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The parameters of a query, in order and decoded.
#[derive(Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads what stands behind the question mark.
    pub fn parse(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that is not empty.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.trim().is_empty())
    }

    /// A switch: `true` or `false`, `default` where it is absent or anything else.
    pub fn flag(&self, name: &str, default: bool) -> bool {
        match self.get(name) {
            Some("true") => true,
            Some("false") => false,
            _ => default,
        }
    }

    /// Every parameter, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

/// A reply: status, headers and a JSON body.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// Headers beside those that every reply has.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body; `None` sends no content type either.
    pub body: Option<Vec<u8>>,
    /// What has to be asked of another service first; its answer takes the place of this reply.
    pub errand: Option<Box<Errand>>,
}

impl Reply {
    /// 200 with a body.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Self {
        let body = serde_json::to_vec(value).expect("every key is text and no number is infinite");
        Self {
            status: StatusCode::OK,
            headers: Vec::new(),
            body: Some(body),
            errand: None,
        }
    }

    /// 200 with `{}`.
    pub fn empty_object() -> Self {
        Self {
            status: StatusCode::OK,
            headers: Vec::new(),
            body: Some(b"{}".to_vec()),
            errand: None,
        }
    }

    /// 204.
    pub fn no_content() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            headers: Vec::new(),
            body: None,
            errand: None,
        }
    }

    /// Nothing yet: an errand has to be run first.
    pub fn after(errand: Errand) -> Self {
        Self {
            errand: Some(Box::new(errand)),
            ..Self::no_content()
        }
    }

    /// The same with another status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self
    }

    /// The same with one header more. A value no header can hold is left out.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }
}
