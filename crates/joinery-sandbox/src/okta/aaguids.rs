//! The models of security keys that an org lets in beside those the FIDO alliance lists, by their AAGUID.

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::Route;
use super::authenticators::Authenticators;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::ids::Kind;
use super::oauth::jose;
use super::record::Record;
use super::resource::{self, Resource as _, link};
use super::shape::{complete, fault, need_text, text};
use super::x509;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "authenticators/{}/aaguids", list),
    Route(Method::POST, "authenticators/{}/aaguids", create),
    Route(Method::GET, "authenticators/{}/aaguids/{}", get),
    Route(Method::PUT, "authenticators/{}/aaguids/{}", replace),
    Route(Method::PATCH, "authenticators/{}/aaguids/{}", update),
    Route(Method::DELETE, "authenticators/{}/aaguids/{}", delete),
    Route(
        Method::POST,
        "authenticators/{}/methods/{}/verify-rp-id-domain",
        verify_domain,
    ),
];

const AAGUID: Kind = Kind::Record(b"aag");
const UPDATE: EventKind = Authenticators::EVENTS.update;

/// The authenticator of a path, where it has models.
fn authenticator<'o>(org: &'o Org, call: &Call<'_>) -> Result<&'o Record, Problem> {
    let found = resource::find::<Authenticators>(org, call)?;
    if found.text("key") == "webauthn" {
        Ok(found)
    } else {
        Err(fault(
            "authenticatorId",
            "The authenticator is not one of security keys",
        ))
    }
}

fn place(authenticator: &Record) -> String {
    format!("{}/aaguids", authenticator.path())
}

fn find<'o>(org: &'o Org, call: &Call<'_>) -> Result<&'o Record, Problem> {
    let place = place(authenticator(org, call)?);
    let mut all = org.records_at(&place);
    all.find(|model| model.text("aaguid") == call.part(1))
        .ok_or_else(|| Problem::not_found(call.part(1), "CustomAAGUID"))
}

fn shown(model: &Record, url: &str) -> Value {
    let at = format!("{url}/api/v1/{}/{}", model.place, model.text("aaguid"));
    json!({
        "aaguid": model.get("aaguid"), "name": model.get("name"),
        "authenticatorCharacteristics": model.get("authenticatorCharacteristics"),
        "attestationRootCertificates": model.get("attestationRootCertificates"),
        "_links": {"self": link(&at, &["GET", "PUT", "PATCH", "DELETE"])},
    })
}

fn list(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let place = place(authenticator(&org, call)?);
    let list: Vec<Value> = org.records_at(&place).map(|it| shown(it, call.state.url())).collect();
    Ok(Reply::json(&list))
}

fn get(call: &Call<'_>) -> Answer {
    Ok(Reply::json(&shown(find(&call.state.read(), call)?, call.state.url())))
}

/// What a body says of a model; what it leaves out is taken from `usual`.
fn read(body: &Map<String, Value>, usual: &Map<String, Value>) -> Result<Map<String, Value>, Problem> {
    let traits = json!({"platformAttached": false, "fipsCompliant": false, "hardwareProtected": false});
    let old = complete(&traits, usual.get("authenticatorCharacteristics"));
    let mut fields = usual.clone();
    let name = text(body, "name")?.map(Value::from);
    let name = name.or_else(|| usual.get("name").cloned());
    fields.insert("name".into(), name.unwrap_or_else(|| "Security key".into()));
    fields.insert(
        "authenticatorCharacteristics".into(),
        complete(&old, body.get("authenticatorCharacteristics")),
    );
    if let Some(sent) = body.get("attestationRootCertificates") {
        let sent = sent.as_array().ok_or_else(Problem::malformed)?;
        let read = sent.iter().map(certificate).collect::<Result<Vec<Value>, Problem>>()?;
        fields.insert("attestationRootCertificates".into(), read.into());
    }
    fields.entry("attestationRootCertificates").or_insert_with(|| json!([]));
    Ok(fields)
}

fn certificate(sent: &Value) -> Result<Value, Problem> {
    let text: String = sent["x5c"].as_str().unwrap_or_default().split_whitespace().collect();
    let document = STANDARD.decode(&text).unwrap_or_default();
    if document.is_empty() {
        return Err(fault(
            "attestationRootCertificates",
            "The certificate is not base64 of DER",
        ));
    }
    let expires = x509::read(&document).map(|certificate| certificate.expires);
    Ok(json!({"x5c": text, "x5t#S256": jose::encode(&Sha256::digest(&document)), "exp": expires}))
}

fn create(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let aaguid = need_text(&body, "aaguid", 36)?.to_lowercase();
    uuid::Uuid::parse_str(&aaguid).map_err(|_| fault("aaguid", "The field has to be an AAGUID"))?;
    let usual = Map::from_iter([("aaguid".to_owned(), aaguid.as_str().into())]);
    let fields = read(&body, &usual)?;
    let mut org = call.state.write();
    let place = place(authenticator(&org, call)?);
    if org.records_at(&place).any(|other| other.text("aaguid") == aaguid) {
        return Err(fault("aaguid", "The AAGUID is there already"));
    }
    let model = Record::new(org.ids.next(AAGUID), place, call.now, fields);
    Ok(keep(&mut org, call, model))
}

fn keep(org: &mut Org, call: &Call<'_>, model: Record) -> Reply {
    let reply = Reply::json(&shown(&model, call.state.url()));
    let party = model.party("CustomAAGUID");
    org.add_record(model);
    org.record(call, UPDATE, vec![party]);
    reply
}

fn change(call: &Call<'_>, whole: bool) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let mut model = find(&org, call)?.clone();
    let usual = if whole {
        Map::from_iter([("aaguid".to_owned(), model.get("aaguid").clone())])
    } else {
        model.fields.clone()
    };
    model.fields = read(&body, &usual)?;
    model.last_updated = call.now.whole_seconds();
    Ok(keep(&mut org, call, model))
}

fn replace(call: &Call<'_>) -> Answer {
    change(call, true)
}

fn update(call: &Call<'_>) -> Answer {
    change(call, false)
}

fn delete(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let model = find(&org, call)?.clone();
    org.drop_record(model.id);
    org.record(call, UPDATE, vec![model.party("CustomAAGUID")]);
    Ok(Reply::no_content())
}

/// The sandbox looks nothing up: a domain counts as verified.
fn verify_domain(call: &Call<'_>) -> Answer {
    authenticator(&call.state.read(), call)?;
    if call.part(1) == "webauthn" {
        Ok(Reply::no_content())
    } else {
        Err(Problem::not_found(call.part(1), "AuthenticatorMethod"))
    }
}
