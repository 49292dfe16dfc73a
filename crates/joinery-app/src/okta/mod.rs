//! What is worth knowing about an answer of Okta: what its error means, which scope is missing, what a call did besides
//! what was asked, and which steps come next.

mod codes;
mod scopes;
mod steps;

use std::collections::BTreeMap;

use jiff::Timestamp;
use joinery_connector::{
    HttpRequest,
    http::HttpBody,
    request::{Pair, RequestBody, SavedRequest},
};
use joinery_http::{Exchange, pages};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;
use url::Url;

use crate::requests::LastResponses;

/// The largest answer that is looked into.
const LARGEST: u64 = 1 << 20;

/// The attributes that `filter` knows on users; `search` knows every one.
const FILTERED: &[&str] = &[
    "status",
    "lastUpdated",
    "id",
    "profile.login",
    "profile.email",
    "profile.firstName",
    "profile.lastName",
];

/// Something worth knowing about an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Hint {
    /// How much it matters.
    pub level: HintLevel,
    /// What it is, in a few words.
    pub title: String,
    /// What it means and what to do.
    pub text: String,
    /// Requests that are the way out, or the next steps, ready to be sent; each named after what it does.
    pub fixes: Vec<SavedRequest>,
    /// Whether the way out is to follow the pages of the list.
    pub follow: bool,
    /// What a PUT takes away, attribute by attribute.
    pub changes: Vec<AttributeChange>,
}

/// An attribute before and after a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AttributeChange {
    /// The attribute's name.
    pub name: String,
    /// Its value as JSON before.
    pub before: String,
    /// Its value as JSON after; `None` where it has none.
    pub after: Option<String>,
}

/// How much a hint matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum HintLevel {
    /// Why the call failed.
    Problem,
    /// What the call did, or left, that its author may not expect.
    Care,
    /// What could be done next.
    Offer,
}

/// A request, its answer, and what was known before.
pub(crate) struct Okta<'a> {
    pub(crate) asked: &'a HttpRequest,
    pub(crate) exchange: &'a Exchange,
    /// Whether further pages were followed.
    pub(crate) followed: bool,
    pub(crate) before: &'a LastResponses,
    pub(crate) now_ms: i64,
}

/// What is worth knowing about the answer; nothing where it is not Okta's.
pub(crate) fn hints(okta: &Okta<'_>) -> Vec<Hint> {
    let response = &okta.exchange.response;
    // Every answer of Okta has it, and no other server does.
    if response.header("x-okta-request-id").is_none() {
        return Vec::new();
    }
    let Ok(url) = Url::parse(&response.url) else {
        return Vec::new();
    };
    let known = okta.exchange.body.size() <= LARGEST;
    let bytes = known
        .then(|| okta.exchange.body.read().ok())
        .flatten()
        .unwrap_or_default();
    let body = || serde_json::from_slice::<Value>(&bytes).unwrap_or_default();
    let mut hints = Vec::new();
    if response.status >= 400 {
        let body = body();
        hints.extend(limit(okta));
        hints.extend(error(&body).filter(|_| response.status != 429));
        hints.extend(scope(okta, &url, &body));
        hints.extend(search(okta, &url));
        return hints;
    }
    hints.extend(more(okta, &bytes, &url));
    match okta.asked.method.as_str() {
        "PUT" => hints.extend(cleared(okta, &body())),
        "DELETE" => hints.extend(deactivated(okta, &url)),
        "GET" | "POST" if bytes.first() == Some(&b'{') => hints.extend(steps::offered(&url, &body())),
        _ => {}
    }
    hints
}

fn hint(level: HintLevel, title: impl Into<String>, text: impl Into<String>) -> Hint {
    Hint {
        level,
        title: title.into(),
        text: text.into(),
        fixes: Vec::new(),
        follow: false,
        changes: Vec::new(),
    }
}

/// Attributes that lose their values.
fn losses(gone: &Map<String, Value>) -> Vec<AttributeChange> {
    let each = gone.iter().map(|(name, value)| AttributeChange {
        name: name.clone(),
        before: value.to_string(),
        after: None,
    });
    each.collect()
}

