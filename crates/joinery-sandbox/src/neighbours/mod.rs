//! Stand-ins for the services that flows join with Okta: small APIs on the same address, each below a path of its own,
//! with their state in memory. They take the API token of the org, and no fault, lag or rate limit touches them.

mod r#box;
mod chargebee;
mod slack;

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};
use url::Url;

use crate::activity::Finished;
use crate::clock::Time;
use crate::okta::call::{Query, Reply};
use crate::state::State;
use crate::{faults, random, server, webhook};

/// The largest body they take.
const LARGEST_BODY: usize = 1024 * 1024;

/// A service that the sandbox can stand in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Neighbour {
    /// Folders and who may see them.
    Box,
    /// Customers and subscriptions.
    Chargebee,
    /// Messages, buttons and slash commands.
    Slack,
}

impl Neighbour {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Box, Self::Chargebee, Self::Slack];

    /// Its name, which its paths begin with.
    pub fn name(self) -> &'static str {
        match self {
            Self::Box => "box",
            Self::Chargebee => "chargebee",
            Self::Slack => "slack",
        }
    }
}

impl fmt::Display for Neighbour {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl FromStr for Neighbour {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|neighbour| neighbour.name() == text);
        found.ok_or_else(|| format!("`{text}` is none of box, chargebee and slack"))
    }
}

/// The services that stand beside an org.
pub struct Neighbours {
    with: Vec<Neighbour>,
    held: Mutex<Held>,
}

/// What they hold.
#[derive(Default)]
struct Held {
    r#box: r#box::Files,
    chargebee: chargebee::Site,
    slack: slack::Workspace,
}

impl Neighbours {
    /// These, with nothing in them.
    pub fn new(with: &[Neighbour]) -> Self {
        Self {
            with: with.to_vec(),
            held: Mutex::default(),
        }
    }

    /// Forgets everything.
    pub fn reset(&self) {
        *self.held() = Held::default();
    }

    /// The one that a path belongs to.
    pub fn at(&self, path: &str) -> Option<Neighbour> {
        let first = path.split('/').find(|part| !part.is_empty())?;
        self.with.iter().copied().find(|neighbour| neighbour.name() == first)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call to one of them.
struct Asked<'a> {
    state: &'a State,
    now: Time,
    method: Method,
    /// The path below its own, part by part.
    path: Vec<String>,
    query: Query,
    headers: HeaderMap,
    body: Bytes,
}

impl Asked<'_> {
    /// Method and path, to be matched.
    fn route(&self) -> (&str, Vec<&str>) {
        (self.method.as_str(), self.path.iter().map(String::as_str).collect())
    }

    fn header(&self, name: &HeaderName) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    /// The body as a JSON object; an empty one where it is none.
    fn json(&self) -> Map<String, Value> {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as a form.
    fn form(&self) -> Query {
        Query::parse(&String::from_utf8_lossy(&self.body))
    }

    /// Whether it is signed with the token of the org.
    fn has_bearer(&self) -> bool {
        let token = self.header(&header::AUTHORIZATION).split_once(' ');
        token.is_some_and(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && self.state.accepts(token.trim()))
    }

    /// Whether the token of the org is its user name, as a key of Chargebee is.
    fn has_key(&self) -> bool {
        let sent = self.header(&header::AUTHORIZATION).split_once(' ');
        let decoded = sent
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
            .and_then(|(_, text)| BASE64_STANDARD.decode(text.trim()).ok())
            .and_then(|bytes| String::from_utf8(bytes).ok());
        decoded.is_some_and(|text| self.state.accepts(text.split(':').next().unwrap_or_default()))
    }

    /// Whether it may control the stand-in, as the org is controlled.
    fn may_control(&self) -> bool {
        let token = self.header(&header::AUTHORIZATION).split_once(' ');
        token.is_some_and(|(scheme, token)| scheme.eq_ignore_ascii_case("ssws") && self.state.accepts(token.trim()))
    }

    /// Delivers a body to an address of this machine, and tells what was answered.
    async fn deliver(&self, url: &str, headers: &[(String, String)], body: &str) -> Result<Value, Refusal> {
        let url = Url::parse(url).map_err(|_| Refusal(400, format!("`{url}` is no address")))?;
        let sent = webhook::ask(&self.state.clock, Method::POST, &url, headers, body.as_bytes()).await;
        let (status, answer) = sent.map_err(|reason| Refusal(502, format!("{url}: {reason}")))?;
        let text = String::from_utf8_lossy(&answer).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(json!({"status": status.as_u16(), "body": body}))
    }
}

/// Why a control call is refused.
struct Refusal(u16, String);

/// A member of a JSON body as text.
fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// A member that a control call needs.
fn needed<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a str, Refusal> {
    text(body, name).ok_or_else(|| Refusal(400, format!("send a member `{name}`")))
}

/// Answers a call to one of them, and notes it beside those to the org.
pub async fn answer(state: &State, neighbour: Neighbour, request: Request) -> Response {
    let started = Instant::now();
    let now = state.clock.now();
    let (head, body) = request.into_parts();
    let parts = head.uri.path().split('/').filter(|part| !part.is_empty()).skip(1);
    let decoded = parts.map(|part| {
        percent_encoding::percent_decode_str(part)
            .decode_utf8_lossy()
            .into_owned()
    });
    let path: Vec<String> = decoded.collect();
    let controls = path.first().is_some_and(|part| part == "sandbox");
    let body = to_bytes(body, LARGEST_BODY).await;
    let too_large = body.is_err();
    let asked = Asked {
        state,
        now,
        method: head.method,
        path,
        query: Query::parse(head.uri.query().unwrap_or_default()),
        headers: head.headers,
        body: body.unwrap_or_default(),
    };
    if controls {
        return control(neighbour, &asked).await;
    }
    let mut reply = match neighbour {
        _ if too_large => Reply::no_content().with_status(413),
        Neighbour::Box => r#box::answer(&asked),
        Neighbour::Chargebee => chargebee::answer(&asked),
        Neighbour::Slack => slack::answer(&asked),
    };
    if let Ok(date) = HeaderValue::from_str(&now.http_date()) {
        reply.headers.push((header::DATE, date));
    }
    let response = server::respond(reply);
    state.activity.note(Finished {
        time: now,
        method: asked.method.as_str(),
        path: head.uri.path(),
        query: None,
        status: if faults::is_dropped(&response) {
            0
        } else {
            response.status().as_u16()
        },
        milliseconds: started.elapsed().as_secs_f64() * 1000.0,
        caller: neighbour.name().to_owned(),
        fault: None,
        request_id: &random::request_id(),
    });
    response
}

async fn control(neighbour: Neighbour, asked: &Asked<'_>) -> Response {
    let done = if asked.may_control() {
        match neighbour {
            Neighbour::Box => r#box::control(asked),
            Neighbour::Chargebee => chargebee::control(asked).await,
            Neighbour::Slack => slack::control(asked).await,
        }
    } else {
        let text = "the control calls take the API token of the org: Authorization: SSWS TOKEN";
        Err(Refusal(401, text.into()))
    };
    server::respond(match done {
        Ok(value) => Reply::json(&value),
        Err(Refusal(status, text)) => Reply::json(&json!({"error": text})).with_status(status),
    })
}

/// That there is no such control call.
fn unknown(asked: &Asked<'_>) -> Refusal {
    let (method, path) = (&asked.method, asked.path.join("/"));
    Refusal(
        StatusCode::NOT_FOUND.as_u16(),
        format!("there is no {method} {path}: see docs/sandbox.md"),
    )
}
