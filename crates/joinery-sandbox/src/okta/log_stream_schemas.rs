//! What a log stream of each type has to be told, as a JSON schema.

#![allow(clippy::unnecessary_wraps, reason = "every route answers with a result")]

use axum::http::Method;
use serde_json::{Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "meta/schemas/logStream", list),
    Route(Method::GET, "meta/schemas/logStream/{}", get),
];

const TYPES: [&str; 2] = ["aws_eventbridge", "splunk_cloud_logstreaming"];
const REGIONS: &[(&str, &str)] = &[
    ("us-east-2", "US East (Ohio)"),
    ("us-east-1", "US East (N. Virginia)"),
    ("us-west-1", "US West (N. California)"),
    ("us-west-2", "US West (Oregon)"),
    ("ca-central-1", "Canada (Central)"),
    ("eu-central-1", "Europe (Frankfurt)"),
    ("eu-west-1", "Europe (Ireland)"),
    ("eu-west-2", "Europe (London)"),
    ("eu-west-3", "Europe (Paris)"),
    ("eu-south-1", "Europe (Milan)"),
    ("eu-north-1", "Europe (Stockholm)"),
];
const EDITIONS: &[(&str, &str)] = &[
    ("aws", "AWS"),
    ("aws_govcloud", "AWS GovCloud"),
    ("gcp", "Google Cloud"),
];

/// A choice of texts.
fn choice(title: &str, once: bool, known: &[(&str, &str)]) -> Value {
    let known: Vec<Value> = known
        .iter()
        .map(|(value, title)| json!({"title": title, "const": value}))
        .collect();
    json!({"title": title, "type": "string", "writeOnce": once, "oneOf": known})
}

fn text(title: &str, once: bool, pattern: &str) -> Value {
    json!({"title": title, "type": "string", "writeOnce": once, "pattern": pattern})
}

fn settings(kind: &str) -> (&'static str, Value) {
    if kind == TYPES[0] {
        let properties = json!({
            "accountId": text("AWS Account ID", true, r"^\d{12}$"),
            "eventSourceName": text("AWS Event Source Name", true, r"^[\.\-_A-Za-z0-9]{1,75}$"),
            "region": choice("AWS Region", true, REGIONS),
        });
        return ("AWS EventBridge", properties);
    }
    let properties = json!({
        "edition": choice("Splunk Cloud Edition", false, EDITIONS),
        "host": text("Host", false, r"^((?!-)[A-Za-z0-9-]{1,63}(?<!-)\.)+[A-Za-z]{2,6}$"),
        "token": text("HEC Token", false, r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"),
    });
    ("Splunk Cloud", properties)
}

fn schema(kind: &str, url: &str) -> Value {
    let (title, properties) = settings(kind);
    let required: Vec<&String> = properties.as_object().into_iter().flat_map(|all| all.keys()).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "id": format!("{url}/api/v1/meta/schemas/logStream/{kind}"), "title": title, "type": "object",
        "properties": {
            "settings": {"type": "object", "required": required, "properties": properties},
            "name": text("Name", false, "^.{1,100}$"),
        },
        "required": ["name", "settings"],
        "errorMessage": {"properties": {"name": "Name can't exceed 100 characters."}},
        "_links": {"self": {"href": format!("{url}/api/v1/meta/schemas/logStream/{kind}"), "method": "GET"}},
    })
}

fn list(call: &Call<'_>) -> Answer {
    let list: Vec<Value> = TYPES.iter().map(|kind| schema(kind, call.state.url())).collect();
    Ok(Reply::json(&list))
}

fn get(call: &Call<'_>) -> Answer {
    let kind = call.part(0);
    if !TYPES.contains(&kind) {
        return Err(Problem::not_found(kind, "LogStreamSchema"));
    }
    Ok(Reply::json(&schema(kind, call.state.url())))
}