/// What the error's code means.
fn error(body: &Value) -> Option<Hint> {
    let code = body["errorCode"].as_str().or(body["error"].as_str())?;
    let (title, cause) = codes::meaning(code)?;
    Some(hint(HintLevel::Problem, format!("{code}: {title}"), cause))
}

/// The scope the endpoint takes, where the answer refuses for want of one.
fn scope(okta: &Okta<'_>, url: &Url, body: &Value) -> Option<Hint> {
    let response = &okta.exchange.response;
    let challenge = response.header("www-authenticate").unwrap_or_default();
    let code = body["errorCode"].as_str().unwrap_or_default();
    if code != "E0000006" && !challenge.contains("insufficient_scope") {
        return None;
    }
    let told = challenge
        .split_once("scope=\"")
        .and_then(|(_, rest)| rest.split('"').next());
    let known = scopes::of(&okta.asked.method, url.path());
    let scopes = match told.filter(|told| !told.is_empty()) {
        Some(told) => told.to_owned(),
        None if known.is_empty() => return None,
        None => known.join(" or "),
    };
    let signed = &okta.exchange.request.headers;
    let with_token = joinery_connector::http::header(signed, "authorization").unwrap_or_default();
    let text = if with_token.starts_with("SSWS") {
        format!(
            "An API token may do what its owner may: the owner needs an admin role that allows it. An access token would need {scopes}."
        )
    } else {
        format!(
            "Add {scopes} to the scopes of the connection, grant it to the app, and give the app an admin role that allows it."
        )
    };
    Some(hint(HintLevel::Problem, format!("It takes the scope {scopes}"), text))
}

/// When the rate limit ends.
fn limit(okta: &Okta<'_>) -> Option<Hint> {
    let response = &okta.exchange.response;
    let limit = response.rate_limit.filter(|_| response.status == 429)?;
    let reset = i64::try_from(limit.reset).ok()?;
    let moment = Timestamp::from_second(reset).ok()?.strftime("%H:%M:%S UTC");
    let left = (reset - okta.now_ms / 1000).max(0);
    let title = format!("Asked too often; free again at {moment}");
    let text = if limit.limit == 0 {
        format!("Too many requests are under way at once. Send fewer in parallel; try again in {left} s.")
    } else {
        format!(
            "All {} calls of this minute are used up. Try again in {left} s.",
            limit.limit
        )
    };
    Some(hint(HintLevel::Problem, title, text))
}

/// `filter` with what only `search` knows.
fn search(okta: &Okta<'_>, url: &Url) -> Option<Hint> {
    if okta.exchange.response.status != 400 || url.path().trim_end_matches('/') != "/api/v1/users" {
        return None;
    }
    let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    let filter = query.get("filter")?;
    let words = filter.split([' ', '(', ')']);
    let attributes = words.filter(|word| word.starts_with("profile.") || FILTERED.contains(word));
    let unknown: Vec<&str> = attributes.filter(|word| !FILTERED.contains(word)).collect();
    let beyond_equals = [" sw ", " co ", " pr", " ew ", " ne ", " not "]
        .iter()
        .any(|word| filter.contains(word));
    if unknown.is_empty() && !beyond_equals {
        return None;
    }
    let mut fixed = SavedRequest {
        name: "Search instead".into(),
        method: "GET".into(),
        url: "{{base_url}}/api/v1/users".into(),
        ..SavedRequest::default()
    };
    for (name, value) in url.query_pairs() {
        let name = if name == "filter" { "search" } else { &name };
        fixed.query.push(Pair {
            name: name.to_owned(),
            value: value.into_owned(),
            enabled: true,
            description: String::new(),
        });
    }
    let text = format!(
        "`filter` compares {} with `eq` only. `search` takes every attribute of the profile, `sw`, `co`, `pr` and more; it may lag a moment behind changes.",
        FILTERED.join(", ")
    );
    Some(Hint {
        fixes: vec![fixed],
        ..hint(HintLevel::Problem, "This filter needs `search`", text)
    })
}

