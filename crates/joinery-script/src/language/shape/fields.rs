//! The members of `input`, `connection` and what `output_fields` declares.

use serde_json::Value;

use super::{MAX_MEMBERS, Member, Shape};
use crate::language::{code::Bracket, view::View};

/// Objects within objects of a schema that are still looked into.
const MAX_DEPTH: usize = 6;

impl View<'_> {
    /// What `input` holds: the declared fields, with the values of the last run.
    pub fn input_members(&self) -> Vec<Member> {
        let mut members = self.declared_members("input_fields");
        let Some(input) = self.seen.and_then(|seen| seen.input.as_object()) else {
            return members;
        };
        for member in &mut members {
            member.seen = input.get(&member.name).cloned();
        }
        members
    }

    /// What `connection` holds: the fields of `connector.toml` and of its ways to sign in.
    pub fn connection_members(&self) -> Vec<Member> {
        let Some(connector) = self.connector else {
            return Vec::new();
        };
        let fields = connector.manifest.fields.iter().map(|field| Member {
            name: field.name.clone(),
            shape: match field.control {
                joinery_connector::form::Control::Secret => Shape::Secret,
                _ => Shape::Text,
            },
            doc: joined(&field.label, field.hint.as_deref().unwrap_or_default()),
            seen: None,
        });
        let base = Member {
            name: "base_url".to_owned(),
            shape: Shape::Text,
            doc: "Where requests go.".to_owned(),
            seen: None,
        };
        fields.chain([base]).collect()
    }

    /// The fields that a function such as `input_fields` declares, read from its text.
    pub fn declared_members(&self, function: &str) -> Vec<Member> {
        let Some((body, end)) = self.scopes.function(function).and_then(|function| function.value) else {
            return Vec::new();
        };
        let code = &self.code;
        let mut members: Vec<Member> = Vec::new();
        for at in body..end.min(code.tokens.len()) {
            if code.bracket[at] != Some(Bracket::Call) {
                continue;
            }
            match code.before(at) {
                "field" if self.is_own_field(at, body) => members.extend(self.field(at)),
                "schema" => {
                    let name = self.text_token(at + 1).unwrap_or_default();
                    members.extend(self.schema_members(&name));
                }
                _ => {}
            }
        }
        members.dedup_by(|right, left| right.name == left.name);
        members
    }

    /// Whether these are all that it declares: other functions may make more, and names may be put together.
    pub fn declares_all(&self, function: &str) -> bool {
        let Some((body, end)) = self.scopes.function(function).and_then(|function| function.value) else {
            return false;
        };
        let code = &self.code;
        let calls = (body..end.min(code.tokens.len()))
            .filter(|&at| code.bracket[at] == Some(Bracket::Call) && self.is_own_field(at, body));
        calls.into_iter().all(|at| match code.before(at) {
            "field" | "schema" => self.text_token(at + 1).is_some(),
            "required" | "merge" | "only" | "without" => true,
            _ => false,
        })
    }

    /// Fields of fields (`of: field(...)`) are not the function's own.
    fn is_own_field(&self, call: usize, body: usize) -> bool {
        let code = &self.code;
        let mut at = code.within[call];
        while let Some(open) = at.filter(|open| *open > body) {
            if code.bracket[open] == Some(Bracket::Map) {
                return false;
            }
            at = code.within[open];
        }
        true
    }

    fn field(&self, open: usize) -> Option<Member> {
        let code = &self.code;
        let name = self.text_token(open + 1)?;
        let close = code.close_of(open);
        let option = |key: &str| {
            (open + 2..close).find(|&at| {
                code.word(at) == key && code.word(at + 1) == ":" && {
                    let map = code.within[at];
                    map.and_then(|map| code.within[map]) == Some(open)
                }
            })
        };
        let text = |key: &str| option(key).and_then(|at| self.text_token(at + 2)).unwrap_or_default();
        let shape = match text("type").as_str() {
            "integer" => Shape::Whole,
            "number" => Shape::Number,
            "boolean" => Shape::Flag,
            "array" => Shape::List(Box::default()),
            "object" => Shape::Map(Vec::new()),
            _ => Shape::Text,
        };
        Some(Member {
            name,
            shape,
            doc: joined(&text("label"), &text("hint")),
            seen: None,
        })
    }

    /// The members that `schemas/<name>.json` gives.
    pub fn schema_members(&self, name: &str) -> Vec<Member> {
        let text = self.file(&format!("schemas/{name}.json"));
        let schema = text.and_then(|text| serde_json::from_str::<Value>(&text).ok());
        schema.map(|schema| properties(&schema, 0)).unwrap_or_default()
    }
}

fn properties(schema: &Value, depth: usize) -> Vec<Member> {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return Vec::new();
    };
    properties
        .iter()
        .take(MAX_MEMBERS)
        .map(|(name, property)| Member {
            name: name.clone(),
            shape: of_schema(property, depth + 1),
            doc: joined(
                property.get("title").and_then(Value::as_str).unwrap_or_default(),
                property.get("description").and_then(Value::as_str).unwrap_or_default(),
            ),
            seen: None,
        })
        .collect()
}

/// The kind that a JSON Schema describes.
fn of_schema(schema: &Value, depth: usize) -> Shape {
    let kind = match schema.get("type") {
        Some(Value::String(kind)) => kind.as_str(),
        Some(Value::Array(kinds)) => kinds
            .iter()
            .filter_map(Value::as_str)
            .find(|kind| *kind != "null")
            .unwrap_or_default(),
        _ => "",
    };
    match kind {
        "string" => Shape::Text,
        "integer" => Shape::Whole,
        "number" => Shape::Number,
        "boolean" => Shape::Flag,
        "array" if depth < MAX_DEPTH => {
            let items = schema.get("items").map(|items| of_schema(items, depth + 1));
            Shape::List(Box::new(items.unwrap_or_default()))
        }
        "object" if depth < MAX_DEPTH => Shape::Map(properties(schema, depth)),
        "array" => Shape::List(Box::default()),
        "object" => Shape::Map(Vec::new()),
        _ => Shape::Unknown,
    }
}

fn joined(label: &str, hint: &str) -> String {
    match (label, hint) {
        ("", hint) => hint.to_owned(),
        (label, "") => label.to_owned(),
        (label, hint) => format!("{label}: {hint}"),
    }
}
