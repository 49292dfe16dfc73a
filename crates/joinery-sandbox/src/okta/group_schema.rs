//! The attributes of groups: name and description, and those the org adds.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::{Party, kinds};
use super::ids::Kind;
use super::schema;
use super::user_schema::{check_definition, complete};
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "meta/schemas/group/default", get),
    Route(Method::POST, "meta/schemas/group/default", merge),
];

/// The attributes that an org added to its groups.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GroupSchema {
    custom: Map<String, Value>,
    created: Time,
    updated: Time,
}

impl GroupSchema {
    /// Name and description alone.
    pub fn new(now: Time) -> Self {
        let now = now.whole_seconds();
        Self {
            custom: Map::new(),
            created: now,
            updated: now,
        }
    }

    /// Whether the org added an attribute of this name.
    pub fn has(&self, name: &str) -> bool {
        self.custom.contains_key(name)
    }

    /// What is wrong with the attributes of a group: one cause each.
    pub fn faults(&self, values: &Map<String, Value>) -> Vec<String> {
        let definitions = self.custom.iter();
        let faults = definitions.filter_map(|(name, definition)| {
            let definition = definition.as_object()?;
            match values.get(name) {
                None if definition.get("required") == Some(&Value::Bool(true)) => {
                    Some(format!("{name}: The field cannot be left blank"))
                }
                None => None,
                Some(value) => schema::fault(name, definition, value).map(|fault| format!("{name}: {fault}")),
            }
        });
        faults.collect()
    }
}

fn shown(org: &Org, url: &str) -> Value {
    let schema = &org.group_schema;
    let required: Vec<&String> = schema
        .custom
        .iter()
        .filter(|(_, definition)| definition["required"] == true)
        .map(|(name, _)| name)
        .collect();
    let base = |title: &str, longest: u32| {
        json!({
            "title": title, "type": "string", "mutability": "READ_WRITE", "scope": "NONE", "maxLength": longest,
            "permissions": [{"principal": "SELF", "action": "READ_ONLY"}], "master": {"type": "PROFILE_MASTER"},
        })
    };
    let mut name = base("Name", 255);
    name["required"] = true.into();
    let link =
        |rel: &str, path: &str| json!({"rel": rel, "href": format!("{url}/api/v1/meta/{path}"), "method": "GET"});
    json!({
        "id": format!("{url}/meta/schemas/group/default"),
        "$schema": "http://json-schema.org/draft-04/schema#",
        "name": "group",
        "title": "Okta group",
        "description": "Okta group profile template",
        "lastUpdated": schema.updated,
        "created": schema.created,
        "definitions": {
            "custom": {"id": "#custom", "type": "object", "properties": schema.custom, "required": required},
            "base": {
                "id": "#base", "type": "object",
                "properties": {"name": name, "description": base("Description", 1024)}, "required": ["name"],
            },
        },
        "type": "object",
        "properties": {"profile": {"allOf": [{"$ref": "#/definitions/custom"}, {"$ref": "#/definitions/base"}]}},
        "_links": {"self": link("self", "schemas/group/default"), "type": link("type", "types/group/default")},
    })
}

#[expect(clippy::unnecessary_wraps, reason = "every route answers with a result")]
fn get(call: &Call<'_>) -> Answer {
    Ok(Reply::json(&shown(&call.state.read(), call.state.url())))
}

/// Adds and changes attributes; `null` removes one, and with it the values that groups have.
fn merge(call: &Call<'_>) -> Answer {
    let body = Value::Object(call.object()?);
    let mut org = call.state.write();
    let mut schema = org.group_schema.clone();
    let mut removed = Vec::new();
    let properties = body["definitions"]["custom"]["properties"].as_object();
    for (name, definition) in properties.into_iter().flatten() {
        if definition.is_null() {
            schema.custom.shift_remove(name);
            removed.push(name);
            continue;
        }
        let mut definition = definition.as_object().cloned().ok_or_else(Problem::malformed)?;
        check_definition(name, &definition)?;
        if matches!(name.as_str(), "name" | "description") {
            let cause = format!("{name}: A base property with this name exists");
            return Err(Problem::validation(name, vec![cause]));
        }
        complete(&mut definition);
        schema.custom.insert(name.clone(), definition.into());
    }
    schema.updated = call.now.whole_seconds();
    org.group_schema = schema;
    for name in removed {
        for group in org.groups.values_mut() {
            group.custom.shift_remove(name);
        }
    }
    let party = Party {
        id: org.everyone.of_kind(Kind::Schema),
        kind: "GroupProfileSchema",
        alternate_id: "group".into(),
        display_name: "Okta group".into(),
    };
    org.record(call, kinds::SCHEMA_UPDATE, vec![party]);
    Ok(Reply::json(&shown(&org, call.state.url())))
}
