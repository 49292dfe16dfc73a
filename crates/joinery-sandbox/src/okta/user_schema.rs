//! The schema of a user type: `GET` shows it, `POST` merges into it.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::{Party, kinds};
use super::ids::{Id, Kind};
use super::schema_base;
use super::user_type::{self, UserType};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "meta/schemas/user/{}", get),
    Route(Method::POST, "meta/schemas/user/{}", merge),
];

const TYPES: &[&str] = &["string", "boolean", "number", "integer", "array"];

/// The type whose schema a path names, by the schema's id or as `default`.
fn find<'a>(org: &'a Org, name: &str) -> Result<&'a UserType, Problem> {
    if name == "default" {
        return user_type::find(org, name);
    }
    Id::parse(name)
        .and_then(|id| org.types.get(&id.of_kind(Kind::UserType)))
        .filter(|kind| kind.id.of_kind(Kind::Schema).as_str() == name)
        .ok_or_else(|| Problem::not_found(name, "CVDType"))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let kind = find(&org, call.part(0))?;
    Ok(Reply::json(&shown(kind, call)))
}

fn shown(kind: &UserType, call: &Call<'_>) -> Value {
    let url = call.state.url();
    let schema = kind.id.of_kind(Kind::Schema);
    let mut custom = Map::new();
    let mut required = Vec::new();
    for attribute in kind.schema.custom() {
        custom.insert(attribute.name.to_string(), attribute.definition.clone().into());
        if attribute.required {
            required.push(attribute.name.to_string());
        }
    }
    let base: Map<String, Value> = schema_base::names()
        .filter_map(|name| kind.schema.get(name))
        .map(|attribute| (attribute.name.to_string(), attribute.definition.clone().into()))
        .collect();
    let base_required: Vec<&str> = ["login", "firstName", "lastName", "email"]
        .into_iter()
        .filter(|name| kind.schema.get(name).is_some_and(|attribute| attribute.required))
        .collect();
    let link =
        |rel: &str, path: String| json!({"rel": rel, "href": format!("{url}/api/v1/meta/{path}"), "method": "GET"});
    let id = if kind.name == "user" {
        "default"
    } else {
        schema.as_str()
    };
    json!({
        "id": format!("{url}/meta/schemas/user/{id}"),
        "$schema": "http://json-schema.org/draft-04/schema#",
        "name": kind.name,
        "title": kind.display_name,
        "description": kind.description,
        "lastUpdated": kind.schema_updated,
        "created": kind.created,
        "definitions": {
            "custom": {"id": "#custom", "type": "object", "properties": custom, "required": required},
            "base": {"id": "#base", "type": "object", "properties": base, "required": base_required},
        },
        "type": "object",
        "properties": {"profile": {"allOf": [{"$ref": "#/definitions/custom"}, {"$ref": "#/definitions/base"}]}},
        "_links": {
            "self": link("self", format!("schemas/user/{schema}")),
            "type": link("type", format!("types/user/{}", kind.id)),
        },
    })
}

