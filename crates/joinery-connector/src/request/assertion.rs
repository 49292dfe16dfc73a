//! What is asked of a response without code: assertions, and values captured for later requests.

use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::test_file::{JsonWord, Matcher, Schema, same};

/// A check on the answer, without code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Assertion {
    /// `status`, `time_ms`, `size`, `body`, `header:<name>`, `cookie:<name>`, or a `JSONPath` such as
    /// `$.profile.login`.
    pub subject: String,
    /// What it must be.
    #[serde(flatten)]
    pub demand: Demand,
}

/// A value of the answer kept as a variable for the requests that follow.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Capture {
    /// The variable.
    pub name: String,
    /// Where its value is: as an assertion's subject.
    pub subject: String,
    /// Whether it is never shown.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub secret: bool,
}

/// What an assertion demands. The matchers of test cases by the same names, and those that only an answer needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Demand {
    /// This value; several matches of a path are compared as a list. For `time_ms`, the most it may be.
    Equals(Value),
    /// Any value but this.
    NotEquals(Value),
    /// A text with this in it, a list with this entry, an object with these members.
    Contains(Value),
    /// A value without it.
    NotContains(Value),
    /// A text in which this regular expression finds something.
    Matches(String),
    /// One of these values.
    OneOf(Vec<Value>),
    /// So many letters, entries or members.
    Length(u64),
    /// A value of this JSON type.
    Type(String),
    /// A value that fits `schemas/NAME.json`, or a schema written out.
    Schema(Value),
    /// Nothing there (`true`), or anything (`false`).
    Absent(bool),
    /// A number up to this one.
    AtMost(f64),
    /// A number from this one on.
    AtLeast(f64),
}

impl Default for Demand {
    fn default() -> Self {
        Self::Equals(Value::Null)
    }
}

impl Demand {
    /// The keys by which files and command lines name the demands.
    pub const KEYS: [&'static str; 12] = [
        "equals",
        "not_equals",
        "contains",
        "not_contains",
        "matches",
        "one_of",
        "length",
        "type",
        "schema",
        "absent",
        "at_most",
        "at_least",
    ];

    /// The demand of that key.
    ///
    /// # Errors
    /// What the value should have been.
    pub fn new(key: &str, value: Value) -> Result<Self, String> {
        let needs = |what: &str| format!("`{key}` needs {what}");
        let number = |value: &Value| value.as_f64().ok_or_else(|| needs("a number"));
        Ok(match key {
            "equals" => Self::Equals(value),
            "not_equals" => Self::NotEquals(value),
            "contains" => Self::Contains(value),
            "not_contains" => Self::NotContains(value),
            "matches" => {
                let pattern = value.as_str().ok_or_else(|| needs("a regular expression"))?;
                Regex::new(pattern).map_err(|error| format!("`{pattern}` is no regular expression: {error}"))?;
                Self::Matches(pattern.to_owned())
            }
            "one_of" => match value {
                Value::Array(values) if !values.is_empty() => Self::OneOf(values),
                _ => return Err(needs("a list of values")),
            },
            "length" => Self::Length(value.as_u64().ok_or_else(|| needs("a whole number"))?),
            "type" => match value.as_str() {
                Some(word) if word_of(word).is_some() => Self::Type(word.to_owned()),
                _ => {
                    let known: Vec<&str> = JsonWord::ALL.iter().map(|(name, _)| *name).collect();
                    return Err(needs(&format!("one of {}", known.join(", "))));
                }
            },
            "schema" if value.is_string() || value.is_object() => Self::Schema(value),
            "schema" => return Err(needs("the name of a schema, or a schema")),
            "absent" => Self::Absent(value.as_bool().ok_or_else(|| needs("true or false"))?),
            "at_most" => Self::AtMost(number(&value)?),
            "at_least" => Self::AtLeast(number(&value)?),
            other => return Err(format!("`{other}` is no demand; use one of {}", Self::KEYS.join(", "))),
        })
    }

    /// The key it is written by, and its value.
    pub fn key_and_value(&self) -> (&'static str, Value) {
        match self {
            Self::Equals(value) => ("equals", value.clone()),
            Self::NotEquals(value) => ("not_equals", value.clone()),
            Self::Contains(value) => ("contains", value.clone()),
            Self::NotContains(value) => ("not_contains", value.clone()),
            Self::Matches(pattern) => ("matches", pattern.as_str().into()),
            Self::OneOf(values) => ("one_of", values.clone().into()),
            Self::Length(length) => ("length", (*length).into()),
            Self::Type(word) => ("type", word.as_str().into()),
            Self::Schema(schema) => ("schema", schema.clone()),
            Self::Absent(absent) => ("absent", (*absent).into()),
            Self::AtMost(most) => ("at_most", number(*most)),
            Self::AtLeast(least) => ("at_least", number(*least)),
        }
    }

    /// In words, and whether `found` is so. `schema` finds a schema by name.
    pub fn check(&self, found: Option<&Value>, schema: &dyn Fn(&str) -> Result<Value, String>) -> (bool, String) {
        let by = |matcher: Matcher| match matcher.failure(found, schema) {
            None => (true, matcher.words(found)),
            Some(words) => (false, words),
        };
        let against = |matcher: Matcher| {
            let holds = matcher.failure(found, schema).is_some();
            (holds, format!("anything but {}", matcher.words(found)))
        };
        let compared = |limit: f64, words: &str, fits: fn(f64, f64) -> bool| {
            let holds = found.and_then(Value::as_f64).is_some_and(|found| fits(found, limit));
            (holds, format!("{words} {}", number(limit)))
        };
        match self {
            Self::Equals(value) if found.is_none() => (value.is_null(), value.to_string()),
            Self::Equals(value) => by(Matcher::Equals(value.clone())),
            Self::NotEquals(value) => against(Matcher::Equals(value.clone())),
            Self::Contains(value) => by(Matcher::Contains(value.clone())),
            Self::NotContains(value) => against(Matcher::Contains(value.clone())),
            Self::Matches(pattern) => by(Matcher::Matches(pattern.clone())),
            Self::OneOf(values) => {
                let said: Vec<String> = values.iter().map(Value::to_string).collect();
                let holds = found.is_some_and(|found| values.iter().any(|value| same(value, found)));
                (holds, format!("one of {}", said.join(", ")))
            }
            Self::Length(length) => by(Matcher::Length(*length)),
            Self::Type(word) => match word_of(word) {
                Some(word) => by(Matcher::Type(word)),
                None => (false, format!("a value of type {word}, which JSON does not have")),
            },
            Self::Schema(Value::String(name)) => by(Matcher::Schema(Schema::Named(name.clone()))),
            Self::Schema(schema) => by(Matcher::Schema(Schema::Inline(schema.clone()))),
            Self::Absent(absent) => by(Matcher::Absent(*absent)),
            Self::AtMost(most) => compared(*most, "at most", |found, most| found <= most),
            Self::AtLeast(least) => compared(*least, "at least", |found, least| found >= least),
        }
    }
}

fn word_of(word: &str) -> Option<JsonWord> {
    JsonWord::ALL
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, word)| *word)
}

/// A number as a person writes it: `500`, not `500.0`.
pub(super) fn number(value: f64) -> Value {
    // Whole numbers up to 2^53 are exact.
    if value.fract() == 0.0 && value.abs() < 9e15 {
        Value::from(value as i64)
    } else {
        Value::from(value)
    }
}
