//! A field of an action's input or output, as scripts declare it with `field(name, #{ ... })`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use ts_rs::TS;

use crate::toml_table::plain_text;

/// The JSON Schema types a field may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum FieldType {
    /// Text.
    #[default]
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// A list; `of` says of what.
    Array,
    /// A map; `properties` says of what.
    Object,
}

/// One choice of a select.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PickOption {
    /// The value sent.
    pub value: Value,
    /// The text shown.
    pub label: String,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct Field {
    /// The key.
    pub name: String,
    /// What to call it; the name where absent.
    pub label: Option<String>,
    /// Help under the field.
    pub hint: Option<String>,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// A JSON Schema format, such as `date-time`, `email`, `password`.
    pub format: Option<String>,
    /// Whether a value must be given.
    pub required: bool,
    /// The value used when none is given.
    pub default: Option<Value>,
    /// The values allowed.
    pub options: Vec<PickOption>,
    /// The pick list that gives the values.
    pub pick_list: Option<String>,
    /// Fields whose value the pick list needs.
    pub depends_on: Vec<String>,
    /// What an array holds.
    pub of: Option<Box<Field>>,
    /// What an object holds.
    pub properties: Vec<Field>,
    /// How to draw it, where the type does not say: `text_area`, `select` ...
    pub control: Option<String>,
    /// Whether the value is masked.
    pub secret: bool,
    /// Asked for only if another field has a value: `{"field": "kind", "equals": "a"}`; see [`super::is_shown`].
    pub when: Option<Value>,
    /// Whether the form remembers the last value.
    pub sticky: bool,
    /// What a value of another kind is turned into before it is checked: `integer`, `date` ...
    pub convert: Option<String>,
    /// Whether null is allowed beside the type.
    pub nullable: bool,
}

/// The dialect of every schema written here.
pub(super) const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The JSON Schema 2020-12 of an object with these fields. What JSON Schema has no word for (hints of the form, pick
/// lists, conditions) stands in keys that begin with `x-`.
pub fn to_schema(fields: &[Field]) -> Value {
    let mut schema = Map::new();
    schema.insert("$schema".into(), DIALECT.into());
    schema.insert("type".into(), "object".into());
    insert_properties(&mut schema, fields);
    Value::Object(schema)
}

fn insert_properties(schema: &mut Map<String, Value>, fields: &[Field]) {
    let properties: Map<String, Value> = fields.iter().map(|field| (field.name.clone(), one(field))).collect();
    schema.insert("properties".into(), Value::Object(properties));
    let required: Vec<&str> = fields
        .iter()
        .filter(|field| field.required)
        .map(|field| field.name.as_str())
        .collect();
    if !required.is_empty() {
        schema.insert("required".into(), required.into());
    }
}

fn one(field: &Field) -> Value {
    let mut schema = Map::new();
    let mut put = |key: &str, value: Value| {
        schema.insert(key.to_owned(), value);
    };
    let word = field.kind.word();
    put(
        "type",
        if field.nullable {
            json!([word, "null"])
        } else {
            word.into()
        },
    );
    if let Some(label) = &field.label {
        put("title", label.as_str().into());
    }
    if let Some(hint) = &field.hint {
        put("description", hint.as_str().into());
    }
    if let Some(format) = &field.format {
        put("format", format.as_str().into());
    }
    if let Some(default) = &field.default {
        put("default", default.clone());
    }
    // What a list is chosen from is what may stand in it.
    let is_list = field.kind == FieldType::Array;
    if !field.options.is_empty() && !is_list {
        let (key, choices) = choices(&field.options, field.nullable);
        put(key, choices);
    }
    for (key, value) in [
        ("x-pick-list", field.pick_list.as_deref().map(Value::from)),
        (
            "x-depends-on",
            (!field.depends_on.is_empty()).then(|| json!(field.depends_on)),
        ),
        ("x-control", field.control.as_deref().map(Value::from)),
        ("x-when", field.when.clone()),
        ("x-secret", field.secret.then_some(Value::Bool(true))),
        ("x-sticky", field.sticky.then_some(Value::Bool(true))),
        ("x-convert", field.convert.as_deref().map(Value::from)),
    ] {
        if let Some(value) = value {
            put(key, value);
        }
    }
    let mut items = field.of.as_deref().map(one);
    if !field.options.is_empty() && is_list {
        let (key, choices) = choices(&field.options, false);
        items.get_or_insert_with(|| json!({}))[key] = choices;
    }
    if let Some(items) = items {
        put("items", items);
    }
    if !field.properties.is_empty() {
        insert_properties(&mut schema, &field.properties);
    }
    Value::Object(schema)
}

/// Choices without labels of their own are an `enum`; with labels, `oneOf` of `const` and `title`.
fn choices(options: &[PickOption], nullable: bool) -> (&'static str, Value) {
    let plain = options.iter().all(|option| option.label == plain_text(&option.value));
    let null = nullable && options.iter().all(|option| !option.value.is_null());
    if plain {
        let mut values: Vec<Value> = options.iter().map(|option| option.value.clone()).collect();
        if null {
            values.push(Value::Null);
        }
        return ("enum", values.into());
    }
    let mut choices: Vec<Value> = options
        .iter()
        .map(|option| json!({"const": option.value, "title": option.label}))
        .collect();
    if null {
        choices.push(json!({"const": null}));
    }
    ("oneOf", choices.into())
}

/// The fields of an object schema, in the order of its properties.
pub fn from_schema(schema: &Value) -> Vec<Field> {
    fields_of(schema, schema, 0)
}

/// Deeper than any form; a schema that contains itself ends here.
const MAX_DEPTH: usize = 24;

fn fields_of(schema: &Value, root: &Value, depth: usize) -> Vec<Field> {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let Some(properties) = schema
        .get("properties")
        .and_then(Value::as_object)
        .filter(|_| depth < MAX_DEPTH)
    else {
        return Vec::new();
    };
    properties
        .iter()
        .map(|(name, property)| Field {
            required: required.contains(&name.as_str()),
            ..field_of(name, property, root, depth)
        })
        .collect()
}

fn field_of(name: &str, schema: &Value, root: &Value, depth: usize) -> Field {
    let schema = followed(schema, root);
    let text = |key: &str| schema.get(key).and_then(Value::as_str).map(str::to_owned);
    let on = |key: &str| schema.get(key) == Some(&Value::Bool(true));
    let (kind, nullable) = kind_of(schema);
    Field {
        name: name.to_owned(),
        label: text("title"),
        hint: text("description"),
        kind,
        format: text("format"),
        required: false,
        default: schema.get("default").cloned(),
        options: options_of(schema, nullable),
        pick_list: text("x-pick-list"),
        depends_on: schema
            .get("x-depends-on")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        of: schema
            .get("items")
            .filter(|items| items.is_object() && depth < MAX_DEPTH)
            .map(|items| Box::new(field_of("", items, root, depth + 1))),
        properties: fields_of(schema, root, depth + 1),
        control: text("x-control"),
        secret: on("x-secret"),
        when: schema.get("x-when").cloned(),
        sticky: on("x-sticky"),
        convert: text("x-convert"),
        nullable,
    }
}

/// The schema that a `$ref` within the same document leads to.
fn followed<'a>(schema: &'a Value, root: &'a Value) -> &'a Value {
    let target = schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|path| path.strip_prefix('#'));
    target.and_then(|pointer| root.pointer(pointer)).unwrap_or(schema)
}

