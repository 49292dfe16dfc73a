//! Bodies of requests.

use serde_json::{Value, json};

use super::super::RequestSet;
use super::text::text;
use crate::request::{Pair, Part, RequestBody};

/// The body, and the media type that Postman does not tell by itself.
pub(super) fn written(set: &mut RequestSet, body: &RequestBody, place: &str) -> Option<(Value, Option<String>)> {
    Some(match body {
        RequestBody::None => return None,
        RequestBody::Json { text: json } => {
            let raw = text(set, json, place);
            let body = json!({ "mode": "raw", "raw": raw, "options": { "raw": { "language": "json" } } });
            (body, Some("application/json".to_owned()))
        }
        RequestBody::Raw {
            content_type,
            text: raw,
        } => {
            let language = match content_type.split(';').next().unwrap_or_default().trim() {
                "application/xml" | "text/xml" => "xml",
                "text/html" => "html",
                "application/javascript" => "javascript",
                _ => "text",
            };
            let raw = text(set, raw, place);
            let body = json!({ "mode": "raw", "raw": raw, "options": { "raw": { "language": language } } });
            (body, Some(content_type.clone()))
        }
        RequestBody::Form { fields } => (
            json!({ "mode": "urlencoded", "urlencoded": rows(set, fields, place) }),
            None,
        ),
        RequestBody::Multipart { parts } => {
            let parts: Vec<Value> = parts.iter().map(|part| form_part(set, part, place)).collect();
            (json!({ "mode": "formdata", "formdata": parts }), None)
        }
        RequestBody::File { path, content_type } => {
            set.leave(
                place,
                format!("the file {path}"),
                "it lies in `fixtures`: choose it there",
            );
            (json!({ "mode": "file", "file": { "src": path } }), content_type.clone())
        }
        RequestBody::Graphql {
            query,
            operation_name,
            variables,
        } => {
            let mut graphql = json!({ "query": text(set, query, place), "variables": text(set, variables, place) });
            if let Some(operation) = operation_name {
                graphql["operationName"] = operation.as_str().into();
            }
            (json!({ "mode": "graphql", "graphql": graphql }), None)
        }
    })
}

/// Rows of a table.
pub(super) fn rows(set: &mut RequestSet, rows: &[Pair], place: &str) -> Vec<Value> {
    let row = |pair: &Pair| {
        let mut row = json!({ "key": text(set, &pair.name, place), "value": text(set, &pair.value, place) });
        if !pair.enabled {
            row["disabled"] = true.into();
        }
        if !pair.description.is_empty() {
            row["description"] = pair.description.as_str().into();
        }
        row
    };
    rows.iter().map(row).collect()
}

fn form_part(set: &mut RequestSet, part: &Part, place: &str) -> Value {
    let mut row = json!({ "key": text(set, &part.name, place) });
    if let Some(file) = &part.file {
        set.leave(
            place,
            format!("the file {file}"),
            "it lies in `fixtures`: choose it there",
        );
        row["type"] = "file".into();
        row["src"] = file.as_str().into();
        if let Some(filename) = &part.filename {
            row["fileName"] = filename.as_str().into();
        }
    } else {
        row["type"] = "text".into();
        row["value"] = text(set, &part.value, place).into();
    }
    if let Some(content_type) = &part.content_type {
        row["contentType"] = content_type.as_str().into();
    }
    if part.disabled {
        row["disabled"] = true.into();
    }
    if !part.description.is_empty() {
        row["description"] = part.description.as_str().into();
    }
    row
}
