//! The keys by which the org signs what it asks identity providers: list, make, get, share, and certificates that
//! somebody else signs. The keys that providers sign with are in `super::idp_keys`.

use axum::http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::idps::IdentityProviders;
use super::ids::{Id, Kind};
use super::record::Record;
use super::resource::{self, Resource};
use super::shape::fault;
use super::signing_key::{self, CertificateRequest, Key};
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "idps/{}/credentials/keys", list),
    Route(Method::GET, "idps/{}/credentials/keys/active", get_active),
    Route(Method::POST, "idps/{}/credentials/keys/generate", generate),
    Route(Method::GET, "idps/{}/credentials/keys/{}", get),
    Route(Method::POST, "idps/{}/credentials/keys/{}/clone", share),
    Route(Method::GET, "idps/{}/credentials/csrs", list_requests),
    Route(Method::POST, "idps/{}/credentials/csrs", request),
    Route(Method::GET, "idps/{}/credentials/csrs/{}", get_request),
    Route(Method::DELETE, "idps/{}/credentials/csrs/{}", revoke_request),
    Route(Method::POST, "idps/{}/credentials/csrs/{}/lifecycle/publish", publish),
];

const KEY: Kind = Kind::Record(b"isk");
const REQUEST: Kind = Kind::Record(b"icr");
const MADE: EventKind = EventKind("system.idp.key.create", "Create IdP key", "system.idp.key.create");
/// The field of a record that holds the key or the request.
const HELD: &str = "held";

fn find<'o>(org: &'o Org, call: &Call<'_>) -> Result<&'o Record, Problem> {
    resource::find::<IdentityProviders>(org, call)
}

fn keys_of(idp: &Record) -> String {
    format!("{}/credentials/keys", idp.path())
}

fn requests_of(idp: &Record) -> String {
    format!("{}/credentials/csrs", idp.path())
}

fn held<T: DeserializeOwned>(record: &Record) -> Option<T> {
    serde_json::from_value(record.get(HELD).clone()).ok()
}

fn record(id: Id, place: String, now: Time, held: &impl Serialize) -> Record {
    let held = serde_json::to_value(held).unwrap_or_default();
    Record::new(id, place, now, Map::from_iter([(HELD.to_owned(), held)]))
}

/// The name of the key a provider was founded with or given since.
fn active_kid(idp: &Record) -> Option<&str> {
    idp.get("protocol")["credentials"]["signing"]["kid"].as_str()
}

/// The keys of a provider. The one it uses is made when somebody first looks.
fn keys(call: &Call<'_>, idp: &Record) -> Vec<Key> {
    let place = keys_of(idp);
    let known = |org: &Org| -> Vec<Key> { org.records_at(&place).filter_map(held).collect() };
    let mut keys = known(&call.state.read());
    if let Some(kid) = active_kid(idp).filter(|kid| !keys.iter().any(|key| key.kid == *kid)) {
        let mut key = Key::named(kid.to_owned(), idp.created);
        key.complete();
        let mut org = call.state.write();
        // Somebody else may have looked meanwhile.
        if !known(&org).iter().any(|other| other.kid == key.kid) {
            let id = org.ids.next(KEY);
            org.add_record(record(id, place.clone(), call.now, &key));
        }
        keys = known(&org);
    }
    keys
}

fn idp_and_keys(call: &Call<'_>) -> Result<(Record, Vec<Key>), Problem> {
    let idp = find(&call.state.read(), call)?.clone();
    let keys = keys(call, &idp);
    Ok((idp, keys))
}

fn list(call: &Call<'_>) -> Answer {
    let (_, keys) = idp_and_keys(call)?;
    Ok(Reply::json(&keys.iter().map(Key::shown).collect::<Vec<_>>()))
}

fn get_active(call: &Call<'_>) -> Answer {
    let (idp, keys) = idp_and_keys(call)?;
    let active = keys.iter().find(|key| active_kid(&idp) == Some(key.kid.as_str()));
    Ok(active.map_or_else(Reply::no_content, |key| Reply::json(&[key.shown()])))
}

fn key(call: &Call<'_>) -> Result<Key, Problem> {
    let (_, keys) = idp_and_keys(call)?;
    let found = keys.into_iter().find(|key| key.kid == call.part(1));
    found.ok_or_else(|| Problem::not_found(call.part(1), "JsonWebKey"))
}

fn get(call: &Call<'_>) -> Answer {
    Ok(Reply::json(&key(call)?.shown()))
}

fn generate(call: &Call<'_>) -> Answer {
    let years = signing_key::years(call)?;
    let idp = find(&call.state.read(), call)?.clone();
    Ok(add(call, &idp, &Key::generate(years, call.now)).with_status(200))
}

/// Gives the key of a provider to another one.
fn share(call: &Call<'_>) -> Answer {
    let key = key(call)?;
    let target = call.query.filled("targetIdpId").unwrap_or_default();
    let target = resource::named::<IdentityProviders>(&call.state.read(), "idps", target)?.clone();
    if keys(call, &target).iter().any(|own| own.kid == key.kid) {
        return Err(fault("kid", "The identity provider has this key already"));
    }
    Ok(add(call, &target, &key))
}

fn add(call: &Call<'_>, idp: &Record, key: &Key) -> Reply {
    let mut org = call.state.write();
    let id = org.ids.next(KEY);
    org.add_record(record(id, keys_of(idp), call.now, key));
    org.record(call, MADE, vec![idp.party(IdentityProviders::PARTY)]);
    Reply::json(&key.shown()).with_status(201)
}

fn list_requests(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let idp = find(&org, call)?;
    let place = requests_of(idp);
    let requests = org.records_at(&place).filter_map(held::<CertificateRequest>);
    let list: Vec<Value> = requests
        .map(|request| request.shown(&idp.path(), call.state.url()))
        .collect();
    Ok(Reply::json(&list))
}

/// The provider, the record of a request, and the request.
fn find_request(org: &Org, call: &Call<'_>) -> Result<(Record, Id, CertificateRequest), Problem> {
    let idp = find(org, call)?;
    let place = requests_of(idp);
    let mut all = org
        .records_at(&place)
        .filter_map(|it| Some((it.id, held::<CertificateRequest>(it)?)));
    let found = all.find(|(_, request)| request.id == call.part(1));
    let (id, request) = found.ok_or_else(|| Problem::not_found(call.part(1), "CSR"))?;
    Ok((idp.clone(), id, request))
}

fn get_request(call: &Call<'_>) -> Answer {
    let (idp, _, request) = find_request(&call.state.read(), call)?;
    Ok(Reply::json(&request.shown(&idp.path(), call.state.url())))
}

fn request(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let idp = find(&call.state.read(), call)?.clone();
    let request = CertificateRequest::read(&body, call.now)?;
    let mut org = call.state.write();
    let id = org.ids.next(REQUEST);
    org.add_record(record(id, requests_of(&idp), call.now, &request));
    Ok(Reply::json(&request.shown(&idp.path(), call.state.url())).with_status(201))
}

fn revoke_request(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let (_, id, _) = find_request(&org, call)?;
    org.drop_record(id);
    Ok(Reply::no_content())
}

fn publish(call: &Call<'_>) -> Answer {
    let (idp, id, request) = find_request(&call.state.read(), call)?;
    let key = request.publish(call.body, call.now)?;
    call.state.write().drop_record(id);
    Ok(add(call, &idp, &key))
}
