//! Which authorization servers trust which others: list, add, remove.

use axum::http::Method;
use serde_json::{Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::paging::{self, Limits};
use super::record::Record;
use super::resource::{self, Resource, link};
use super::servers::Servers;
use super::shape::{fault, names};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "authorizationServers/{}/associatedServers", list),
    Route(Method::POST, "authorizationServers/{}/associatedServers", add),
    Route(Method::DELETE, "authorizationServers/{}/associatedServers/{}", remove),
];

const PLACE: &str = "authorizationServers";
const LIMITS: Limits = Limits {
    default: 200,
    most: 200,
};
const UPDATED: EventKind = Servers::EVENTS.update;

fn find<'o>(org: &'o Org, call: &Call<'_>) -> Result<&'o Record, Problem> {
    resource::named::<Servers>(org, PLACE, call.part(0))
}

fn trusts(server: &Record, other: &Record) -> bool {
    names(server.get("trusted")).any(|id| id == other.id.as_str())
}

fn shown(server: &Record, other: &Record, url: &str) -> Value {
    let mut shown = resource::shown::<Servers>(other, url);
    let at = format!("{url}/api/v1/{}/associatedServers/{}", server.path(), other.id);
    shown["_links"] = json!({"self": link(&at, &["DELETE"])});
    shown
}

fn list(call: &Call<'_>) -> Answer {
    let limit = LIMITS.of(call)?;
    let org = call.state.read();
    let server = find(&org, call)?;
    let wanted = call.query.flag("trusted", true);
    let holds = |other: &Record| {
        call.query.filled("q").is_none_or(|part| {
            let part = part.to_lowercase();
            let audience = other.get("audiences")[0].as_str().unwrap_or_default();
            [other.text("name"), audience]
                .iter()
                .any(|text| text.to_lowercase().contains(&part))
        })
    };
    let others = org.records_at(PLACE).filter(|other| {
        other.id != server.id && trusts(server, other) == wanted && holds(other) && {
            call.query.filled("after").is_none_or(|after| other.id.as_str() > after)
        }
    });
    let mut others: Vec<&Record> = others.take(limit + 1).collect();
    let more = others.len() > limit;
    others.truncate(limit);
    let next = others.last().filter(|_| more).map(|last| last.id.to_string());
    let list: Vec<Value> = others
        .iter()
        .map(|other| shown(server, other, call.state.url()))
        .collect();
    Ok(paging::link(Reply::json(&list), call, limit, next.as_deref()))
}

fn add(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let mut server = find(&org, call)?.clone();
    let mut trusted: Vec<String> = names(server.get("trusted")).map(str::to_owned).collect();
    let mut added = Vec::new();
    for name in names(body.get("trusted").unwrap_or(&Value::Null)) {
        let other = resource::named::<Servers>(&org, PLACE, name)?;
        if other.id == server.id {
            return Err(fault("trusted", "A server cannot be associated with itself"));
        }
        if !trusts(&server, other) {
            trusted.push(other.id.to_string());
        }
        added.push(shown(&server, other, call.state.url()));
    }
    if added.is_empty() {
        return Err(fault("trusted", "The field cannot be left blank"));
    }
    server.fields.insert("trusted".into(), json!(trusted));
    change(&mut org, call, server);
    Ok(Reply::json(&added))
}

fn remove(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let mut server = find(&org, call)?.clone();
    let other = resource::named::<Servers>(&org, PLACE, call.part(1))?;
    if !trusts(&server, other) {
        return Err(Problem::not_found(call.part(1), Servers::CLASS));
    }
    let left: Vec<&str> = names(server.get("trusted"))
        .filter(|id| *id != other.id.as_str())
        .collect();
    let left = json!(left);
    server.fields.insert("trusted".into(), left);
    change(&mut org, call, server);
    Ok(Reply::no_content())
}

fn change(org: &mut Org, call: &Call<'_>, server: Record) {
    let party = server.party(Servers::PARTY);
    org.add_record(server);
    org.record(call, UPDATED, vec![party]);
}
