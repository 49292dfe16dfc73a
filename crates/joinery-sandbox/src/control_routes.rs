//! The control API: what `control` can do, over HTTP below `/sandbox`, where Okta has nothing. It takes the API token
//! of the org, and no fault, lag or rate limit touches it. `docs/sandbox.md` shows a call of each route.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::clock::Time;
use crate::duration;
use crate::fault_rule::FaultRule;
use crate::okta::call::Query;
use crate::options::Error;
use crate::rate_limit_rules::{Limit, RateLimits};
use crate::snapshot;
use crate::state::State;

/// A route of the control API: method, path below `/sandbox` with `{}` for an open part, and what answers it.
pub struct ControlRoute(pub Method, pub &'static str, Handler);

type Handler = fn(&Asked<'_>) -> Result<Answer, Refusal>;

/// Every route.
pub const ROUTES: &[ControlRoute] = &[
    ControlRoute(Method::GET, "", overview),
    ControlRoute(Method::GET, "/clock", clock),
    ControlRoute(Method::POST, "/clock/freeze", freeze),
    ControlRoute(Method::POST, "/clock/set", set_clock),
    ControlRoute(Method::POST, "/clock/advance", advance),
    ControlRoute(Method::POST, "/clock/run", run),
    ControlRoute(Method::POST, "/clock/follow", follow),
    ControlRoute(Method::GET, "/lag", lag),
    ControlRoute(Method::PUT, "/lag", set_lag),
    ControlRoute(Method::GET, "/faults", faults),
    ControlRoute(Method::POST, "/faults", add_fault),
    ControlRoute(Method::DELETE, "/faults", clear_faults),
    ControlRoute(Method::DELETE, "/faults/{}", remove_fault),
    ControlRoute(Method::GET, "/rate-limits", rate_limits),
    ControlRoute(Method::PUT, "/rate-limits", set_rate_limits),
    ControlRoute(Method::DELETE, "/rate-limits", usual_rate_limits),
    ControlRoute(Method::GET, "/activity", activity),
    ControlRoute(Method::GET, "/log", log),
    ControlRoute(Method::POST, "/reset", reset),
    ControlRoute(Method::GET, "/snapshots", snapshots),
    ControlRoute(Method::PUT, "/snapshots/{}", take_snapshot),
    ControlRoute(Method::GET, "/snapshots/{}", download),
    ControlRoute(Method::POST, "/snapshots/{}/restore", restore),
    ControlRoute(Method::DELETE, "/snapshots/{}", remove_snapshot),
    ControlRoute(Method::PUT, "/org", load),
];

/// The largest body: a snapshot of a large org.
const LARGEST_BODY: usize = 1024 * 1024 * 1024;

/// A call of the control API.
struct Asked<'a> {
    state: &'a State,
    /// The open part of the path.
    part: String,
    query: Query,
    body: Bytes,
}

enum Answer {
    Json(Value),
    File(Vec<u8>),
}

/// Why a call is refused.
struct Refusal(StatusCode, String);

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let status = match error {
            Error::NoSnapshot { .. } => StatusCode::NOT_FOUND,
            _ => StatusCode::BAD_REQUEST,
        };
        Self(status, error.to_string())
    }
}

/// Every route as method and path, for the document that describes them.
pub fn paths() -> impl Iterator<Item = (String, String)> {
    let shown = |ControlRoute(method, path, _): &ControlRoute| (method.to_string(), format!("/sandbox{path}"));
    ROUTES.iter().map(shown)
}

/// Whether a path belongs to the control API.
pub fn is_control(path: &str) -> bool {
    path.strip_prefix("/sandbox")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Answers a call.
pub async fn answer(state: &State, request: Request) -> Response {
    let (head, body) = request.into_parts();
    if !is_allowed(state, &head.headers) {
        let text = "the control API takes the API token of the org: Authorization: SSWS TOKEN";
        return refuse(Refusal(StatusCode::UNAUTHORIZED, text.into()));
    }
    let (handler, part) = match find(&head.method, head.uri.path()) {
        Ok(found) => found,
        Err(refusal) => return refuse(refusal),
    };
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        let text = "the body cannot be read, or is larger than 1 GB";
        return refuse(Refusal(StatusCode::PAYLOAD_TOO_LARGE, text.into()));
    };
    let asked = Asked {
        state,
        part,
        query: Query::parse(head.uri.query().unwrap_or_default()),
        body,
    };
    match handler(&asked) {
        Ok(Answer::Json(value)) => respond(StatusCode::OK, "application/json", value.to_string().into()),
        Ok(Answer::File(bytes)) => respond(StatusCode::OK, "application/x-ndjson", bytes.into()),
        Err(refusal) => refuse(refusal),
    }
}

