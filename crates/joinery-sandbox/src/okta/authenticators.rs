//! Authenticators: the ways to prove who one is that an org knows. What the sandbox really asks for is in
//! `super::factors`.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::ids::{Id, Kind};
use super::record::Record;
use super::resource::{self, Events, Place, Resource, link};
use super::shape::{complete, fault, forbidden, need_text, one_of, text};
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "authenticators", resource::list::<Authenticators>),
    Route(Method::POST, "authenticators", resource::create::<Authenticators>),
    Route(Method::GET, "authenticators/{}", resource::get::<Authenticators>),
    Route(Method::PUT, "authenticators/{}", resource::replace::<Authenticators>),
    Route(
        Method::POST,
        "authenticators/{}/lifecycle/activate",
        resource::activate::<Authenticators>,
    ),
    Route(
        Method::POST,
        "authenticators/{}/lifecycle/deactivate",
        resource::deactivate::<Authenticators>,
    ),
    Route(Method::GET, "authenticators/{}/methods", list_methods),
    Route(Method::GET, "authenticators/{}/methods/{}", get_method),
    Route(Method::PUT, "authenticators/{}/methods/{}", replace_method),
    Route(
        Method::POST,
        "authenticators/{}/methods/{}/lifecycle/activate",
        activate_method,
    ),
    Route(
        Method::POST,
        "authenticators/{}/methods/{}/lifecycle/deactivate",
        deactivate_method,
    ),
];

/// Authenticators.
pub struct Authenticators;

