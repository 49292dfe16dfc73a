//! A field as scripts write it: `field("user", #{ label: "User", required: true })`.

use serde_json::{Value, json};

use super::rhai::{self, Expression};
use crate::{
    schema::{Field, FieldType, PickOption},
    toml_table::plain_text,
};

/// The call of `field` that makes this field, continued at `indent` where it takes several lines.
pub fn field_code(field: &Field, indent: usize) -> String {
    // What a list holds has no name of its own, and a field needs one.
    let name = rhai::string(if field.name.is_empty() { "item" } else { &field.name });
    let options = options(field, indent);
    if options.is_empty() {
        return format!("field({name})");
    }
    let options = Expression::Map(options).code(indent, indent + name.len() + 8);
    format!("field({name}, {options})")
}

fn options(field: &Field, indent: usize) -> Vec<(String, Expression)> {
    let mut options: Vec<(String, Expression)> = Vec::new();
    let mut put = |key: &str, value: Value| options.push((key.to_owned(), Expression::Value(value)));
    if field.kind != FieldType::String {
        put("type", field.kind.word().into());
    }
    for (key, text) in [
        ("format", &field.format),
        ("label", &field.label),
        ("hint", &field.hint),
    ] {
        if let Some(text) = text {
            put(key, text.as_str().into());
        }
    }
    for (key, is_on) in [("required", field.required), ("nullable", field.nullable)] {
        if is_on {
            put(key, true.into());
        }
    }
    if !field.options.is_empty() {
        put("options", field.options.iter().map(choice).collect());
    }
    if let Some(of) = &field.of {
        options.push(("of".to_owned(), Expression::Code(field_code(of, indent + 4))));
    }
    if !field.properties.is_empty() {
        let inner = |property: &Field| Expression::Code(field_code(property, indent + 8));
        let properties = field.properties.iter().map(inner).collect();
        options.push(("properties".to_owned(), Expression::Array(properties)));
    }
    options
}

/// An option without a label of its own is its value.
fn choice(option: &PickOption) -> Value {
    if option.label == plain_text(&option.value) {
        option.value.clone()
    } else {
        json!({ "value": option.value, "label": option.label })
    }
}
