//! Turning values of one kind into another, as `convert` of a field asks: what a form or a server gives as text into what
//! an action or its reader takes. A value that cannot be turned stays, and the check of the fields then tells where.

use joinery_connector::schema::Field;
use serde_json::{Number, Value};

use crate::functions::dates;

/// What a field can be turned into.
pub const KINDS: &[&str] = &[
    "integer",
    "number",
    "boolean",
    "text",
    "date",
    "date-time",
    "unix",
    "list",
];

/// The file and the name of the function that a field names in place of a kind: `methods/names::login`.
pub fn method(convert: &str) -> Option<(String, &str)> {
    let (file, function) = convert.split_once("::")?;
    Some((format!("{}.rhai", file.trim_end_matches(".rhai")), function))
}

/// Whether any of these fields, or of those in them, names a function.
pub fn asks_functions(fields: &[Field]) -> bool {
    fields.iter().any(|field| {
        field.convert.as_deref().and_then(method).is_some()
            || asks_functions(&field.properties)
            || field
                .of
                .as_deref()
                .is_some_and(|of| asks_functions(std::slice::from_ref(of)))
    })
}

/// `value`, an object of `fields`, with every field turned that asks for it, those within objects and lists too.
pub fn apply(fields: &[Field], mut value: Value) -> Value {
    if let Value::Object(members) = &mut value {
        for field in fields {
            let Some(member) = members.get_mut(&field.name) else {
                continue;
            };
            let before = member.take();
            let was_null = before.is_null();
            *member = one(field, before);
            // An empty box of a form is no value.
            if member.is_null() && !was_null {
                members.shift_remove(&field.name);
            }
        }
    }
    value
}

fn one(field: &Field, value: Value) -> Value {
    let value = match &field.convert {
        Some(kind) => turned(kind, &value).unwrap_or(value),
        None => value,
    };
    match (value, &field.of) {
        (Value::Array(items), Some(of)) => items.into_iter().map(|item| one(of, item)).collect(),
        (value @ Value::Object(_), _) => apply(&field.properties, value),
        (value, _) => value,
    }
}

fn turned(kind: &str, value: &Value) -> Option<Value> {
    let text = value.as_str().map(str::trim);
    if text == Some("") && kind != "text" {
        return Some(Value::Null);
    }
    match kind {
        "integer" => match (value.as_f64(), text) {
            (Some(number), _) if number.fract() == 0.0 && number.abs() < 9e15 => Some((number as i64).into()),
            (None, Some(text)) => text.parse::<i64>().ok().map(Value::from),
            _ => None,
        },
        "number" => {
            let number = text?.parse::<f64>().ok()?;
            let whole = text?.parse::<i64>().ok().map(Value::from);
            whole.or_else(|| Number::from_f64(number).map(Value::Number))
        }
        "boolean" => match (text.map(str::to_ascii_lowercase).as_deref(), value.as_i64()) {
            (Some("true" | "yes" | "on" | "1"), _) | (None, Some(1)) => Some(true.into()),
            (Some("false" | "no" | "off" | "0"), _) | (None, Some(0)) => Some(false.into()),
            _ => None,
        },
        "text" => match value {
            Value::Number(_) | Value::Bool(_) => Some(value.to_string().into()),
            _ => None,
        },
        "date" => written(value).map(|date| date[..10].into()),
        "date-time" => written(value).map(Value::from),
        "unix" => dates::read(text?).ok().map(|time| time.as_second().into()),
        "list" => {
            let items = text?.split(',').map(str::trim).filter(|item| !item.is_empty());
            Some(items.map(Value::from).collect())
        }
        _ => None,
    }
}

/// A date as scripts write it, out of text or of seconds since 1970.
fn written(value: &Value) -> Option<String> {
    let time = match (value.as_str(), value.as_i64()) {
        (Some(text), _) => dates::read(text).ok()?,
        (_, Some(seconds)) => jiff::Timestamp::from_second(seconds).ok()?,
        _ => return None,
    };
    Some(dates::written(time))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(kind: &str, value: Value, expected: Value) {
        let field = Field {
            name: "a".into(),
            convert: Some(kind.into()),
            ..Field::default()
        };
        assert_eq!(apply(&[field], json!({ "a": value }))["a"], expected, "{kind}");
    }

    #[test]
    fn text_becomes_what_a_field_asks_for_and_nonsense_stays() {
        check("integer", json!(" 42 "), json!(42));
        check("integer", json!(3.0), json!(3));
        check("integer", json!("4.5"), json!("4.5"));
        check("number", json!("4.5"), json!(4.5));
        check("number", json!("4"), json!(4));
        check("number", json!("many"), json!("many"));
        check("number", json!(""), Value::Null);
        check("boolean", json!("Yes"), json!(true));
        check("boolean", json!(0), json!(false));
        check("boolean", json!("perhaps"), json!("perhaps"));
        check("text", json!(7), json!("7"));
        check("date", json!("2026-03-01T23:30:00-02:00"), json!("2026-03-02"));
        check("date-time", json!(1_772_368_200), json!("2026-03-01T12:30:00.000Z"));
        check("unix", json!("2026-03-01T12:30:00Z"), json!(1_772_368_200));
        check("list", json!("a, b,,"), json!(["a", "b"]));
    }

    #[test]
    fn fields_in_objects_and_lists_are_turned_too() {
        let number = Field {
            name: "n".into(),
            convert: Some("integer".into()),
            ..Field::default()
        };
        let list = Field {
            name: "l".into(),
            of: Some(Box::new(Field {
                properties: vec![number.clone()],
                ..Field::default()
            })),
            ..Field::default()
        };
        let object = Field {
            name: "o".into(),
            properties: vec![number],
            ..Field::default()
        };
        let given = json!({ "l": [{ "n": "1" }], "o": { "n": "2" }, "n": "3" });
        assert_eq!(
            apply(&[list, object], given),
            json!({ "l": [{ "n": 1 }], "o": { "n": 2 }, "n": "3" })
        );
    }
}