fn is_allowed(state: &State, headers: &HeaderMap) -> bool {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    value
        .and_then(|value| value.split_once(' '))
        .is_some_and(|(scheme, token)| scheme.eq_ignore_ascii_case("SSWS") && state.accepts(token.trim()))
}

fn find(method: &Method, path: &str) -> Result<(Handler, String), Refusal> {
    let path = path.strip_prefix("/sandbox").unwrap_or(path).trim_end_matches('/');
    let mut known = false;
    for ControlRoute(wanted, pattern, handler) in ROUTES {
        if let Some(part) = open_part(pattern, path) {
            known = true;
            if wanted == method {
                return Ok((*handler, part));
            }
        }
    }
    if known {
        let text = format!("/sandbox{path} does not take {method}");
        return Err(Refusal(StatusCode::METHOD_NOT_ALLOWED, text));
    }
    let text = format!("the control API has no /sandbox{path}: docs/sandbox.md lists what it has");
    Err(Refusal(StatusCode::NOT_FOUND, text))
}

/// The open part, decoded, where the pattern fits; empty where the pattern has none.
fn open_part(pattern: &str, path: &str) -> Option<String> {
    let Some((start, end)) = pattern.split_once("{}") else {
        return (pattern == path).then(String::new);
    };
    let part = path.strip_prefix(start)?.strip_suffix(end)?;
    let is_one = !part.is_empty() && !part.contains('/');
    is_one.then(|| percent_decode_str(part).decode_utf8_lossy().into_owned())
}

fn refuse(Refusal(status, text): Refusal) -> Response {
    respond(status, "application/json", json!({"error": text}).to_string().into())
}

fn respond(status: StatusCode, kind: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let kind = header::HeaderValue::from_static(kind);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

impl Asked<'_> {
    /// The members of the body, all of them optional.
    fn member<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Refusal> {
        let wrong = |text: String| Refusal(StatusCode::BAD_REQUEST, text);
        if self.body.is_empty() {
            return Ok(None);
        }
        let mut body: BTreeMap<String, Value> = serde_json::from_slice(&self.body)
            .map_err(|error| wrong(format!("the body is not a JSON object: {error}")))?;
        if let Some(unknown) = body.keys().find(|key| !MEMBERS.contains(&key.as_str())) {
            return Err(wrong(format!("the body has an unknown member `{unknown}`")));
        }
        match body.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => serde_json::from_value(value).map_err(|error| wrong(format!("`{name}`: {error}"))),
        }
    }

    fn needed<T: DeserializeOwned>(&self, name: &str, example: &str) -> Result<T, Refusal> {
        let missing = || Refusal(StatusCode::BAD_REQUEST, format!("send {{\"{name}\": {example}}}"));
        self.member(name)?.ok_or_else(missing)
    }

    fn moment(&self, name: &str) -> Result<Option<Time>, Refusal> {
        self.member(name)
    }

    fn length(&self, name: &str, example: &str) -> Result<Duration, Refusal> {
        let text: String = self.needed(name, example)?;
        duration::parse(&text).map_err(|reason| Refusal(StatusCode::BAD_REQUEST, reason))
    }
}

/// Every member that a body may have.
const MEMBERS: &[&str] = &["at", "to", "by", "lag", "rule", "enforced", "concurrent", "limits"];

fn shown(value: &impl Serialize) -> Answer {
    Answer::Json(serde_json::to_value(value).unwrap_or_default())
}

#[expect(clippy::unnecessary_wraps, reason = "every route answers with a result")]
fn overview(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    Ok(shown(&asked.state.overview()))
}

#[expect(clippy::unnecessary_wraps, reason = "every route answers with a result")]
fn clock(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    Ok(shown(&asked.state.clock_state()))
}

fn freeze(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    asked.state.clock.freeze(asked.moment("at")?);
    clock(asked)
}

fn set_clock(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    asked.state.clock.set(asked.needed("to", "\"2026-03-02T09:00:00Z\"")?);
    clock(asked)
}

fn advance(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    let by = asked.length("by", "\"1h\"")?;
    asked
        .state
        .clock
        .advance(i64::try_from(by.as_millis()).unwrap_or(i64::MAX));
    clock(asked)
}

fn run(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    asked.state.clock.run();
    clock(asked)
}

