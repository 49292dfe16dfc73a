//! What admins are told about by email: the subscriptions of users and of roles.

use axum::http::Method;
use serde_json::{Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::ids::Kind;
use super::oauth::access::Caller;
use super::record::Record;
use super::resource::link;
use super::shape::forbidden;
use super::users;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "users/{}/subscriptions", list),
    Route(Method::GET, "users/{}/subscriptions/{}", get),
    Route(Method::POST, "users/{}/subscriptions/{}/subscribe", subscribe),
    Route(Method::POST, "users/{}/subscriptions/{}/unsubscribe", unsubscribe),
    Route(Method::GET, "roles/{}/subscriptions", list),
    Route(Method::GET, "roles/{}/subscriptions/{}", get),
    Route(Method::POST, "roles/{}/subscriptions/{}/subscribe", subscribe),
    Route(Method::POST, "roles/{}/subscriptions/{}/unsubscribe", unsubscribe),
];

const TYPES: &[&str] = &[
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
const SUBSCRIPTION: Kind = Kind::Record(b"sub");
const UPDATED: EventKind = EventKind(
    "iam.role.subscriptions.update",
    "Update admin subscriptions",
    "iam.role.subscriptions.update",
);

/// Whose subscriptions a path is about, as a path below `/api/v1/`. Users see and change their own only.
fn subscriber(org: &Org, call: &Call<'_>) -> Result<String, Problem> {
    let name = call.part(0);
    if call.path.starts_with("/api/v1/roles/") {
        let known = super::oauth::is_role(name) || org.records_at("iam/roles").any(|role| role.id.as_str() == name);
        return known
            .then(|| format!("roles/{name}"))
            .ok_or_else(|| Problem::not_found(name, "Role"));
    }
    let user = users::find(org, name)?;
    let own = match call.caller {
        Caller::Owner => org.owner,
        Caller::User(id) | Caller::Client(id) => id,
    };
    if user == own {
        Ok(format!("users/{user}"))
    } else {
        Err(forbidden())
    }
}

fn shown(org: &Org, who: &str, kind: &str, url: &str) -> Value {
    let place = format!("{who}/subscriptions");
    let subscribed = org.records_at(&place).any(|it| it.text("notificationType") == kind);
    let at = format!("{url}/api/v1/{place}/{kind}");
    let (status, act) = if subscribed {
        ("subscribed", "unsubscribe")
    } else {
        ("unsubscribed", "subscribe")
    };
    json!({
        "notificationType": kind, "channels": ["email"], "status": status,
        "_links": {act: link(&format!("{at}/{act}"), &["POST"]), "self": {"href": at}},
    })
}

fn list(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let who = subscriber(&org, call)?;
    let list: Vec<Value> = TYPES
        .iter()
        .map(|kind| shown(&org, &who, kind, call.state.url()))
        .collect();
    Ok(Reply::json(&list))
}

fn kind<'a>(call: &'a Call<'_>) -> Result<&'a str, Problem> {
    let kind = call.part(1);
    TYPES
        .contains(&kind)
        .then_some(kind)
        .ok_or_else(|| Problem::not_found(kind, "Subscription"))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let who = subscriber(&org, call)?;
    Ok(Reply::json(&shown(&org, &who, kind(call)?, call.state.url())))
}

fn subscribe(call: &Call<'_>) -> Answer {
    set(call, true)
}

fn unsubscribe(call: &Call<'_>) -> Answer {
    set(call, false)
}

/// Answers 200 without a body, as recorded.
fn set(call: &Call<'_>, subscribed: bool) -> Answer {
    let mut org = call.state.write();
    let (place, kind) = (format!("{}/subscriptions", subscriber(&org, call)?), kind(call)?);
    org.records.remove_at(&place, |it| it.text("notificationType") == kind);
    let fields = json!({"notificationType": kind, "name": kind});
    let id = org.ids.next(SUBSCRIPTION);
    let record = Record::new(id, place, call.now, fields.as_object().cloned().unwrap_or_default());
    let party = record.party("Subscription");
    if subscribed {
        org.add_record(record);
    }
    org.record(call, UPDATED, vec![party]);
    Ok(Reply::no_content().with_status(200))
}
