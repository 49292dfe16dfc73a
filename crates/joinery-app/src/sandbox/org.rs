//! What the sandbox org that runs holds, asked through the Okta API as any client would: people, groups, the log.
//! Lag, faults and rate limits apply, so the panel shows what a client sees.

use serde_json::Value;
use url::Url;

use super::{
    ask::{Call, okta},
    views::{SandboxEntry, SandboxEvent, SandboxLog, Searched},
};
use crate::{error::Error, studio::Studio};

/// How many users or groups a search shows.
const FOUND: &str = "50";
/// How many events one call gives.
const EVENTS: &str = "100";

/// Users or groups whose name begins with a text; the first ones where it is empty.
///
/// # Errors
/// As [`super::control`] says.
pub async fn search(studio: &Studio, searched: Searched, text: &str) -> Result<Vec<SandboxEntry>, Error> {
    let what = match searched {
        Searched::Users => "users",
        Searched::Groups => "groups",
    };
    let query = [("limit", FOUND), ("q", text.trim())];
    let query = if text.trim().is_empty() {
        &query[..1]
    } else {
        &query[..]
    };
    let (_, items) = okta(studio, Call::new("GET", &["api", "v1", what]).with_query(query)).await?;
    let entry = match searched {
        Searched::Users => user,
        Searched::Groups => group,
    };
    Ok(items.iter().map(entry).collect())
}

/// The newest events of the log, or those after a piece of it: `next` of that piece.
///
/// # Errors
/// As [`super::control`] says.
pub async fn log(studio: &Studio, next: Option<&str>) -> Result<SandboxLog, Error> {
    let Some(next) = next else {
        return newest(studio).await;
    };
    let query: Vec<(String, String)> = url::form_urlencoded::parse(next.as_bytes()).into_owned().collect();
    let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (&**name, &**value)).collect();
    let (exchange, items) = okta(studio, Call::new("GET", &LOGS).with_query(&query)).await?;
    let headers = exchange.response.headers.iter();
    let mut links = headers.filter(|header| header.name.eq_ignore_ascii_case("link"));
    // A polling query always has a next page; without one the same is asked again.
    let following = links.find_map(|header| next_of(&header.value));
    Ok(SandboxLog {
        events: items.iter().map(event).collect(),
        next: following.unwrap_or_else(|| next.to_owned()),
    })
}

const LOGS: [&str; 3] = ["api", "v1", "logs"];

/// The newest events. The log is then polled from the newest one on, which comes once more: events of the same
/// millisecond may follow it.
async fn newest(studio: &Studio) -> Result<SandboxLog, Error> {
    let query = [("sortOrder", "DESCENDING"), ("limit", EVENTS)];
    let (_, mut items) = okta(studio, Call::new("GET", &LOGS).with_query(&query)).await?;
    items.reverse();
    let events: Vec<SandboxEvent> = items.iter().map(event).collect();
    let mut next = url::form_urlencoded::Serializer::new(String::new());
    next.append_pair("limit", EVENTS);
    if let Some(last) = events.last() {
        next.append_pair("since", &last.published);
    }
    let next = next.finish();
    Ok(SandboxLog { events, next })
}

/// The query of the next page, where a `Link` header names it.
fn next_of(link: &str) -> Option<String> {
    let (url, rel) = link.strip_prefix('<')?.split_once('>')?;
    let url = rel.contains("rel=\"next\"").then(|| Url::parse(url).ok())??;
    url.query().map(str::to_owned)
}

fn text(item: &Value, place: &str) -> String {
    item.pointer(place)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn user(item: &Value) -> SandboxEntry {
    let name = format!(
        "{} {}",
        text(item, "/profile/firstName"),
        text(item, "/profile/lastName")
    );
    SandboxEntry {
        id: text(item, "/id"),
        name: name.trim().to_owned(),
        detail: text(item, "/profile/login"),
        status: text(item, "/status"),
    }
}

fn group(item: &Value) -> SandboxEntry {
    SandboxEntry {
        id: text(item, "/id"),
        name: text(item, "/profile/name"),
        detail: text(item, "/profile/description"),
        status: text(item, "/type"),
    }
}

fn event(item: &Value) -> SandboxEvent {
    let some = |place: &str| Some(text(item, place)).filter(|text| !text.is_empty());
    SandboxEvent {
        uuid: text(item, "/uuid"),
        published: text(item, "/published"),
        event_type: text(item, "/eventType"),
        message: text(item, "/displayMessage"),
        actor: some("/actor/displayName"),
        target: some("/target/0/displayName"),
        outcome: some("/outcome/result"),
    }
}
