//! Requests as an `OpenAPI` 3.1 description: paths from their URLs, schemas from the connector's and from saved answers.

mod body;
mod path;
mod security;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    RequestSet, Written,
    set::{SetEntry, SetFolder, SetRequest},
};
use crate::{
    connector::FileKind,
    request::{Demand, Pair},
    schema,
};
use path::Paths;

/// Headers that `OpenAPI` says in other ways.
const SAID_ELSEWHERE: &[&str] = &["accept", "content-type", "authorization"];

/// The description.
pub(super) fn description(mut set: RequestSet) -> Written {
    let top = set.top.clone();
    let mut paths = Paths::default();
    let mut names = BTreeMap::new();
    let mut tags = Vec::new();
    folder(&mut set, &top, None, &mut paths, &mut names, &mut tags);
    let manifest = &set.connector.manifest;
    let (title, version) = (manifest.title.clone(), manifest.version.clone());
    let description = top
        .says
        .description
        .clone()
        .unwrap_or_else(|| manifest.description.clone());
    let schemas = schemas(&set);
    let (schemes, security) = security::of_connector(&mut set);
    let mut file = json!({
        "openapi": "3.1.0",
        "info": { "title": title, "version": version, "description": description },
        "servers": [path::server(&set)],
        "tags": tags,
        "paths": paths.items,
        "components": { "schemas": schemas, "securitySchemes": schemes },
    });
    if !security.is_empty() {
        file["security"] = security.into();
    }
    Written {
        text: super::set::pretty(&file),
        not_carried: set.not_carried,
    }
}

fn folder(
    set: &mut RequestSet,
    folder: &SetFolder,
    tag: Option<&str>,
    paths: &mut Paths,
    names: &mut BTreeMap<String, u32>,
    tags: &mut Vec<Value>,
) {
    for entry in &folder.entries {
        match entry {
            SetEntry::Request(request) => operation(set, request, tag, paths, names),
            SetEntry::Folder(inner) => {
                let name = tag.map_or_else(|| inner.name.clone(), |outer| format!("{outer} / {}", inner.name));
                let mut said = json!({ "name": name });
                if let Some(description) = &inner.says.description {
                    said["description"] = description.as_str().into();
                }
                tags.push(said);
                self::folder(set, inner, Some(&name), paths, names, tags);
            }
        }
    }
}

fn operation(
    set: &mut RequestSet,
    request: &SetRequest,
    tag: Option<&str>,
    paths: &mut Paths,
    names: &mut BTreeMap<String, u32>,
) {
    let (own, place) = (&request.request, &request.place);
    let Some(path) = path::below_base(&own.url) else {
        set.leave(place, "the request", "it goes to an address of its own");
        return;
    };
    let method = own.method.to_ascii_lowercase();
    if !["get", "put", "post", "delete", "options", "head", "patch", "trace"].contains(&method.as_str()) {
        set.leave(place, "the request", "OpenAPI has no such method");
        return;
    }
    let (template, parameters) = paths.template(path);
    if paths.has(&template, &method) {
        set.leave(place, "the request", "another one has its method and path");
        return;
    }
    let example = |name: &str| request.whole.variables.get(name).filter(|value| !value.contains("{{"));
    let mut rows: Vec<Value> = Vec::new();
    for (variable, name) in &parameters {
        let mut row = json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } });
        if let Some(example) = example(variable) {
            row["example"] = example.as_str().into();
        }
        rows.push(row);
    }
    rows.extend(own.query.iter().map(|row| parameter(row, "query")));
    let headers = request.whole.headers.iter();
    let headers = headers.filter(|row| !SAID_ELSEWHERE.contains(&row.name.to_ascii_lowercase().as_str()));
    rows.extend(headers.map(|row| parameter(row, "header")));
    // A name may stand once in each place.
    let mut seen = Vec::new();
    rows.retain(|row| {
        let key = (row["name"].clone(), row["in"].clone());
        let new = !seen.contains(&key);
        seen.extend(new.then_some(key));
        new
    });
    let mut operation = json!({
        "operationId": operation_id(&request.id, names),
        "summary": own.name,
        "responses": responses(set, request),
    });
    if let Some(tag) = tag {
        operation["tags"] = json!([tag]);
    }
    if !own.description.is_empty() {
        operation["description"] = own.description.as_str().into();
    }
    if !rows.is_empty() {
        operation["parameters"] = rows.into();
    }
    if let Some(body) = body::written(request) {
        operation["requestBody"] = body;
    }
    if let Some(security) = security::of_request(set, &request.whole.auth, place) {
        operation["security"] = security;
    }
    let told = |demand: &Demand, subject: &str| {
        subject == "status" && matches!(demand, Demand::Equals(_)) || matches!(demand, Demand::Schema(Value::String(_)))
    };
    let checks = own
        .assertions
        .iter()
        .filter(|assertion| !told(&assertion.demand, assertion.subject.trim()))
        .count();
    if checks > 0 {
        set.leave(place, format!("assertions: {checks}"), "a description has none");
    }
    if !own.captures.is_empty() {
        set.leave(
            place,
            format!("captures: {}", own.captures.len()),
            "a description has none",
        );
    }
    paths.insert(template, method, operation);
}

