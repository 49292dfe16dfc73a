//! What an admin says of a user: how risky it is, and which kind of licence it needs.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::{EventKind, kinds};
use super::ids::{Id, Kind};
use super::record::Record;
use super::resource::link;
use super::shape::one_of;
use super::users::{find, record};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "users/{}/risk", get_risk),
    Route(Method::PUT, "users/{}/risk", set_risk),
    Route(Method::GET, "users/{}/classification", get_class),
    Route(Method::PUT, "users/{}/classification", set_class),
];

const KIND: Kind = Kind::Record(b"urt");
const RISK_CHANGE: EventKind = EventKind("user.risk.change", "User risk level changed", "user.risk.change");

fn rating<'o>(org: &'o Org, user: Id, name: &str) -> Option<&'o Record> {
    org.records_at(&format!("users/{user}/{name}")).next()
}

/// Keeps what was said in the place of what was said before; gives whether nothing was.
fn rate(org: &mut Org, call: &Call<'_>, user: Id, name: &str, fields: Map<String, Value>) -> bool {
    let old = rating(org, user, name).cloned();
    let is_new = old.is_none();
    let now = call.now.whole_seconds();
    let changed = match old {
        Some(old) => Record {
            last_updated: now,
            fields,
            ..old
        },
        None => Record::new(org.ids.next(KIND), format!("users/{user}/{name}"), now, fields),
    };
    org.add_record(changed);
    is_new
}

fn shown_risk(org: &Org, user: Id, url: &str) -> Value {
    let at = format!("{url}/api/v1/users/{user}");
    let links = json!({"self": link(&format!("{at}/risk"), &["GET", "PUT"]), "user": link(&at, &["GET"])});
    match rating(org, user, "risk") {
        Some(risk) => json!({"riskLevel": risk.get("riskLevel"), "reason": risk.get("reason"), "_links": links}),
        None => json!({"riskLevel": "NONE", "_links": links}),
    }
}

fn get_risk(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let user = find(&org, call.part(0))?;
    Ok(Reply::json(&shown_risk(&org, user, call.state.url())))
}

fn set_risk(call: &Call<'_>) -> Answer {
    let level = one_of(&call.object()?, "riskLevel", &["HIGH", "MEDIUM", "LOW"], None)?;
    let mut org = call.state.write();
    let user = find(&org, call.part(0))?;
    let fields = Map::from_iter([
        ("riskLevel".to_owned(), level.into()),
        ("reason".to_owned(), "override.by.admin".into()),
    ]);
    let is_new = rate(&mut org, call, user, "risk", fields);
    record(&mut org, call, RISK_CHANGE, user);
    let reply = Reply::json(&shown_risk(&org, user, call.state.url()));
    Ok(reply.with_status(if is_new { 201 } else { 200 }))
}

fn shown_class(org: &Org, user: Id) -> Result<Value, Problem> {
    let unknown = || Problem::not_found(user.as_str(), "User");
    Ok(match rating(org, user, "classification") {
        Some(class) => json!({"type": class.get("type"), "lastUpdated": class.last_updated}),
        None => json!({"type": "STANDARD", "lastUpdated": org.users.get(user).ok_or_else(unknown)?.created}),
    })
}

fn get_class(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let user = find(&org, call.part(0))?;
    Ok(Reply::json(&shown_class(&org, user)?))
}

fn set_class(call: &Call<'_>) -> Answer {
    let class = one_of(&call.object()?, "type", &["LITE", "STANDARD"], None)?;
    let mut org = call.state.write();
    let user = find(&org, call.part(0))?;
    let fields = Map::from_iter([("type".to_owned(), class.into())]);
    rate(&mut org, call, user, "classification", fields);
    record(&mut org, call, kinds::USER_UPDATE, user);
    Ok(Reply::json(&shown_class(&org, user)?))
}
