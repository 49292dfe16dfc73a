//! The keys by which inline hooks prove who they are to the services they call: list, create, get, rename, delete, and
//! the public half.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::ids::Kind;
use super::record::Record;
use super::resource::{self, Events, Place, Resource};
use super::settings::ORG_UPDATE;
use super::shape::{fault, need_free, need_text};
use crate::state::{Org, State};

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "hook-keys", list),
    Route(Method::POST, "hook-keys", create),
    Route(Method::GET, "hook-keys/public/{}", get_public),
    Route(Method::GET, "hook-keys/{}", get),
    Route(Method::PUT, "hook-keys/{}", replace),
    Route(Method::DELETE, "hook-keys/{}", resource::delete::<HookKeys>),
];

/// Keys of hooks.
pub struct HookKeys;

const PLACE: &str = "hook-keys";

impl Resource for HookKeys {
    const CLASS: &'static str = "HookKey";
    const KIND: Kind = Kind::Record(b"HKY");
    const KEYS: &'static [&'static str] = &["id", "keyId", "name", "created", "lastUpdated"];
    // Okta has no event about them.
    const EVENTS: Events = Events {
        create: ORG_UPDATE,
        update: ORG_UPDATE,
        delete: ORG_UPDATE,
        activate: ORG_UPDATE,
        deactivate: ORG_UPDATE,
    };

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top(PLACE))
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let name = need_text(body, "name", 255)?;
        need_free(org, place, "name", &name, old)?;
        let kid = old.map_or_else(|| uuid::Uuid::new_v4().to_string(), |old| old.text("keyId").to_owned());
        Ok(Map::from_iter([
            ("keyId".to_owned(), kid.into()),
            ("name".to_owned(), name.into()),
        ]))
    }

    fn may_delete(org: &Org, record: &Record) -> Result<(), Problem> {
        if is_used(org, record) {
            return Err(fault("id", "The key is used by an inline hook"));
        }
        Ok(())
    }
}

fn is_used(org: &Org, key: &Record) -> bool {
    let names = |hook: &Record| hook.get("channel")["config"]["hookKeyId"] == key.id.as_str();
    org.records_at("inlineHooks").any(names)
}

/// The key as Okta shows it. Whether it is used is a text, not a truth value.
fn shown(org: &Org, key: &Record, url: &str) -> Value {
    let mut shown = resource::shown::<HookKeys>(key, url);
    shown["isUsed"] = is_used(org, key).to_string().into();
    shown
}

fn public(state: &State, kid: &str) -> Value {
    let key = state.server_key(kid).public();
    json!({"kty": "RSA", "alg": "RSA", "kid": kid, "use": null, "e": key["e"], "n": key["n"]})
}

#[expect(clippy::unnecessary_wraps, reason = "every route answers with a result")]
fn list(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let keys = org.records_at(PLACE).map(|key| shown(&org, key, call.state.url()));
    Ok(Reply::json(&keys.collect::<Vec<_>>()))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let key = resource::find::<HookKeys>(&org, call)?;
    Ok(Reply::json(&shown(&org, key, call.state.url())))
}

/// The answer to a change, with what it leaves out.
fn completed(call: &Call<'_>, changed: &Reply) -> Result<Value, Problem> {
    let changed: Value = serde_json::from_slice(changed.body.as_deref().unwrap_or_default()).unwrap_or_default();
    let org = call.state.read();
    let key = resource::named::<HookKeys>(&org, PLACE, changed["id"].as_str().unwrap_or_default())?;
    Ok(shown(&org, key, call.state.url()))
}

fn create(call: &Call<'_>) -> Answer {
    let mut made = completed(call, &resource::create::<HookKeys>(call)?)?;
    made["_embedded"] = public(call.state, made["keyId"].as_str().unwrap_or_default());
    Ok(Reply::json(&made))
}

fn replace(call: &Call<'_>) -> Answer {
    let changed = resource::replace::<HookKeys>(call)?;
    Ok(Reply::json(&completed(call, &changed)?))
}

fn get_public(call: &Call<'_>) -> Answer {
    let kid = call.part(0);
    if !call.state.read().records_at(PLACE).any(|key| key.text("keyId") == kid) {
        return Err(Problem::not_found(kid, "HookKey"));
    }
    Ok(Reply::json(&json!({"_embedded": public(call.state, kid)})))
}
