//! Required text that was left empty: a form sends it so, and no service means it.

use serde_json::Value;

use super::{Field, FieldType, Violation};

/// Required texts of `value`, an object of `fields`, that hold nothing but space. A field whose default or one of whose
/// options is empty takes that.
pub fn blank(fields: &[Field], value: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    look(fields, value, "", &mut found);
    found
}

fn look(fields: &[Field], value: &Value, path: &str, found: &mut Vec<Violation>) {
    for field in fields {
        let Some(value) = value.get(&field.name) else { continue };
        let path = if path.is_empty() {
            field.name.clone()
        } else {
            format!("{path}.{}", field.name)
        };
        if field.required && field.kind == FieldType::String && is_blank(value) && !may_be_blank(field) {
            found.push(Violation {
                path: path.clone(),
                message: "is required".to_owned(),
            });
        }
        match (&field.of, value) {
            (Some(of), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    look(&of.properties, item, &format!("{path}[{index}]"), found);
                }
            }
            _ => look(&field.properties, value, &path, found),
        }
    }
}

fn is_blank(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.trim().is_empty())
}

fn may_be_blank(field: &Field) -> bool {
    field.default.as_ref().is_some_and(is_blank) || field.options.iter().any(|option| is_blank(&option.value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::from_schema;

    #[track_caller]
    fn check(schema: Value, value: Value, paths: &[&str]) {
        let found = blank(&from_schema(&schema), &value);
        let found: Vec<&str> = found.iter().map(|violation| violation.path.as_str()).collect();
        assert_eq!(found, paths, "{value}");
    }

    #[test]
    fn required_text_must_say_something_wherever_it_stands() {
        let user = json!({
            "type": "object", "required": ["login"],
            "properties": { "login": { "type": "string" }, "note": { "type": "string" } },
        });
        let schema = json!({
            "required": ["name", "user", "all"],
            "properties": { "name": { "type": "string" }, "user": user, "all": { "type": "array", "items": user } },
        });
        check(
            schema.clone(),
            json!({ "name": "Ada", "user": { "login": "a", "note": "" } }),
            &[],
        );
        check(
            schema,
            json!({ "name": " ", "user": { "login": "" }, "all": [{ "login": "a" }, { "login": "\n" }] }),
            &["name", "user.login", "all[1].login"],
        );
    }

    #[test]
    fn a_field_may_say_that_empty_is_a_value() {
        let schema = json!({ "required": ["a", "b", "c"], "properties": {
            "a": { "type": "string", "default": "" },
            "b": { "type": "string", "oneOf": [{ "const": "", "title": "None" }, { "const": "x", "title": "X" }] },
            "c": { "type": "boolean" },
        } });
        check(schema, json!({ "a": "", "b": "", "c": false }), &[]);
    }
}