/// A key, its type, its usual name and its methods.
struct Known(&'static str, &'static str, &'static str, &'static [&'static str]);

const KNOWN: &[Known] = &[
    Known("okta_email", "email", "Email", &["email"]),
    Known("okta_password", "password", "Password", &["password"]),
    Known("okta_verify", "app", "Okta Verify", &["push", "signed_nonce", "totp"]),
    Known("phone_number", "phone", "Phone", &["sms", "voice"]),
    Known(
        "security_question",
        "security_question",
        "Security Question",
        &["security_question"],
    ),
    Known("google_otp", "app", "Google Authenticator", &["otp"]),
    Known("webauthn", "security_key", "Security Key or Biometric", &["webauthn"]),
    Known("duo", "app", "Duo Security", &["duo"]),
    Known("custom_otp", "security_key", "Custom OTP", &["otp"]),
    Known("onprem_mfa", "security_key", "On-Prem MFA", &["otp"]),
    Known("rsa_token", "security_key", "RSA SecurID", &["otp"]),
    Known("symantec_vip", "app", "Symantec VIP", &["otp"]),
    Known("yubikey_token", "security_key", "Yubikey", &["otp"]),
    Known("external_idp", "federated", "IdP Authenticator", &["idp"]),
    Known("custom_app", "app", "Custom Authenticator", &["push"]),
    Known("smart_card_idp", "federated", "Smart Card Authenticator", &["cert"]),
];
/// How many of [`KNOWN`], from the first, every org has.
const FOUNDED: usize = 5;

const CREATE: EventKind = EventKind(
    "security.authenticator.lifecycle.create",
    "Create authenticator",
    "security.authenticator.lifecycle.create",
);
const UPDATE: EventKind = EventKind(
    "security.authenticator.lifecycle.update",
    "Update authenticator",
    "security.authenticator.lifecycle.update",
);

impl Resource for Authenticators {
    const CLASS: &'static str = "Authenticator";
    const KIND: Kind = Kind::Record(b"aut");
    const KEYS: &'static [&'static str] = &[
        "type",
        "id",
        "key",
        "status",
        "name",
        "created",
        "lastUpdated",
        "settings",
        "provider",
        "_links",
    ];
    const EVENTS: Events = Events {
        create: CREATE,
        update: UPDATE,
        // None is ever deleted.
        delete: UPDATE,
        activate: EventKind(
            "security.authenticator.lifecycle.activate",
            "Activate authenticator",
            "security.authenticator.lifecycle.activate",
        ),
        deactivate: EventKind(
            "security.authenticator.lifecycle.deactivate",
            "Deactivate authenticator",
            "security.authenticator.lifecycle.deactivate",
        ),
    };
    const REPLACES_STATUS: bool = false;

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("authenticators"))
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let keys: Vec<&str> = KNOWN.iter().map(|known| known.0).collect();
        let key = one_of(body, "key", &keys, old.map(|old| old.text("key")))?;
        if old.is_some_and(|old| old.text("key") != key) {
            return Err(fault("key", "The key of an authenticator cannot be changed"));
        }
        let again = old.is_none() && !matches!(key.as_str(), "custom_otp" | "custom_app" | "external_idp");
        if again && org.records_at(place).any(|other| other.text("key") == key) {
            return Err(fault("key", "The org has an authenticator with this key"));
        }
        let known = KNOWN.iter().find(|known| known.0 == key);
        let (kind, usual) = known.map_or(("app", ""), |known| (known.1, known.2));
        let name = match text(body, "name")? {
            Some(_) => need_text(body, "name", 255)?,
            None => old.map_or(usual, |old| old.text("name")).to_owned(),
        };
        let mut fields = old.map(|old| old.fields.clone()).unwrap_or_default();
        fields.insert("type".into(), kind.into());
        fields.insert("key".into(), key.into());
        fields.insert("name".into(), name.into());
        for field in ["settings", "provider"] {
            if let Some(given) = body.get(field).filter(|given| given.is_object()) {
                let whole = complete(fields.get(field).unwrap_or(&Value::Null), Some(given));
                fields.insert(field.into(), whole);
            }
        }
        Ok(fields)
    }

    fn links(record: &Record, at: &str, url: &str) -> Value {
        let mut links = json!({"self": link(at, &["GET", "PUT"])});
        if record.text("key") != "okta_password" {
            let act = if record.active { "deactivate" } else { "activate" };
            links[act] = link(&format!("{at}/lifecycle/{act}"), &["POST"]);
        }
        links["methods"] = link(&format!("{at}/methods"), &["GET"]);
        if record.text("key") == "okta_verify" && record.active {
            links["enroll"] = link(&format!("{url}/idp/authenticators"), &["POST"]);
        }
        links
    }

    fn sort(list: &mut Vec<&Record>) {
        list.sort_by(|one, other| one.text("name").cmp(other.text("name")));
    }

    fn may_switch(_org: &Org, record: &Record) -> Result<(), Problem> {
        if record.text("key") == "okta_password" {
            return Err(forbidden());
        }
        Ok(())
    }
}

/// The field of a record that holds what an admin said of its methods, by their types.
const METHODS: &str = "methods";

/// A method; one that nobody said anything of is in use with its authenticator.
fn shown_method(record: &Record, kind: &str, url: &str) -> Value {
    let said = &record.get(METHODS)[kind];
    let active = said["active"].as_bool().unwrap_or(record.active);
    let at = format!("{url}/api/v1/{}/methods/{kind}", record.path());
    let act = if active { "deactivate" } else { "activate" };
    let mut shown = json!({"type": kind, "status": if active { "ACTIVE" } else { "INACTIVE" }});
    if said["settings"].is_object() {
        shown["settings"] = said["settings"].clone();
    }
    shown["_links"] = json!({
        "self": link(&at, &["GET", "PUT"]), act: link(&format!("{at}/lifecycle/{act}"), &["POST"]),
    });
    shown
}

fn methods_of(record: &Record) -> &'static [&'static str] {
    let known = KNOWN.iter().find(|known| known.0 == record.text("key"));
    known.map_or(&[], |known| known.3)
}

fn list_methods(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let record = resource::find::<Authenticators>(&org, call)?;
    let kinds = methods_of(record).iter();
    let list: Vec<Value> = kinds.map(|kind| shown_method(record, kind, call.state.url())).collect();
    Ok(Reply::json(&list))
}

