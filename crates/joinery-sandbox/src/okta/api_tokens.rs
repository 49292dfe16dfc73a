//! API tokens: what is known about the one that opens the org, and its end.

#![allow(clippy::unnecessary_wraps, reason = "every route answers with a result")]

use axum::http::Method;
use serde_json::{Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::{EventKind, Party};
use super::ids::Id;
use super::record::Record;
use super::resource::link;
use super::shape::fault;
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "api-tokens", list),
    Route(Method::DELETE, "api-tokens/current", revoke_current),
    Route(Method::GET, "api-tokens/{}", get),
    Route(Method::PUT, "api-tokens/{}", set_network),
    Route(Method::DELETE, "api-tokens/{}", revoke),
];

const PLACE: &str = "api-tokens";
/// A token that nobody uses for this long ends.
const WINDOW: i64 = 30 * 24 * 3600 * 1000;
const UPDATE: EventKind = EventKind("system.api_token.update", "Update API token", "api.token.update");
const REVOKE: EventKind = EventKind("system.api_token.revoke", "Revoke API token", "api.token.revoke");

/// Whether the org's token is still good.
pub fn is_good(org: &Org) -> bool {
    org.records.contains_key(&org.token_id)
}

fn find<'a>(org: &'a Org, id: &str) -> Result<&'a Record, Problem> {
    org.record_at(PLACE, id).ok_or_else(|| Problem::not_found(id, "Token"))
}

/// The token is used by the call that asks about it, so its time starts anew.
fn shown(token: &Record, org: &Org, call: &Call<'_>) -> Value {
    let url = call.state.url();
    let used = call.now.whole_seconds();
    json!({
        "name": token.get("name"), "userId": org.owner, "tokenWindow": "P30D", "network": token.get("network"),
        "id": token.id, "clientName": "Okta API", "expiresAt": Time(used.0 + WINDOW), "created": token.created,
        "lastUpdated": used,
        "_links": {
            "self": link(&format!("{url}/api/v1/{}", token.path()), &["GET", "DELETE"]),
            "user": link(&format!("{url}/api/v1/users/{}", org.owner), &["GET"]),
        },
    })
}

fn list(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let list: Vec<Value> = org.records_at(PLACE).map(|token| shown(token, &org, call)).collect();
    Ok(Reply::json(&list))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    Ok(Reply::json(&shown(find(&org, call.part(0))?, &org, call)))
}

fn set_network(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let network = body.get("network").filter(|network| network["connection"].is_string());
    let network = network.ok_or_else(|| fault("network", "The field cannot be left blank"))?;
    let mut org = call.state.write();
    let mut token = find(&org, call.part(0))?.clone();
    token.fields.insert("network".into(), network.clone());
    let reply = Reply::json(&shown(&token, &org, call));
    let party = token.party("Token");
    org.add_record(token);
    org.record(call, UPDATE, vec![party]);
    Ok(reply)
}

fn revoke(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let token = find(&org, call.part(0))?;
    let (id, party) = (token.id, token.party("Token"));
    end(&mut org, call, id, party);
    Ok(Reply::no_content())
}

fn revoke_current(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let token = find(&org, org.token_id.as_str())?;
    let (id, party) = (token.id, token.party("Token"));
    end(&mut org, call, id, party);
    Ok(Reply::no_content())
}

fn end(org: &mut Org, call: &Call<'_>, id: Id, party: Party) {
    org.record(call, REVOKE, vec![party]);
    org.drop_record(id);
}

/// The token every org has.
pub fn founded(id: Id, now: Time) -> Vec<Record> {
    let fields = json!({"name": "Sandbox", "network": {"connection": "ANYWHERE"}});
    vec![Record::new(
        id,
        PLACE,
        now,
        fields.as_object().cloned().unwrap_or_default(),
    )]
}
