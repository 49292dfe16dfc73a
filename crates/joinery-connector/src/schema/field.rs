//! A field of an action's input or output, as scripts declare it with `field(name, #{ ... })`.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
    pub value: serde_json::Value,
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
    pub default: Option<serde_json::Value>,
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
    /// Shown only if another field has a value: `{"field": "kind", "equals": "a"}`.
    pub when: Option<serde_json::Value>,
    /// Whether the form remembers the last value.
    pub sticky: bool,
    /// Whether null is allowed beside the type.
    pub nullable: bool,
}

/// The JSON Schema 2020-12 of an object with these fields.
pub fn to_schema(fields: &[Field]) -> serde_json::Value {
    let _ = fields;
    todo!()
}

/// The fields of an object schema, in the order of its properties.
pub fn from_schema(schema: &serde_json::Value) -> Vec<Field> {
    let _ = schema;
    todo!()
}
