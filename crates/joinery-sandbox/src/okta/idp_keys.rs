//! The certificates that identity providers sign with, uploaded by admins.

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::ids::{Id, Kind};
use super::oauth::jose;
use super::paging::{self, Limits};
use super::record::Record;
use super::shape::fault;
use super::x509;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "idps/credentials/keys", list),
    Route(Method::POST, "idps/credentials/keys", create),
    Route(Method::GET, "idps/credentials/keys/{}", get),
    Route(Method::PUT, "idps/credentials/keys/{}", replace),
    Route(Method::DELETE, "idps/credentials/keys/{}", delete),
];

const PLACE: &str = "idps/credentials/keys";
const KEY: Kind = Kind::Record(b"idk");
const LIMITS: Limits = Limits { default: 20, most: 200 };
const CREATED: EventKind = EventKind("system.idp.key.create", "Create IdP key", "system.idp.key.create");
const UPDATED: EventKind = EventKind("system.idp.key.update", "Update IdP key", "system.idp.key.update");
const DELETED: EventKind = EventKind("system.idp.key.delete", "Delete IdP key", "system.idp.key.delete");

fn find<'a>(org: &'a Org, kid: &str) -> Result<&'a Record, Problem> {
    org.records_at(PLACE)
        .find(|key| key.text("kid") == kid)
        .ok_or_else(|| Problem::not_found(kid, "JsonWebKey"))
}

fn shown(key: &Record) -> Value {
    json!({
        "kty": "RSA", "created": key.created, "lastUpdated": key.last_updated, "expiresAt": key.get("expiresAt"),
        "alg": "RSA", "kid": key.get("kid"), "use": "sig", "x5c": key.get("x5c"), "x5t#S256": key.get("x5t#S256"),
        "e": key.get("e"), "n": key.get("n"),
    })
}

fn list(call: &Call<'_>) -> Answer {
    let limit = LIMITS.of(call)?;
    let org = call.state.read();
    let list: Vec<Value> = org.records_at(PLACE).map(shown).collect();
    Ok(paging::link(Reply::json(&list), call, limit, None))
}

fn get(call: &Call<'_>) -> Answer {
    Ok(Reply::json(&shown(find(&call.state.read(), call.part(0))?)))
}

/// The certificate of a body: its text, what it says, and its thumbprint.
fn read(body: &Map<String, Value>) -> Result<Map<String, Value>, Problem> {
    let text = body
        .get("x5c")
        .map_or(&Value::Null, |chain| &chain[0])
        .as_str()
        .unwrap_or_default();
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let document = STANDARD.decode(plain).ok();
    let read = document
        .as_deref()
        .and_then(|document| Some((document, x509::read(document)?)));
    let Some((document, certificate)) = read else {
        return Err(fault(
            "x5c",
            "The certificate cannot be read: it has to be base64 of DER, with an RSA key",
        ));
    };
    let fields = json!({
        "expiresAt": certificate.expires, "x5c": [lines(document)],
        "x5t#S256": jose::encode(&Sha256::digest(document)), "e": jose::encode(&certificate.exponent),
        "n": jose::encode(&certificate.modulus),
    });
    Ok(fields.as_object().cloned().unwrap_or_default())
}

/// Whether no other key has a certificate.
fn check_new(org: &Org, fields: &Map<String, Value>, own: Option<Id>) -> Result<(), Problem> {
    let same = |key: &&Record| Some(key.get("x5t#S256")) == fields.get("x5t#S256") && Some(key.id) != own;
    let Some(known) = org.records_at(PLACE).find(same) else {
        return Ok(());
    };
    let kid = known.text("kid");
    let summary = format!("This certificate has already been uploaded with kid={kid}.");
    Err(Problem::new(409, "E0000096", summary))
}

fn create(call: &Call<'_>) -> Answer {
    let mut fields = read(&call.object()?)?;
    let mut org = call.state.write();
    check_new(&org, &fields, None)?;
    fields.insert("kid".into(), uuid::Uuid::new_v4().to_string().into());
    let key = Record::new(org.ids.next(KEY), PLACE, call.now, fields);
    Ok(keep(&mut org, call, key, CREATED))
}

/// Another certificate under the same name.
fn replace(call: &Call<'_>) -> Answer {
    let mut fields = read(&call.object()?)?;
    let mut org = call.state.write();
    let mut key = find(&org, call.part(0))?.clone();
    check_new(&org, &fields, Some(key.id))?;
    fields.insert("kid".into(), key.get("kid").clone());
    key.fields = fields;
    key.last_updated = call.now.whole_seconds();
    Ok(keep(&mut org, call, key, UPDATED))
}

fn keep(org: &mut Org, call: &Call<'_>, key: Record, kind: EventKind) -> Reply {
    let (reply, party) = (Reply::json(&shown(&key)), key.party("IdpKey"));
    org.add_record(key);
    org.record(call, kind, vec![party]);
    reply
}

/// Base64 in lines of 76 characters, as MIME wants it and Okta gives it.
fn lines(document: &[u8]) -> String {
    let text = STANDARD.encode(document).into_bytes();
    let lines: Vec<&str> = text
        .chunks(76)
        .filter_map(|line| std::str::from_utf8(line).ok())
        .collect();
    lines.join("\n")
}

fn delete(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let key = find(&org, call.part(0))?.clone();
    let used = |idp: &&Record| idp.get("protocol")["credentials"]["trust"]["kid"] == *key.get("kid");
    if let Some(idp) = org.records_at("idps").find(|idp| used(idp)) {
        let cause = format!("The key is used by the identity provider '{}'", idp.text("name"));
        return Err(fault("kid", &cause));
    }
    org.drop_record(key.id);
    org.record(call, DELETED, vec![key.party("IdpKey")]);
    Ok(Reply::no_content())
}
