//! Postman's files: a collection in the format v2.1, and an environment.

mod auth;
mod body;
mod request;
mod script;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    RequestSet, Written,
    set::{SetEntry, SetFolder},
};
use crate::{import::is_secret_name, request::RequestAuth};

const SCHEMA: &str = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";

/// The requests as a collection.
pub(super) fn collection(mut set: RequestSet) -> Written {
    let top = set.top.clone();
    let manifest = &set.connector.manifest;
    let description = top
        .says
        .description
        .clone()
        .unwrap_or_else(|| manifest.description.clone());
    let title = manifest.title.clone();
    let signing = match (&top.says.auth, manifest.auth.first()) {
        (RequestAuth::Inherit, Some(first)) => RequestAuth::Connector { id: first.id.clone() },
        (says, _) => says.clone(),
    };
    let auth = auth::written(&mut set, &signing, &title);
    if !top.says.headers.is_empty() {
        // Postman's collections have no headers: each request has its own.
        set.leave(
            &title,
            "headers of the collection",
            "they are written into each request",
        );
    }
    let scripts = script::Scripts::of(&set);
    let mut file = json!({
        "info": { "name": title, "description": description, "schema": SCHEMA },
        "item": items(&mut set, &top, &scripts, ""),
        "variable": variables(&set, &top, auth.as_ref()),
    });
    if let Some(auth) = auth {
        file["auth"] = auth;
    }
    let resets = scripts.resets();
    if !resets.is_empty() {
        file["event"] = json!([script::event("prerequest", resets)]);
    }
    Written {
        text: super::set::pretty(&file),
        not_carried: set.not_carried,
    }
}

fn items(set: &mut RequestSet, folder: &SetFolder, scripts: &script::Scripts, above: &str) -> Vec<Value> {
    let mut written = Vec::new();
    for entry in &folder.entries {
        match entry {
            SetEntry::Request(request) => written.push(request::item(set, request, scripts)),
            SetEntry::Folder(inner) => {
                let place = if above.is_empty() {
                    inner.name.clone()
                } else {
                    format!("{above} / {}", inner.name)
                };
                let mut item = json!({ "name": inner.name, "item": items(set, inner, scripts, &place) });
                if let Some(description) = &inner.says.description {
                    item["description"] = description.as_str().into();
                }
                if let Some(auth) = auth::written(set, &inner.says.auth, &place) {
                    item["auth"] = auth;
                }
                let lines = scripts.of_folder(set, &inner.says.variables, &place);
                if !lines.is_empty() {
                    item["event"] = json!([script::event("prerequest", lines)]);
                }
                written.push(item);
            }
        }
    }
    written
}

/// The variables of the collection: the base URL, those that have a value for all requests, and those that a connection
/// would have, to be filled in.
fn variables(set: &RequestSet, top: &SetFolder, auth: Option<&Value>) -> Vec<Value> {
    let base_url = set.base_url();
    let mut rows: BTreeMap<String, Value> = BTreeMap::new();
    for (name, value) in set
        .selection
        .variables
        .iter()
        .chain(&top.says.variables)
        .chain(&set.selection.given)
    {
        rows.insert(name.clone(), json!({ "key": name, "value": value, "type": "string" }));
    }
    let mut open: BTreeSet<String> = set.open_variables().into_iter().collect();
    // What only the ways to sign in and the base URL ask for.
    let signing = auth.map(Value::to_string).unwrap_or_default();
    open.extend(crate::variables::names_in(&signing));
    open.extend(crate::variables::names_in(base_url));
    for name in open {
        let field = set.connector.manifest.fields.iter().find(|field| field.name == name);
        let kind = if is_secret_name(&name) { "secret" } else { "string" };
        let row = rows
            .entry(name.clone())
            .or_insert_with(|| json!({ "key": name, "value": "", "type": kind }));
        if let Some(field) = field {
            let hint = field
                .hint
                .as_ref()
                .map_or_else(String::new, |hint| format!(", such as {hint}"));
            row["description"] = format!("{}{hint}", field.label).into();
        }
    }
    let first = json!({ "key": "base_url", "value": base_url, "type": "string" });
    rows.remove("base_url");
    std::iter::once(first).chain(rows.into_values()).collect()
}

/// An environment's values as Postman's file.
pub fn environment(name: &str, values: &BTreeMap<String, String>) -> String {
    let rows = values.iter().map(|(key, value)| {
        let secret = is_secret_name(key) && !value.starts_with("{{");
        let (value, kind) = if secret {
            ("", "secret")
        } else {
            (value.as_str(), "default")
        };
        json!({ "key": key, "value": value, "type": kind, "enabled": true })
    });
    super::set::pretty(&json!({
        "name": name,
        "values": rows.collect::<Vec<_>>(),
        "_postman_variable_scope": "environment",
    }))
}