/// `users/get_user` is called `get_user`; a second one of that name `get_user_2`.
fn operation_id(id: &str, names: &mut BTreeMap<String, u32>) -> String {
    let stem = id.rsplit('/').next().unwrap_or(id).to_owned();
    let count = names.entry(stem.clone()).or_default();
    *count += 1;
    if *count == 1 { stem } else { format!("{stem}_{count}") }
}

fn parameter(row: &Pair, place: &str) -> Value {
    let kind = match row.value.as_str() {
        "true" | "false" => "boolean",
        value if !value.is_empty() && value.parse::<i64>().is_ok() => "integer",
        _ => "string",
    };
    let mut parameter = json!({ "name": row.name, "in": place, "schema": { "type": kind } });
    if !row.description.is_empty() {
        parameter["description"] = row.description.as_str().into();
    }
    if !row.value.is_empty() && !row.value.contains("{{") {
        parameter["example"] = match kind {
            "string" => row.value.as_str().into(),
            _ => serde_json::from_str(&row.value).unwrap_or_else(|_| row.value.as_str().into()),
        };
    }
    parameter
}

/// Answers: those that are saved, and what the assertions expect.
fn responses(set: &RequestSet, request: &SetRequest) -> Map<String, Value> {
    let mut responses = Map::new();
    let named = request
        .request
        .assertions
        .iter()
        .find_map(|assertion| match &assertion.demand {
            Demand::Schema(Value::String(name)) if matches!(assertion.subject.trim(), "$" | "body") => {
                Some(name.as_str())
            }
            _ => None,
        });
    let named = named.filter(|name| set.connector.schema(name).is_ok());
    let named = named.map(|name| json!({ "$ref": format!("#/components/schemas/{name}") }));
    for example in &request.examples {
        let answer = &example.response;
        let kind = answer.content_type().unwrap_or("application/json");
        let kind = kind.split(';').next().unwrap_or(kind).trim().to_owned();
        let said = named.clone().filter(|_| answer.status < 300);
        let entry = responses.entry(answer.status.to_string()).or_insert_with(|| {
            let reason = if answer.reason.is_empty() {
                "An answer"
            } else {
                &answer.reason
            };
            json!({ "description": reason, "content": {} })
        });
        if entry["content"].get(&kind).is_none() {
            let inferred = said.unwrap_or_else(|| inferred(&answer.body));
            entry["content"][&kind] = json!({ "schema": inferred, "examples": {} });
        }
        entry["content"][&kind]["examples"][&example.name] = json!({ "value": answer.body });
    }
    let expected = request
        .request
        .assertions
        .iter()
        .find_map(|assertion| match &assertion.demand {
            Demand::Equals(status) if assertion.subject.trim() == "status" => status.as_u64(),
            _ => None,
        });
    let expected = expected
        .filter(|status| (100..600).contains(status))
        .map(|status| status.to_string());
    if let Some(status) = expected.filter(|status| !responses.contains_key(status)) {
        let mut answer = json!({ "description": "As expected" });
        if let Some(named) = named {
            answer["content"] = json!({ "application/json": { "schema": named } });
        }
        responses.insert(status, answer);
    }
    if responses.is_empty() {
        responses.insert("default".to_owned(), json!({ "description": "The answer" }));
    }
    responses
}

/// The schema of a value, without the word for its dialect: a description has one for all.
fn inferred(value: &Value) -> Value {
    let mut schema = schema::infer([value]);
    if let Some(members) = schema.as_object_mut() {
        members.remove("$schema");
    }
    schema
}

/// The connector's schemas.
fn schemas(set: &RequestSet) -> Map<String, Value> {
    let files = set.connector.of_kind(FileKind::Schema);
    let named = files.filter_map(|file| {
        let mut schema = set.connector.schema(&file.name).ok()?;
        let members = schema.as_object_mut()?;
        members.remove("$schema");
        members.remove("$id");
        Some((file.name.clone(), schema))
    });
    named.collect()
}
