//! Schemas of `OpenAPI` 3.0 as JSON Schema, read strictly, for requests: a member that is not described is refused, and so is
//! one that only answers have (`readOnly`).
//!
//! - `allOf` is joined into one object; the later part's member takes the place of the earlier one's.
//! - A discriminator chooses the schema that the value names; a value that it does not know is refused.
//! - `oneOf` is `anyOf`: without a discriminator Okta's alternatives overlap.
//! - An object without a word about its members is open.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// Keywords that mean the same in both.
const SAME: [&str; 12] = [
    "enum",
    "format",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "pattern",
    "uniqueItems",
];

/// Okta's own keyword where null takes a value away.
const NULL_REMOVES: &str = "x-okta-allow-null-property-value-for-updates";

/// What a reference leads to; the value itself where it is none.
pub fn followed<'a>(root: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => {
            let target = root
                .pointer(&reference[1..])
                .unwrap_or_else(|| panic!("{reference} leads nowhere"));
            followed(root, target)
        }
        None => value,
    }
}

/// A schema of the description with all that it refers to, as JSON Schema.
pub fn strict(root: &Value, schema: &Value) -> Value {
    let mut reading = Reading {
        root,
        waiting: Vec::new(),
        seen: BTreeSet::new(),
    };
    let mut whole = json!({ "allOf": [reading.used(schema)] });
    let mut definitions = Map::new();
    while let Some((reference, plain)) = reading.waiting.pop() {
        let target = root
            .pointer(&reference[1..])
            .unwrap_or_else(|| panic!("{reference} leads nowhere"));
        let read = if plain {
            reading.plain(target)
        } else {
            reading.used(target)
        };
        definitions.insert(key_of(&reference, plain), read);
    }
    whole["$defs"] = definitions.into();
    whole
}

/// A description being read: the references that are still to be followed, and those that were met.
struct Reading<'a> {
    root: &'a Value,
    waiting: Vec<(String, bool)>,
    seen: BTreeSet<String>,
}

impl Reading<'_> {
    /// A reference into the definitions; `plain` leaves out the discriminator of what it leads to.
    fn reference(&mut self, reference: &str, plain: bool) -> Value {
        let key = key_of(reference, plain);
        if self.seen.insert(key.clone()) {
            self.waiting.push((reference.to_owned(), plain));
        }
        json!({ "$ref": format!("#/$defs/{key}") })
    }

    /// A schema where a value of its own stands.
    fn used(&mut self, schema: &Value) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.reference(reference, false);
        }
        let Some(mapping) = schema["discriminator"]["mapping"].as_object() else {
            return self.plain(schema);
        };
        let name = schema["discriminator"]["propertyName"].as_str().expect("a name");
        let choices = mapping.iter().map(|(value, target)| {
            let target = target.as_str().expect("a reference");
            // A kind that is the schema itself would choose for ever.
            let is_itself = followed(self.root, &json!({ "$ref": target })) == schema;
            json!({
                "if": { "properties": { name: { "const": value } }, "required": [name] },
                "then": self.reference(target, is_itself),
            })
        });
        let choices: Vec<Value> = choices.collect();
        let known: Vec<&String> = mapping.keys().collect();
        json!({
            "if": { "required": [name] },
            "then": { "properties": { name: { "enum": known } }, "allOf": choices },
            "else": self.plain(schema),
        })
    }

    /// A schema whatever its discriminator says.
    fn plain(&mut self, schema: &Value) -> Value {
        let mut joined = Joined::default();
        joined.take(self.root, schema);
        let mut read = joined.keywords;
        if let Some(alternatives) = joined.alternatives {
            let read_all: Vec<Value> = alternatives.iter().map(|one| self.used(one)).collect();
            read.insert("anyOf".to_owned(), read_all.into());
        }
        if let Some(items) = joined.items {
            read.insert("items".to_owned(), self.used(&items));
        }
        if let Some(more) = joined.more {
            let more = if more.is_object() { self.used(&more) } else { more };
            read.insert("additionalProperties".to_owned(), more);
        } else if !joined.members.is_empty() && !read.contains_key("anyOf") {
            read.insert("additionalProperties".to_owned(), false.into());
        }
        let is_read_only =
            |member: &Value| followed(self.root, member)["readOnly"] == true || member["readOnly"] == true;
        let required: Vec<&String> = joined
            .required
            .iter()
            .filter(|name| !joined.members.get(*name).is_some_and(is_read_only))
            .collect();
        if !required.is_empty() {
            read.insert("required".to_owned(), json!(required));
        }
        let members: Map<String, Value> = joined
            .members
            .iter()
            .map(|(name, member)| {
                let read = if is_read_only(member) {
                    false.into()
                } else {
                    self.used(member)
                };
                (name.clone(), read)
            })
            .collect();
        if !members.is_empty() {
            read.insert("properties".to_owned(), members.into());
        }
        if joined.nullable {
            if let Some(one) = read.get_mut("type") {
                *one = json!([one, "null"]);
            }
            if let Some(Value::Array(choices)) = read.get_mut("enum") {
                choices.push(Value::Null);
            }
        }
        read.into()
    }
}

/// The parts of a schema and of its `allOf`, joined.
#[derive(Default)]
struct Joined {
    keywords: Map<String, Value>,
    members: Map<String, Value>,
    required: BTreeSet<String>,
    items: Option<Value>,
    more: Option<Value>,
    alternatives: Option<Vec<Value>>,
    nullable: bool,
}

impl Joined {
    fn take(&mut self, root: &Value, schema: &Value) {
        let schema = followed(root, schema);
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.take(root, part);
        }
        for keyword in SAME.iter().chain(&["type"]) {
            if let Some(value) = schema.get(*keyword) {
                self.keywords.insert((*keyword).to_owned(), value.clone());
            }
        }
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            self.members.insert(name.clone(), member.clone());
        }
        let required = schema["required"].as_array().into_iter().flatten();
        self.required
            .extend(required.filter_map(Value::as_str).map(str::to_owned));
        self.items = schema.get("items").cloned().or(self.items.take());
        self.more = schema.get("additionalProperties").cloned().or(self.more.take());
        let alternatives = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
        self.alternatives = alternatives.cloned().or(self.alternatives.take());
        self.nullable |= schema["nullable"] == true || schema[NULL_REMOVES] == true;
    }
}

/// The name of a definition: a reference without what would have to be escaped.
fn key_of(reference: &str, plain: bool) -> String {
    let name = reference.trim_start_matches("#/components/").replace('/', ".");
    if plain { format!("{name}.plain") } else { name }
}