fn follow(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    asked.state.clock.follow_system();
    clock(asked)
}

#[expect(clippy::unnecessary_wraps, reason = "every route answers with a result")]
fn lag(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::Json(json!({"lag": duration::shown(asked.state.lag())})))
}

fn set_lag(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    asked.state.set_lag(asked.length("lag", "\"2s\"")?);
    lag(asked)
}

#[expect(clippy::unnecessary_wraps, reason = "every route answers with a result")]
fn faults(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    Ok(shown(&asked.state.faults.list()))
}

fn add_fault(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    let rule: String = asked.needed("rule", "\"GET /api/v1/users* 503 first=2\"")?;
    let added = rule.parse::<FaultRule>().and_then(|rule| asked.state.faults.add(rule));
    added.map_err(|reason| Refusal(StatusCode::BAD_REQUEST, reason))?;
    faults(asked)
}

fn clear_faults(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    asked.state.faults.replace(&[]);
    faults(asked)
}

fn remove_fault(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    let found = asked.part.parse().is_ok_and(|id| asked.state.faults.remove(id));
    if !found {
        return Err(Refusal(
            StatusCode::NOT_FOUND,
            format!("there is no fault {}", asked.part),
        ));
    }
    faults(asked)
}

#[expect(clippy::unnecessary_wraps, reason = "every route answers with a result")]
fn rate_limits(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    let RateLimits {
        enforced,
        concurrent,
        limits,
    } = asked.state.buckets.limits();
    let limits: serde_json::Map<String, Value> = limits
        .iter()
        .map(|limit| (limit.to_string(), limit.calls.into()))
        .collect();
    let shown = json!({"enforced": enforced, "concurrent": concurrent, "limits": limits});
    Ok(Answer::Json(shown))
}

fn set_rate_limits(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    let mut limits = asked.state.buckets.limits();
    limits.enforced = asked.member("enforced")?.unwrap_or(limits.enforced);
    limits.concurrent = asked.member("concurrent")?.unwrap_or(limits.concurrent);
    let more: BTreeMap<String, Option<u32>> = asked.member("limits")?.unwrap_or_default();
    let refused = |reason: String| Refusal(StatusCode::BAD_REQUEST, reason);
    for (path, calls) in more {
        let limit: Limit = format!("{path}={}", calls.unwrap_or_default())
            .parse()
            .map_err(refused)?;
        match calls {
            Some(_) => limits.put(limit),
            None => limits.remove(&limit).map_err(refused)?,
        }
    }
    asked.state.buckets.set(&limits);
    rate_limits(asked)
}

fn usual_rate_limits(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    asked.state.buckets.set(&RateLimits::default());
    rate_limits(asked)
}

fn activity(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    let after = asked.query.filled("after").map_or(Ok(0), str::parse);
    let wrong = |_| Refusal(StatusCode::BAD_REQUEST, "`after` is the number of a call".into());
    Ok(shown(&asked.state.activity.after(after.map_err(wrong)?)))
}

fn log(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    let after = asked.query.filled("after").map(str::parse).transpose();
    let wrong = |_| {
        Refusal(
            StatusCode::BAD_REQUEST,
            "`after` is what `next` of another answer says".into(),
        )
    };
    let (events, next) = asked.state.log_after(after.map_err(wrong)?);
    Ok(Answer::Json(json!({"events": events, "next": next})))
}

fn reset(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    asked.state.reset()?;
    overview(asked)
}

#[expect(clippy::unnecessary_wraps, reason = "every route answers with a result")]
fn snapshots(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    Ok(shown(&asked.state.snapshot_entries()))
}

fn take_snapshot(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    Ok(shown(&asked.state.take_snapshot(&asked.part)?))
}

fn download(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    let found = asked.state.snapshot(&asked.part)?;
    let mut bytes = Vec::new();
    snapshot::write(&mut found.org.clone(), &mut bytes)
        .map_err(|error| Refusal(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    Ok(Answer::File(bytes))
}

fn restore(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    asked.state.restore(&asked.part)?;
    overview(asked)
}

fn remove_snapshot(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    asked.state.remove_snapshot(&asked.part)?;
    snapshots(asked)
}

fn load(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    let org = snapshot::read(&asked.body).map_err(|reason| {
        let text = format!("the body is not what `GET /sandbox/snapshots/NAME` gives: {reason}");
        Refusal(StatusCode::BAD_REQUEST, text)
    })?;
    asked.state.replace(org);
    overview(asked)
}
