//! The attributes that users have in an app: those every app of its kind has, and those the org adds.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Route;
use super::app::App;
use super::apps::find;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::{Party, kinds};
use super::user::User;
use super::user_schema::{self, check_definition};
use crate::clock::Time;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "meta/schemas/apps/{}/default", get),
    Route(Method::POST, "meta/schemas/apps/{}/default", merge),
];

/// What the org said about the attributes of an app's users.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AppSchema {
    custom: Map<String, Value>,
    base: Map<String, Value>,
    updated: Time,
}

impl AppSchema {
    /// Nothing beyond what every app of its kind has.
    pub fn new(now: Time) -> Self {
        Self {
            custom: Map::new(),
            base: Map::new(),
            updated: now,
        }
    }
}

/// The claims of `OpenID` Connect that users of a client have: name, title, the name in a token where it differs, and
/// the attribute of the user that gives its value.
const CLAIMS: &[(&str, &str, &str, &str)] = &[
    ("name", "Name", "", ""),
    ("nickname", "Nickname", "", "nickName"),
    ("given_name", "Given Name", "", "firstName"),
    ("middle_name", "Middle Name", "", "middleName"),
    ("family_name", "Family Name", "", "lastName"),
    ("email", "Email", "", "email"),
    ("profile", "Profile URL", "", "profileUrl"),
    ("picture", "Picture URL", "", ""),
    ("website", "Website", "", ""),
    ("gender", "Gender", "", ""),
    ("birthdate", "Birthdate", "", ""),
    ("zoneinfo", "Time Zone", "", "timezone"),
    ("locale", "Locale Name", "", "locale"),
    ("phone_number", "Phone Number", "", "primaryPhone"),
    (
        "street_address",
        "Street Address",
        "address.street_address",
        "streetAddress",
    ),
    ("locality", "Locality", "address.locality", "city"),
    ("region", "Region", "address.region", "state"),
    ("postal_code", "Postal Code", "address.postal_code", "zipCode"),
    ("country", "Country", "address.country", "countryCode"),
    ("formatted", "Formatted", "address.formatted", ""),
];

/// What a user has in an app by itself: the claims of a client with what the user's profile says, and every attribute
/// that the org added, not set.
pub fn mapped(app: &App, user: &User) -> Map<String, Value> {
    let mut profile = Map::new();
    for (name, _, _, source) in CLAIMS.iter().filter(|_| app.mode == "OPENID_CONNECT") {
        // What Okta takes for somebody who says nothing.
        let usual = match *name {
            "name" => user.full_name().into(),
            "zoneinfo" => "America/Los_Angeles".into(),
            "locale" => "en_US".into(),
            _ => Value::Null,
        };
        let own = user.profile.get(source).cloned();
        profile.insert((*name).into(), own.unwrap_or(usual));
    }
    for name in app.schema.custom.keys() {
        profile.insert(name.clone(), Value::Null);
    }
    profile
}

fn base(app: &App) -> Map<String, Value> {
    let master = json!({"type": "PROFILE_MASTER"});
    let is_oidc = app.mode == "OPENID_CONNECT";
    let mut base = Map::new();
    let mut user_name = json!({"title": "Username", "type": "string", "required": true});
    if is_oidc {
        user_name["externalName"] = "preferred_username".into();
    }
    user_name["scope"] = if is_oidc { "SELF" } else { "NONE" }.into();
    user_name["master"] = master.clone();
    base.insert("userName".into(), user_name);
    for (name, title, external, _) in CLAIMS.iter().filter(|_| is_oidc) {
        let mut claim = json!({"title": title, "type": "string"});
        if !external.is_empty() {
            claim["externalName"] = (*external).into();
        }
        claim["scope"] = "SELF".into();
        claim["master"] = master.clone();
        base.insert((*name).into(), claim);
    }
    for (name, changes) in &app.schema.base {
        if let (Some(Value::Object(place)), Value::Object(changes)) = (base.get_mut(name), changes) {
            place.extend(changes.clone());
        }
    }
    base
}

fn shown(app: &App, url: &str) -> Value {
    let required: Vec<&String> = app
        .schema
        .custom
        .iter()
        .filter(|(_, definition)| definition["required"] == true)
        .map(|(name, _)| name)
        .collect();
    json!({
        "id": format!("{url}/meta/schemas/apps/{}/default", app.id),
        "$schema": "http://json-schema.org/draft-04/schema#",
        "name": format!("{}_acme01", app.name),
        "title": format!("{} User", app.label),
        "lastUpdated": app.schema.updated,
        "created": app.created,
        "definitions": {
            "custom": {"id": "#custom", "type": "object", "properties": app.schema.custom, "required": required},
            "base": {"id": "#base", "type": "object", "properties": base(app), "required": ["userName"]},
        },
        "type": "object",
        "properties": {"profile": {"allOf": [{"$ref": "#/definitions/custom"}, {"$ref": "#/definitions/base"}]}},
    })
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    Ok(Reply::json(&shown(find(&org, call.part(0))?, call.state.url())))
}

/// Adds and changes attributes; `null` removes one that the org added.
fn merge(call: &Call<'_>) -> Answer {
    let body = Value::Object(call.object()?);
    let mut org = call.state.write();
    let app = find(&org, call.part(0))?;
    let (id, own) = (app.id, base(app));
    let mut schema = app.schema.clone();
    let properties = |part: &str| body["definitions"][part]["properties"].as_object();
    for (name, definition) in properties("custom").into_iter().flatten() {
        if definition.is_null() {
            schema.custom.shift_remove(name);
            continue;
        }
        let sent = definition.as_object().ok_or_else(Problem::malformed)?;
        check_definition(name, sent)?;
        if own.contains_key(name) {
            let cause = format!("{name}: A base property with this name exists");
            return Err(Problem::validation(name, vec![cause]));
        }
        schema.custom.insert(name.clone(), complete(sent));
    }
    for (name, changes) in properties("base").into_iter().flatten() {
        if !own.contains_key(name) {
            let cause = format!("Property name '{name}' is not a base property");
            return Err(Problem::validation("definitions.base", vec![cause]));
        }
        schema.base.insert(name.clone(), changes.clone());
    }
    schema.updated = call.now.whole_seconds();
    let mut parties = Vec::new();
    if let Some(app) = org.apps.get_mut(&id) {
        app.schema = schema;
        parties.push(Party::from(&*app));
    }
    org.record(call, kinds::SCHEMA_UPDATE, parties);
    Ok(Reply::json(&shown(find(&org, id.as_str())?, call.state.url())))
}

/// An attribute as Okta keeps it for an app: users of an app have no say in it.
fn complete(sent: &Map<String, Value>) -> Value {
    let mut kept = sent.clone();
    user_schema::complete(&mut kept);
    for name in ["permissions", "mutability"] {
        if !sent.contains_key(name) || name == "permissions" {
            kept.shift_remove(name);
        }
    }
    Value::Object(kept)
}
