//! Which fields are asked for, given the values of others.

use serde_json::{Map, Value};

use super::{Field, FieldType};

/// Whether `field` is asked for when its siblings have these values. `when` names a sibling and what it must be:
/// `equals`, `not_equals`, `in` (a list), or `exists` (true or false).
pub fn is_shown(field: &Field, values: &Map<String, Value>) -> bool {
    let Some(Value::Object(when)) = &field.when else {
        return true;
    };
    let Some(other) = when.get("field").and_then(Value::as_str) else {
        return true;
    };
    let value = values.get(other).unwrap_or(&Value::Null);
    if let Some(wanted) = when.get("equals") {
        return value == wanted;
    }
    if let Some(unwanted) = when.get("not_equals") {
        return value != unwanted;
    }
    if let Some(Value::Array(among)) = when.get("in") {
        return among.contains(value);
    }
    match when.get("exists") {
        Some(Value::Bool(wanted)) => value.is_null() != *wanted,
        // A field alone is enough: it has to have a value.
        _ => !value.is_null(),
    }
}

/// The fields that are asked for with these values, those within objects too.
pub fn shown(fields: &[Field], values: &Value) -> Vec<Field> {
    let empty = Map::new();
    let siblings = values.as_object().unwrap_or(&empty);
    let fields = fields.iter().filter(|field| is_shown(field, siblings));
    fields
        .map(|field| match (field.kind, siblings.get(&field.name)) {
            (FieldType::Object, Some(inner)) => Field {
                properties: shown(&field.properties, inner),
                ..field.clone()
            },
            _ => field.clone(),
        })
        .collect()
}

/// `values` with the default of every field that is asked for and has no value, those within given objects too.
pub fn with_defaults(fields: &[Field], values: Value) -> Value {
    let mut values = match values {
        Value::Null => Map::new(),
        Value::Object(map) => map,
        other => return other,
    };
    for field in fields {
        if !is_shown(field, &values) {
            continue;
        }
        if let Some(default) = &field.default {
            values.entry(&field.name).or_insert_with(|| default.clone());
        }
        if field.kind == FieldType::Object
            && let Some(inner @ Value::Object(_)) = values.get_mut(&field.name)
        {
            *inner = with_defaults(&field.properties, inner.take());
        }
    }
    Value::Object(values)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field(name: &str, when: Value) -> Field {
        Field {
            name: name.to_owned(),
            when: Some(when),
            ..Field::default()
        }
    }

    #[track_caller]
    fn check(when: Value, values: &Value, expected: bool) {
        let field = field("b", when);
        assert_eq!(is_shown(&field, values.as_object().unwrap()), expected, "{values}");
    }

    #[test]
    fn a_field_waits_for_the_value_of_another() {
        let equals = json!({ "field": "a", "equals": "x" });
        check(equals.clone(), &json!({ "a": "x" }), true);
        check(equals.clone(), &json!({ "a": "y" }), false);
        check(equals, &json!({}), false);
        check(json!({ "field": "a", "not_equals": "x" }), &json!({}), true);
        check(json!({ "field": "a", "in": [1, 2] }), &json!({ "a": 2 }), true);
        check(json!({ "field": "a", "exists": false }), &json!({ "a": null }), true);
        check(json!({ "field": "a" }), &json!({ "a": 0 }), true);
    }

    #[test]
    fn fields_in_objects_are_left_out_and_get_defaults_by_their_own_siblings() {
        let inner = Field {
            default: Some(json!(7)),
            ..field("n", json!({ "field": "kind", "equals": "x" }))
        };
        let fields = [Field {
            name: "o".into(),
            kind: FieldType::Object,
            properties: vec![inner],
            ..Field::default()
        }];
        assert_eq!(
            with_defaults(&fields, json!({ "o": { "kind": "x" } })),
            json!({ "o": { "kind": "x", "n": 7 } })
        );
        let hidden = json!({ "o": { "kind": "y" } });
        assert_eq!(with_defaults(&fields, hidden.clone()), hidden);
        assert!(shown(&fields, &hidden)[0].properties.is_empty());
    }
}
