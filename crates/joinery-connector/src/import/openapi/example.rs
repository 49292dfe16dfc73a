//! A value that a schema describes, for a body to start from.

use serde_json::{Map, Value};

use super::Description;
use crate::import::parts::{list, members, text};

/// Objects and lists are written out so deep.
const MAX_DEPTH: usize = 6;
/// And so many values in all: schemas that branch at each level would be large within that depth.
const MAX_VALUES: usize = 2_000;

impl<'a> Description<'a> {
    /// An example of `schema`: what it gives, else one made of its parts. What can only be read is left out.
    pub(super) fn example(self, schema: &'a Value) -> Value {
        let mut values = MAX_VALUES;
        self.made(schema, MAX_DEPTH, &mut values)
    }

    fn made(self, schema: &'a Value, depth: usize, values: &mut usize) -> Value {
        let schema = self.follow(schema);
        *values = values.saturating_sub(1);
        if let Some(given) = said(schema) {
            return given.clone();
        }
        if depth == 0 || *values == 0 {
            return Value::Null;
        }
        let mut whole = Map::new();
        for part in list(&schema["allOf"]) {
            match self.made(part, depth - 1, values) {
                Value::Object(members) => whole.extend(members),
                Value::Null => {}
                // A scalar wrapped to be described anew.
                other if schema.get("properties").is_none() => return other,
                _ => {}
            }
        }
        let choice = ["oneOf", "anyOf"].iter().find_map(|name| list(&schema[name]).first());
        if let Some(choice) = choice {
            match self.made(choice, depth - 1, values) {
                Value::Object(members) => whole.extend(members),
                other if whole.is_empty() && schema.get("properties").is_none() => return other,
                _ => {}
            }
        }
        for (name, property) in members(&schema["properties"]) {
            let followed = self.follow(property);
            if *values == 0 {
                break;
            }
            if property["readOnly"] == true || followed["readOnly"] == true {
                whole.remove(name);
                continue;
            }
            match self.made(property, depth - 1, values) {
                // What is too deep to show says nothing.
                Value::Null if depth == 1 => {}
                value => {
                    whole.insert(name.clone(), value);
                }
            }
        }
        let kind = kind(schema);
        if !whole.is_empty() || kind == "object" {
            return whole.into();
        }
        match kind {
            "array" => match self.made(&schema["items"], depth - 1, values) {
                Value::Null => Value::Array(Vec::new()),
                value => Value::Array(vec![value]),
            },
            "string" => Value::from(match text(schema, "format") {
                "date-time" => "2026-01-31T12:00:00Z",
                "date" => "2026-01-31",
                "uuid" => "00000000-0000-4000-8000-000000000000",
                "email" => "ada@example.com",
                "uri" | "url" => "https://example.com",
                _ => "",
            }),
            "integer" | "number" => schema.get("minimum").cloned().unwrap_or_else(|| 0.into()),
            "boolean" => false.into(),
            _ => Value::Null,
        }
    }
}

/// The value that a schema itself gives.
fn said(schema: &Value) -> Option<&Value> {
    let first = |name| list(&schema[name]).first();
    schema
        .get("example")
        .or_else(|| first("examples"))
        .or_else(|| schema.get("default"))
        .or_else(|| schema.get("const"))
        .or_else(|| first("enum"))
}

/// The type of a schema; in 3.1 it may be a list that has `null` in it.
fn kind(schema: &Value) -> &str {
    let one = schema["type"].as_str();
    let several = || {
        list(&schema["type"])
            .iter()
            .filter_map(Value::as_str)
            .find(|kind| *kind != "null")
    };
    one.or_else(several).unwrap_or_else(|| {
        if schema.get("properties").is_some() {
            "object"
        } else {
            ""
        }
    })
}