/// The authenticator and the method of a call.
fn method<'o>(org: &'o Org, call: &Call<'_>) -> Result<(&'o Record, &'static str), Problem> {
    let record = resource::find::<Authenticators>(org, call)?;
    let kind = methods_of(record).iter().find(|kind| **kind == call.part(1));
    let kind = kind.ok_or_else(|| Problem::not_found(call.part(1), "AuthenticatorMethod"))?;
    Ok((record, kind))
}

fn get_method(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let (record, kind) = method(&org, call)?;
    Ok(Reply::json(&shown_method(record, kind, call.state.url())))
}

fn replace_method(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    if body.get("type").is_some_and(|kind| *kind != *call.part(1)) {
        return Err(fault("type", "The type of a method cannot be changed"));
    }
    let active = match body.get("status").and_then(Value::as_str) {
        None => None,
        Some(status) => Some(match status {
            "ACTIVE" => true,
            "INACTIVE" => false,
            _ => return Err(fault("status", "The status has to be ACTIVE or INACTIVE")),
        }),
    };
    change_method(call, active, body.get("settings"), UPDATE)
}

fn activate_method(call: &Call<'_>) -> Answer {
    change_method(call, Some(true), None, Authenticators::EVENTS.activate)
}

fn deactivate_method(call: &Call<'_>) -> Answer {
    change_method(call, Some(false), None, Authenticators::EVENTS.deactivate)
}

fn change_method(call: &Call<'_>, active: Option<bool>, settings: Option<&Value>, kind: EventKind) -> Answer {
    let mut org = call.state.write();
    let (record, name) = method(&org, call)?;
    let mut changed = record.clone();
    let others = methods_of(record).iter().filter(|other| **other != name);
    let in_use = |other: &&str| shown_method(record, other, "")["status"] == "ACTIVE";
    if active == Some(false) && record.active && !others.copied().any(|other| in_use(&other)) {
        return Err(fault(
            "status",
            "The last method of an active authenticator cannot be deactivated",
        ));
    }
    let all = changed.fields.entry(METHODS).or_insert_with(|| json!({}));
    if let Some(active) = active {
        all[name]["active"] = active.into();
    }
    if let Some(settings) = settings {
        all[name]["settings"] = complete(&all[name]["settings"], Some(settings));
    }
    changed.last_updated = call.now.whole_seconds();
    let reply = Reply::json(&shown_method(&changed, name, call.state.url()));
    let party = changed.party(Authenticators::PARTY);
    org.add_record(changed);
    org.record(call, kind, vec![party]);
    Ok(reply)
}

/// The authenticators of every org.
pub fn founded(now: Time) -> Vec<Record> {
    let settings = |key: &str| match key {
        "okta_email" => Some(json!({"allowedFor": "any", "tokenLifetimeInMinutes": 5})),
        "okta_verify" => Some(json!({
            "compliance": {"fips": "OPTIONAL"}, "channelBinding": {"style": "NUMBER_CHALLENGE", "required": "HIGH_RISK_ONLY"},
            "userVerification": "PREFERRED", "appInstanceId": "",
        })),
        "phone_number" => Some(json!({"allowedFor": "any"})),
        "security_question" => Some(json!({"allowedFor": "recovery"})),
        _ => None,
    };
    let founded = KNOWN[..FOUNDED].iter().zip(320_u64..);
    let records = founded.map(|(Known(key, kind, name, _), number)| {
        let mut fields = Map::new();
        fields.insert("type".into(), (*kind).into());
        fields.insert("key".into(), (*key).into());
        fields.insert("name".into(), (*name).into());
        fields.extend(settings(key).map(|settings| ("settings".to_owned(), settings)));
        Record::new(Id::founded(Authenticators::KIND, number), "authenticators", now, fields).founded()
    });
    records.collect()
}
