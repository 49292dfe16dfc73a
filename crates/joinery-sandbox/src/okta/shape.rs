//! Shapes of what callers send: what must be there, what it may be, and what Okta adds.

use serde_json::{Map, Value};

use super::errors::Problem;
use super::record::Record;
use crate::state::Org;

/// E0000001 with one cause about one field.
pub fn fault(field: &str, cause: &str) -> Problem {
    Problem::validation(field, vec![format!("{field}: {cause}")])
}

/// E0000006.
pub fn forbidden() -> Problem {
    Problem::new(
        403,
        "E0000006",
        "You do not have permission to perform the requested action",
    )
}

/// A text that may not be missing.
///
/// # Errors
/// E0000001.
pub fn need_text(body: &Map<String, Value>, field: &str, most: usize) -> Result<String, Problem> {
    let text = text(body, field)?.unwrap_or_default();
    if text.trim().is_empty() {
        return Err(fault(field, "The field cannot be left blank"));
    }
    if text.chars().count() > most {
        return Err(fault(
            field,
            &format!("The field is too long, the most is {most} characters"),
        ));
    }
    Ok(text)
}

/// A text that may be missing.
///
/// # Errors
/// E0000003 where it is something else.
pub fn text(body: &Map<String, Value>, field: &str) -> Result<Option<String>, Problem> {
    match body.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Problem::malformed()),
    }
}

/// A text that has to be one of a few; `usual` where it is missing.
///
/// # Errors
/// E0000001.
pub fn one_of(body: &Map<String, Value>, field: &str, known: &[&str], usual: Option<&str>) -> Result<String, Problem> {
    let Some(text) = text(body, field)?.or_else(|| usual.map(str::to_owned)) else {
        return Err(fault(field, "The field cannot be left blank"));
    };
    if known.contains(&text.as_str()) {
        return Ok(text);
    }
    Err(fault(field, &format!("'{text}' is not one of {}", known.join(", "))))
}

/// Whether a name is free in a collection.
///
/// # Errors
/// E0000001 where another record has it.
pub fn need_free(org: &Org, place: &str, field: &str, value: &str, old: Option<&Record>) -> Result<(), Problem> {
    let taken =
        |record: &&Record| record.text(field).eq_ignore_ascii_case(value) && old.is_none_or(|old| old.id != record.id);
    if org.records_at(place).any(|record| taken(&record)) {
        let cause = "An object with this field already exists in the current organization";
        return Err(fault(field, cause));
    }
    Ok(())
}

/// What was given, with what is missing taken from `usual`. The order is that of `usual`; what it does not know comes
/// last.
pub fn complete(usual: &Value, given: Option<&Value>) -> Value {
    match (usual, given) {
        (Value::Object(usual), Some(Value::Object(given))) => {
            let mut whole: Map<String, Value> = usual
                .iter()
                .map(|(name, value)| (name.clone(), complete(value, given.get(name))))
                .collect();
            for (name, value) in given {
                whole.entry(name.clone()).or_insert_with(|| value.clone());
            }
            Value::Object(whole)
        }
        (usual, None | Some(Value::Null)) => usual.clone(),
        (_, Some(given)) => given.clone(),
    }
}

/// The names in a list; empty where it is none.
pub fn names(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_missing_is_added_in_the_usual_order() {
        let usual = json!({"a": {"b": 1, "c": []}, "d": null});
        let given = json!({"e": 5, "a": {"c": [1], "f": null}});
        let whole = complete(&usual, Some(&given));
        assert_eq!(whole.to_string(), r#"{"a":{"b":1,"c":[1],"f":null},"d":null,"e":5}"#);
    }
}