/// Whether there is a next page that was left.
fn more(okta: &Okta<'_>, body: &[u8], url: &Url) -> Option<Hint> {
    let alone = okta.asked.method == "GET" && !okta.followed;
    // The System Log always has a next page: that is how it is polled.
    if !alone || url.path().starts_with("/api/v1/logs") {
        return None;
    }
    pages::next(&okta.exchange.response.headers, body, url)?;
    let text =
        "The answer has a `next` link. Follow the pages in the request's settings, or with --pages, to get all of it.";
    Some(Hint {
        follow: true,
        ..hint(HintLevel::Care, "This is one page of more", text)
    })
}

/// What a PUT took away, which replaces the whole profile.
fn cleared(okta: &Okta<'_>, after: &Value) -> Option<Hint> {
    let before = okta.before.last(&okta.exchange.response.url)?;
    let before = before["profile"].as_object()?;
    let after = after["profile"].as_object()?;
    let cleared = missing(before, after);
    if cleared.is_empty() {
        return None;
    }
    let changes = losses(&cleared);
    let gone: Vec<String> = cleared
        .iter()
        .map(|(name, value)| format!("{name} was {value}"))
        .collect();
    let users = okta.asked.url.contains("/api/v1/users/");
    let mut whole = after.clone();
    whole.extend(cleared.clone());
    let profile = if users { cleared } else { whole };
    let put_back = SavedRequest {
        name: "Put them back".into(),
        // Only users have a call that changes a part.
        method: if users { "POST" } else { "PUT" }.into(),
        url: steps::below_base(&okta.exchange.response.url),
        body: RequestBody::Json {
            text: format!("{:#}", serde_json::json!({ "profile": profile })),
        },
        ..SavedRequest::default()
    };
    let text = format!(
        "PUT replaces the whole profile, and what is not sent is gone: {}.{}",
        gone.join(", "),
        if users { " POST changes only what it sends." } else { "" }
    );
    Some(Hint {
        fixes: vec![put_back],
        changes,
        ..hint(HintLevel::Care, "The PUT cleared attributes", text)
    })
}

/// A first DELETE of a user only deactivates.
fn deactivated(okta: &Okta<'_>, url: &Url) -> Option<Hint> {
    let id = url.path().strip_prefix("/api/v1/users/")?;
    if id.contains('/') || okta.before.was_deleted(url.as_str()) {
        return None;
    }
    let known = okta.before.last(url.as_str());
    let status = known.as_ref().and_then(|user| user["status"].as_str());
    if status == Some("DEPROVISIONED") {
        return None;
    }
    let again = SavedRequest {
        name: "Delete for good".into(),
        method: "DELETE".into(),
        url: steps::below_base(url.as_str()),
        ..SavedRequest::default()
    };
    let text = "The first DELETE of a user who was not deactivated yet deactivates. A second one deletes for good.";
    Some(Hint {
        fixes: vec![again],
        ..hint(HintLevel::Care, "The user is deactivated, not deleted", text)
    })
}

/// What a PUT would take away, by what its URL was last answered with.
pub(crate) fn would_clear(ready: &HttpRequest, before: &LastResponses) -> Option<Hint> {
    let HttpBody::Text { text, .. } = &ready.body else {
        return None;
    };
    if ready.method != "PUT" || !ready.url.contains("/api/v1/") {
        return None;
    }
    let known = before.last(&ready.url)?;
    let sent: Value = serde_json::from_str(text).ok()?;
    let (known, sent) = (known["profile"].as_object()?, sent["profile"].as_object()?);
    let gone = missing(known, sent);
    if gone.is_empty() {
        return None;
    }
    let changes = losses(&gone);
    let gone: Vec<String> = gone.iter().map(|(name, value)| format!("{name} is {value}")).collect();
    let text = format!(
        "PUT replaces the whole profile, and what is not sent goes: {}.",
        gone.join(", ")
    );
    Some(Hint {
        changes,
        ..hint(HintLevel::Care, "This PUT clears attributes", text)
    })
}

/// The members of `before` that have a value, and none in `after`.
fn missing(before: &Map<String, Value>, after: &Map<String, Value>) -> Map<String, Value> {
    let gone = before
        .iter()
        .filter(|(name, value)| !value.is_null() && after.get(*name).is_none_or(Value::is_null));
    gone.map(|(name, value)| (name.clone(), value.clone())).collect()
}
