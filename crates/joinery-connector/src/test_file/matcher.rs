//! What can be asked of a value.

use regex::Regex;
use serde_json::Value;

use crate::schema;

/// One demand on a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Matcher {
    /// It is this value; numbers by what they are worth.
    Equals(Value),
    /// A text holds this text, a list this entry, an object these members.
    Contains(Value),
    /// A text that this regular expression finds something in.
    Matches(String),
    /// So many letters, entries or members.
    Length(u64),
    /// A value of this type.
    Type(JsonWord),
    /// A value that fits a schema.
    Schema(Schema),
    /// Whether there is nothing there at all.
    Absent(bool),
    /// A number near this one.
    Approx(Approx),
    /// Anything: snapshots do not look there either.
    Ignore,
}

/// A schema by name, or itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Schema {
    /// `schemas/NAME.json`
    Named(String),
    /// Written in the case.
    Inline(Value),
}

/// A number and how far off one may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Approx {
    /// The number.
    pub value: f64,
    /// How far off.
    pub within: f64,
}

/// The types of JSON, by the names that JSON Schema gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonWord {
    /// `string`
    String,
    /// `integer`
    Integer,
    /// `number`
    Number,
    /// `boolean`
    Boolean,
    /// `array`
    Array,
    /// `object`
    Object,
    /// `null`
    Null,
}

impl JsonWord {
    /// Every type with its name.
    pub const ALL: [(&'static str, Self); 7] = [
        ("string", Self::String),
        ("integer", Self::Integer),
        ("number", Self::Number),
        ("boolean", Self::Boolean),
        ("array", Self::Array),
        ("object", Self::Object),
        ("null", Self::Null),
    ];

    fn fits(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Integer => value.as_f64().is_some_and(|number| number.fract() == 0.0),
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
            Self::Null => value.is_null(),
        }
    }
}

impl Matcher {
    /// What was expected, where `found` is not it.
    pub(crate) fn failure(
        &self,
        found: Option<&Value>,
        schema: &dyn Fn(&str) -> Result<Value, String>,
    ) -> Option<String> {
        let holds = match (self, found) {
            (Self::Ignore, _) => true,
            (Self::Absent(absent), found) => *absent == found.is_none(),
            (Self::Schema(wanted), Some(value)) => return schema_failure(wanted, value, schema),
            (_, None) => false,
            (Self::Equals(wanted), Some(value)) => same(wanted, value),
            (Self::Contains(wanted), Some(value)) => contains(value, wanted),
            (Self::Matches(pattern), Some(value)) => {
                Regex::new(pattern).is_ok_and(|pattern| value.as_str().is_some_and(|text| pattern.is_match(text)))
            }
            (Self::Length(wanted), Some(value)) => length(value) == Some(*wanted),
            (Self::Type(wanted), Some(value)) => wanted.fits(value),
            (Self::Approx(wanted), Some(value)) => value
                .as_f64()
                .is_some_and(|number| (number - wanted.value).abs() <= wanted.within),
        };
        (!holds).then(|| self.words(found))
    }

    /// In words: `a text that contains "nobody"`.
    pub(crate) fn words(&self, found: Option<&Value>) -> String {
        match self {
            Self::Equals(value) => value.to_string(),
            Self::Contains(value) => format!("something that contains {value}"),
            Self::Matches(pattern) => format!("a text that matches {pattern}"),
            Self::Length(wanted) => match found.and_then(length) {
                Some(found) => format!("a length of {wanted}, not {found}"),
                None => format!("a length of {wanted}"),
            },
            Self::Type(wanted) => {
                let name = JsonWord::ALL.iter().find(|(_, word)| word == wanted);
                format!("a value of type {}", name.map_or("", |(name, _)| name))
            }
            Self::Schema(Schema::Named(name)) => format!("a value that fits the schema {name}"),
            Self::Schema(Schema::Inline(_)) => "a value that fits the schema".to_owned(),
            Self::Absent(true) => "nothing there".to_owned(),
            Self::Absent(false) => "something there".to_owned(),
            Self::Approx(Approx { value, within }) => format!("{value}, give or take {within}"),
            Self::Ignore => "anything".to_owned(),
        }
    }

    /// The two values to compare line by line: objects and lists that are not the same.
    pub(super) fn compare(&self, found: Option<&Value>) -> Option<(Value, Value)> {
        match (self, found) {
            (Self::Equals(wanted @ (Value::Object(_) | Value::Array(_))), Some(found)) => {
                Some((wanted.clone(), found.clone()))
            }
            _ => None,
        }
    }

    /// The values it holds.
    pub(super) fn values(&self) -> impl Iterator<Item = &Value> {
        match self {
            Self::Equals(value) | Self::Contains(value) => Some(value),
            _ => None,
        }
        .into_iter()
    }

    /// The schema it names.
    pub(super) fn schema_name(&self) -> Option<&str> {
        match self {
            Self::Schema(Schema::Named(name)) => Some(name),
            _ => None,
        }
    }
}

fn schema_failure(wanted: &Schema, value: &Value, find: &dyn Fn(&str) -> Result<Value, String>) -> Option<String> {
    let (name, schema) = match wanted {
        Schema::Inline(schema) => ("the schema".to_owned(), Ok(schema.clone())),
        Schema::Named(name) => (format!("the schema {name}"), find(name)),
    };
    let violations = match schema.and_then(|schema| schema::check(&schema, value)) {
        Ok(violations) => violations,
        Err(reason) => return Some(format!("a value that fits {name}: {reason}")),
    };
    if violations.is_empty() {
        return None;
    }
    let said: Vec<String> = violations
        .iter()
        .map(|violation| match violation.path.as_str() {
            "" => violation.message.clone(),
            path => format!("{path}: {}", violation.message),
        })
        .collect();
    Some(format!("a value that fits {name}: {}", said.join("; ")))
}

/// Whether two values are the same. `1` and `1.0` are; the order of members does not matter.
pub fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => one == other,
    }
}

fn contains(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::String(text), Value::String(part)) => text.contains(part.as_str()),
        (Value::Array(items), wanted) => items.iter().any(|item| holds(item, wanted)),
        (Value::Object(_), Value::Object(_)) => holds(value, wanted),
        _ => false,
    }
}

/// Whether `value` is `wanted`; an object may have more members.
fn holds(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Object(members), Value::Object(wanted)) => wanted
            .iter()
            .all(|(key, wanted)| members.get(key).is_some_and(|member| holds(member, wanted))),
        _ => same(value, wanted),
    }
}

fn length(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => Some(text.chars().count() as u64),
        Value::Array(items) => Some(items.len() as u64),
        Value::Object(members) => Some(members.len() as u64),
        _ => None,
    }
}
