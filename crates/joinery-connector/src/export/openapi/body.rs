//! Bodies of requests, by example.

use serde_json::{Map, Value, json};

use super::{super::set::SetRequest, inferred};
use crate::{
    request::{RequestBody, inside_string},
    variables::placeholders,
};

/// What a request carries; nothing where it carries nothing.
pub(super) fn written(request: &SetRequest) -> Option<Value> {
    let (kind, content) = match &request.request.body {
        RequestBody::None => return None,
        RequestBody::Json { text } => ("application/json".to_owned(), by_example(request, text)),
        RequestBody::Raw { content_type, text } => (
            content_type.split(';').next().unwrap_or_default().trim().to_owned(),
            json!({ "schema": { "type": "string" }, "example": text }),
        ),
        RequestBody::Form { fields } => {
            let rows = fields.iter().map(|row| (row.name.clone(), json!({ "type": "string" })));
            let properties: Map<String, Value> = rows.collect();
            (
                "application/x-www-form-urlencoded".to_owned(),
                json!({ "schema": { "type": "object", "properties": properties } }),
            )
        }
        RequestBody::Multipart { parts } => {
            let rows = parts.iter().map(|part| {
                let schema = match &part.file {
                    Some(_) => json!({ "type": "string", "contentMediaType": part.content_type.as_deref().unwrap_or("application/octet-stream") }),
                    None => json!({ "type": "string" }),
                };
                (part.name.clone(), schema)
            });
            let properties: Map<String, Value> = rows.collect();
            (
                "multipart/form-data".to_owned(),
                json!({ "schema": { "type": "object", "properties": properties } }),
            )
        }
        RequestBody::File { content_type, .. } => {
            let kind = content_type.as_deref().unwrap_or("application/octet-stream");
            (kind.to_owned(), json!({}))
        }
        RequestBody::Graphql { query, variables, .. } => {
            let variables: Value = serde_json::from_str(variables).unwrap_or_else(|_| json!({}));
            let example = json!({ "query": query, "variables": variables });
            (
                "application/json".to_owned(),
                json!({ "schema": inferred(&example), "example": example }),
            )
        }
    };
    let mut content_by_kind = Map::new();
    let kind = if kind.is_empty() { "text/plain".to_owned() } else { kind };
    content_by_kind.insert(kind, content);
    Some(json!({ "required": true, "content": content_by_kind }))
}

/// JSON with the values of the request's own variables; a text with what has none is shown as it is written.
fn by_example(request: &SetRequest, text: &str) -> Value {
    let mut filled = text.to_owned();
    for found in placeholders(text).into_iter().rev() {
        let known = request.whole.variables.get(&found.name);
        let value = known.cloned().unwrap_or_else(|| format!("{{{{{}}}}}", found.name));
        let quoted = Value::from(value.as_str()).to_string();
        let written = if inside_string(&text[..found.start]) {
            quoted[1..quoted.len() - 1].to_owned()
        } else if serde_json::from_str::<Value>(&value).is_ok() {
            value
        } else {
            quoted
        };
        filled.replace_range(found.start..found.end, &written);
    }
    match serde_json::from_str::<Value>(&filled) {
        Ok(example) => json!({ "schema": inferred(&example), "example": example }),
        Err(_) => json!({ "schema": {}, "example": text }),
    }
}
