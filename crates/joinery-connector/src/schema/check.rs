//! Checking a value against a schema, with messages that name the path.

use jsonschema::{JsonType, ValidationError, error::TypeKind, error::ValidationErrorKind as Kind};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::toml_table::plain_text;

/// One way in which a value breaks its schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Violation {
    /// The path in the value: `profile.login`, `groups[2]`; empty for the value itself.
    pub path: String,
    /// What is wrong, in plain words.
    pub message: String,
}

/// Every way in which `value` breaks `schema`. Formats are checked.
///
/// # Errors
/// The message of a schema that is itself wrong.
pub fn check(schema: &Value, value: &Value) -> Result<Vec<Violation>, String> {
    let validator = validator(schema).map_err(|error| {
        let path = readable(error.instance_path().as_str());
        let place = if path.is_empty() {
            String::new()
        } else {
            format!(" at `{path}`")
        };
        format!("the schema itself is wrong{place}: {error}")
    })?;
    let mut violations = Vec::new();
    for error in validator.iter_errors(value) {
        add(&error, &mut violations);
    }
    Ok(violations)
}

/// The one set of rules by which schemas are understood.
pub(super) fn validator(schema: &Value) -> Result<jsonschema::Validator, ValidationError<'static>> {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(schema)
}

fn add(error: &ValidationError, violations: &mut Vec<Violation>) {
    let path = readable(error.instance_path().as_str());
    let mut push = |path: String, message: String| violations.push(Violation { path, message });
    match error.kind() {
        Kind::Required { property } => push(
            below(&path, property.as_str().unwrap_or_default()),
            "is required".into(),
        ),
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            for name in unexpected {
                push(below(&path, name), "is not a known field".into());
            }
        }
        kind => push(
            path,
            message(kind, error.instance()).unwrap_or_else(|| error.masked().to_string()),
        ),
    }
}

fn message(kind: &Kind, value: &Value) -> Option<String> {
    Some(match kind {
        Kind::Type { kind } => {
            let wanted: Vec<&str> = match kind {
                TypeKind::Single(wanted) => vec![type_words(*wanted)],
                TypeKind::Multiple(set) => set.iter().map(type_words).collect(),
            };
            format!("must be {}, not {}", any_of(&wanted), value_words(value))
        }
        Kind::Format { format } => format!("must be {}", format_words(format)),
        Kind::Enum { options } => {
            let options: Vec<String> = options.as_array().into_iter().flatten().map(plain_text).collect();
            format!(
                "must be {}",
                any_of(&options.iter().map(String::as_str).collect::<Vec<_>>())
            )
        }
        Kind::Constant { expected_value } => format!("must be {}", plain_text(expected_value)),
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } => {
            let choices: Option<Vec<String>> = context.iter().map(|errors| constant(errors)).collect();
            match choices {
                Some(choices) => format!(
                    "must be {}",
                    any_of(&choices.iter().map(String::as_str).collect::<Vec<_>>())
                ),
                None => "has none of the shapes allowed".to_owned(),
            }
        }
        Kind::Pattern { pattern } => format!("must match the pattern {pattern}"),
        Kind::MinLength { limit: 1 } => "must not be empty".to_owned(),
        Kind::MinLength { limit } => format!("must have at least {limit} characters"),
        Kind::MaxLength { limit } => format!("must have at most {limit} characters"),
        Kind::MinItems { limit } => format!("must have at least {limit} entries"),
        Kind::MaxItems { limit } => format!("must have at most {limit} entries"),
        Kind::Minimum { limit } => format!("must be at least {limit}"),
        Kind::Maximum { limit } => format!("must be at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("must be more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        Kind::UniqueItems => "must not have the same entry twice".to_owned(),
        _ => return None,
    })
}

/// The one value that would have been right, where a choice is a `const`.
fn constant(errors: &[ValidationError<'static>]) -> Option<String> {
    errors.iter().find_map(|error| match error.kind() {
        Kind::Constant { expected_value } => Some(plain_text(expected_value)),
        _ => None,
    })
}

/// `a`, `a or b`, `a, b or c`.
fn any_of(words: &[&str]) -> String {
    match words {
        [] => "nothing".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn type_words(kind: JsonType) -> &'static str {
    match kind {
        JsonType::String => "text",
        JsonType::Integer => "a whole number",
        JsonType::Number => "a number",
        JsonType::Boolean => "true or false",
        JsonType::Array => "a list",
        JsonType::Object => "an object",
        JsonType::Null => "null",
    }
}

fn value_words(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "text",
        Value::Number(_) => "a number",
        Value::Bool(_) => "true or false",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
        Value::Null => "null",
    }
}

fn format_words(format: &str) -> String {
    match format {
        "date-time" => "a date and time such as 2026-01-31T09:30:00Z".to_owned(),
        "date" => "a date such as 2026-01-31".to_owned(),
        "time" => "a time such as 09:30:00Z".to_owned(),
        "email" => "an email address".to_owned(),
        "uri" => "a URL".to_owned(),
        "uuid" => "a UUID".to_owned(),
        "ipv4" => "an IPv4 address".to_owned(),
        "ipv6" => "an IPv6 address".to_owned(),
        "hostname" => "a host name".to_owned(),
        other => format!("in the format {other}"),
    }
}

/// `/profile/groups/2` as `profile.groups[2]`.
fn readable(pointer: &str) -> String {
    let parts = pointer
        .split('/')
        .skip(1)
        .map(|part| part.replace("~1", "/").replace("~0", "~"));
    parts.fold(String::new(), |path, part| {
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            format!("{path}[{part}]")
        } else {
            below(&path, &part)
        }
    })
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

#[cfg(test)]
mod tests;
