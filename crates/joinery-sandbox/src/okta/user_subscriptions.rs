//! Which notifications of the org a user gets by mail.

use axum::http::Method;
use serde_json::{Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::ids::Id;
use super::users::find;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "users/{}/subscriptions", list),
    Route(Method::GET, "users/{}/subscriptions/{}", get),
    Route(Method::POST, "users/{}/subscriptions/{}/subscribe", subscribe),
    Route(Method::POST, "users/{}/subscriptions/{}/unsubscribe", unsubscribe),
];

const KINDS: &[&str] = &[
    "AD_AGENT",
    "AGENT_AUTO_UPDATE_NOTIFICATION",
    "AGENT_AUTO_UPDATE_NOTIFICATION_LDAP",
    "APP_IMPORT",
    "CONNECTOR_AGENT",
    "IWA_AGENT",
    "LDAP_AGENT",
    "OKTA_ANNOUNCEMENT",
    "OKTA_UPDATE",
    "RATELIMIT_NOTIFICATION",
    "REPORT_SUSPICIOUS_ACTIVITY",
    "USER_DEPROVISION",
    "USER_LOCKED_OUT",
];

fn kind(call: &Call<'_>) -> Result<&'static str, Problem> {
    let found = KINDS.iter().find(|kind| **kind == call.part(1));
    found
        .copied()
        .ok_or_else(|| Problem::not_found(call.part(1), "NotificationType"))
}

fn shown(kind: &str, subscribed: bool, user: Id, url: &str) -> Value {
    let path = format!("{url}/api/v1/users/{user}/subscriptions/{kind}");
    let change = if subscribed { "unsubscribe" } else { "subscribe" };
    json!({
        "notificationType": kind, "channels": ["email"],
        "status": if subscribed { "subscribed" } else { "unsubscribed" },
        "_links": {
            change: {"href": format!("{path}/{change}"), "hints": {"allow": ["POST"]}},
            "self": {"href": path},
        },
    })
}

fn list(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let id = find(&org, call.part(0))?;
    let has = |kind: &str| org.users.get(id).is_some_and(|user| user.is_subscribed(kind));
    let list: Vec<Value> = KINDS
        .iter()
        .map(|kind| shown(kind, has(kind), id, call.state.url()))
        .collect();
    Ok(Reply::json(&list))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let id = find(&org, call.part(0))?;
    let kind = kind(call)?;
    let subscribed = org.users.get(id).is_some_and(|user| user.is_subscribed(kind));
    Ok(Reply::json(&shown(kind, subscribed, id, call.state.url())))
}

fn subscribe(call: &Call<'_>) -> Answer {
    set(call, true)
}

fn unsubscribe(call: &Call<'_>) -> Answer {
    set(call, false)
}

/// 200 without a body, as recorded.
fn set(call: &Call<'_>, subscribed: bool) -> Answer {
    let mut org = call.state.write();
    let id = find(&org, call.part(0))?;
    let kind = kind(call)?;
    if let Some(user) = org.users.get_mut(id) {
        user.unsubscribed.retain(|other| *other != kind);
        if !subscribed {
            user.unsubscribed.push(kind);
        }
    }
    Ok(Reply::no_content().with_status(200))
}