fn kind_of(schema: &Value) -> (FieldType, bool) {
    let words: Vec<&str> = match schema.get("type") {
        Some(Value::String(word)) => vec![word],
        Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let nullable = words.contains(&"null");
    let kind = words
        .iter()
        .find_map(|word| FieldType::of_word(word))
        .unwrap_or_else(|| {
            if schema.get("properties").is_some() {
                FieldType::Object
            } else if schema.get("items").is_some() {
                FieldType::Array
            } else {
                FieldType::String
            }
        });
    (kind, nullable)
}

fn options_of(schema: &Value, nullable: bool) -> Vec<PickOption> {
    let list = |key: &str| schema.get(key).and_then(Value::as_array);
    let mut options: Vec<PickOption> = match (list("enum"), list("oneOf")) {
        (Some(values), _) => values
            .iter()
            .map(|value| PickOption {
                label: plain_text(value),
                value: value.clone(),
            })
            .collect(),
        (None, Some(choices)) => choices
            .iter()
            .filter_map(|choice| {
                let value = choice.get("const")?;
                let title = choice.get("title").and_then(Value::as_str);
                Some(PickOption {
                    label: title.map_or_else(|| plain_text(value), str::to_owned),
                    value: value.clone(),
                })
            })
            .collect(),
        (None, None) => Vec::new(),
    };
    if nullable {
        options.retain(|option| !option.value.is_null());
    }
    options
}

impl FieldType {
    /// The JSON Schema word.
    pub fn word(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Array => "array",
            Self::Object => "object",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        [
            Self::String,
            Self::Integer,
            Self::Number,
            Self::Boolean,
            Self::Array,
            Self::Object,
        ]
        .into_iter()
        .find(|kind| kind.word() == word)
    }
}

#[cfg(test)]
mod tests;
