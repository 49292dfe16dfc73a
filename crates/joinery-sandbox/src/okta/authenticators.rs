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

fn methods(record: &Record, url: &str) -> Vec<Value> {
    let known = KNOWN.iter().find(|known| known.0 == record.text("key"));
    let status = if record.active { "ACTIVE" } else { "INACTIVE" };
    let at = format!("{url}/api/v1/{}/methods", record.path());
    let shown = |kind: &&str| {
        let own = link(&format!("{at}/{kind}"), &["GET"]);
        json!({"type": kind, "status": status, "_links": {"self": own}})
    };
    known.map_or(&[][..], |known| known.3).iter().map(shown).collect()
}

fn list_methods(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let record = resource::find::<Authenticators>(&org, call)?;
    Ok(Reply::json(&methods(record, call.state.url())))
}

fn get_method(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let all = methods(resource::find::<Authenticators>(&org, call)?, call.state.url());
    let wanted = all.iter().find(|method| method["type"] == call.part(1));
    let wanted = wanted.ok_or_else(|| Problem::not_found(call.part(1), "AuthenticatorMethod"))?;
    Ok(Reply::json(wanted))
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