/// Adds and changes custom attributes; `null` removes one, and with it the values that users have.
fn merge(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let kind = find(&org, call.part(0))?;
    let id = kind.id;
    let mut schema = kind.schema.clone();
    let properties = |part: &str| {
        let found = body.get("definitions").and_then(|all| all.get(part));
        found.and_then(|part| part.get("properties")).and_then(Value::as_object)
    };
    let mut removed = Vec::new();
    for (name, definition) in properties("custom").into_iter().flatten() {
        if definition.is_null() {
            schema.remove_custom(name);
            removed.push(name);
            continue;
        }
        let mut definition = definition.as_object().cloned().ok_or_else(Problem::malformed)?;
        check_custom(kind, name, &definition)?;
        complete(&mut definition);
        schema.set_custom(name, definition);
    }
    for (name, definition) in properties("base").into_iter().flatten() {
        let Some(attribute) = schema.get_mut(name).filter(|attribute| !attribute.custom) else {
            let cause = format!("Property name '{name}' is not a base property");
            return Err(Problem::validation("definitions.base", vec![cause]));
        };
        if let Some(permissions) = definition.get("permissions") {
            attribute.definition.insert("permissions".into(), permissions.clone());
        }
        if let Some(pattern) = definition.get("pattern").filter(|_| name == "login") {
            attribute.definition.insert("pattern".into(), pattern.clone());
        }
        if let Some(required) = definition.get("required").and_then(Value::as_bool)
            && matches!(name.as_str(), "firstName" | "lastName")
        {
            attribute.required = required;
            attribute.shortest = usize::from(required);
            attribute.definition.insert("required".into(), required.into());
        }
    }
    for name in removed {
        org.users.for_each_mut(|user| {
            if user.type_id == id {
                user.profile.set(&schema, name, Value::Null);
            }
        });
    }
    let party = org.types.get_mut(&id).map(|kind| {
        kind.schema = schema;
        kind.schema_updated = call.now.whole_seconds();
        Party {
            id: id.of_kind(Kind::Schema),
            kind: "UserProfileSchema",
            alternate_id: kind.name.clone(),
            display_name: kind.display_name.clone(),
        }
    });
    org.record(call, kinds::SCHEMA_UPDATE, party.into_iter().collect());
    let kind = user_type::find(&org, id.as_str())?;
    Ok(Reply::json(&shown(kind, call)))
}

fn check_custom(kind: &UserType, name: &str, definition: &Map<String, Value>) -> Result<(), Problem> {
    check_definition(name, definition)?;
    let fault = |cause: &str| Err(Problem::validation(name, vec![format!("{name}: {cause}")]));
    match kind.schema.get(name) {
        Some(old) if !old.custom => fault("A base property with this name exists"),
        Some(old) if old.definition.get("type") != definition.get("type") => {
            fault("The type of an attribute cannot be changed")
        }
        _ => Ok(()),
    }
}

/// Checks the definition of an attribute that an org adds.
///
/// # Errors
/// E0000001.
pub fn check_definition(name: &str, definition: &Map<String, Value>) -> Result<(), Problem> {
    let fault = |cause: String| Err(Problem::validation(name, vec![format!("{name}: {cause}")]));
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_name {
        return fault("The name must start with a letter and hold letters, digits and underscores only".into());
    }
    let text = |name: &str| definition.get(name).and_then(Value::as_str).unwrap_or_default();
    if !TYPES.contains(&text("type")) {
        return fault(format!("The type has to be one of {}", TYPES.join(", ")));
    }
    if text("title").is_empty() {
        return fault("The title cannot be left blank".into());
    }
    let items = definition.get("items").and_then(|items| items.get("type"));
    if text("type") == "array" && items.is_none() {
        return fault("An array needs the type of its items".into());
    }
    check_choices(definition)?;
    definition
        .get("items")
        .and_then(Value::as_object)
        .map_or(Ok(()), check_choices)
}

/// The values of `enum` and those of `oneOf` have to be the same.
fn check_choices(definition: &Map<String, Value>) -> Result<(), Problem> {
    let list = |name: &str| definition.get(name).and_then(Value::as_array);
    let (Some(values), Some(titled)) = (list("enum"), list("oneOf")) else {
        return Ok(());
    };
    if values.len() == titled.len() && titled.iter().all(|choice| values.contains(&choice["const"])) {
        return Ok(());
    }
    let summary = "Array specified in enum field must match const values specified in oneOf field.";
    Err(Problem::new(400, "E0000123", summary))
}

/// An attribute as Okta keeps it: completed, and without switches that are off.
pub fn complete(definition: &mut Map<String, Value>) {
    definition.retain(|_, value| !value.is_null());
    if definition.get("required") == Some(&Value::Bool(false)) {
        definition.shift_remove("required");
    }
    if definition.get("union").is_some_and(|union| union != "ENABLE") {
        definition.shift_remove("union");
    }
    for (name, value) in [
        ("mutability", json!("READ_WRITE")),
        ("scope", json!("NONE")),
        ("permissions", json!([{"principal": "SELF", "action": "READ_ONLY"}])),
        ("master", json!({"type": "PROFILE_MASTER"})),
    ] {
        definition.entry(name).or_insert(value);
    }
}
