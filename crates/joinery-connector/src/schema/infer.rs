//! A schema from samples: types, nullability, formats, and enums only where that is safe.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::{field::DIALECT, format};

/// A value seen, such as one response body.
pub type Sample<'a> = &'a Value;

/// The JSON Schema 2020-12 that every sample fits. A property missing or null in some samples is optional or nullable.
pub fn infer<'a>(samples: impl IntoIterator<Item = Sample<'a>>) -> Value {
    let mut seen = Seen::default();
    for sample in samples {
        seen.add(sample, 0);
    }
    let mut schema = Map::new();
    schema.insert("$schema".into(), DIALECT.into());
    schema.extend(seen.schema(""));
    Value::Object(schema)
}

/// Deeper values fit any schema.
const MAX_DEPTH: usize = 64;

/// Texts kept to tell formats and choices; more add nothing.
const MAX_TEXTS: usize = 1_000;

/// Everything seen at one place of the samples.
#[derive(Default)]
struct Seen<'a> {
    count: usize,
    nulls: usize,
    booleans: usize,
    integers: usize,
    fractions: usize,
    texts: usize,
    text_values: Vec<&'a str>,
    arrays: usize,
    items: Option<Box<Seen<'a>>>,
    objects: usize,
    /// In the order first seen.
    properties: Vec<(&'a str, Seen<'a>)>,
    /// Where each property is in `properties`.
    places: HashMap<&'a str, usize>,
}

impl<'a> Seen<'a> {
    fn add(&mut self, value: &'a Value, depth: usize) {
        self.count += 1;
        match value {
            Value::Null => self.nulls += 1,
            Value::Bool(_) => self.booleans += 1,
            Value::Number(number) if number.is_f64() => self.fractions += 1,
            Value::Number(_) => self.integers += 1,
            Value::String(text) => {
                self.texts += 1;
                if self.text_values.len() < MAX_TEXTS {
                    self.text_values.push(text);
                }
            }
            Value::Array(items) => {
                self.arrays += 1;
                if depth < MAX_DEPTH {
                    let seen = self.items.get_or_insert_default();
                    for item in items {
                        seen.add(item, depth + 1);
                    }
                }
            }
            Value::Object(map) => {
                self.objects += 1;
                if depth < MAX_DEPTH {
                    for (name, value) in map {
                        self.property(name).add(value, depth + 1);
                    }
                }
            }
        }
    }

    fn property(&mut self, name: &'a str) -> &mut Self {
        let index = *self.places.entry(name).or_insert_with(|| {
            self.properties.push((name, Self::default()));
            self.properties.len() - 1
        });
        &mut self.properties[index].1
    }

    fn schema(&self, name: &str) -> Map<String, Value> {
        let mut schema = Map::new();
        let mut types = Vec::new();
        if self.objects > 0 {
            types.push("object");
        }
        if self.arrays > 0 {
            types.push("array");
        }
        if self.texts > 0 {
            types.push("string");
        }
        if self.fractions > 0 {
            types.push("number");
        } else if self.integers > 0 {
            types.push("integer");
        }
        if self.booleans > 0 {
            types.push("boolean");
        }
        // Null alone says nothing about the type that other answers have.
        if types.is_empty() {
            return schema;
        }
        if self.nulls > 0 {
            types.push("null");
        }
        let word = match types.as_slice() {
            [one] => json!(one),
            several => json!(several),
        };
        schema.insert("type".into(), word);
        if self.texts > 0 {
            if let Some(format) = format::of_all(&self.text_values) {
                schema.insert("format".into(), format.into());
            } else if self.texts + self.nulls == self.count
                && let Some(mut choices) = format::choices(name, &self.text_values)
            {
                if self.nulls > 0 {
                    choices.push(Value::Null);
                }
                schema.insert("enum".into(), choices.into());
            }
        }
        if self.objects > 0 {
            self.insert_properties(&mut schema);
        }
        if let Some(items) = self.items.as_deref().filter(|items| items.count > 0) {
            schema.insert("items".into(), Value::Object(items.schema(name)));
        }
        schema
    }

    fn insert_properties(&self, schema: &mut Map<String, Value>) {
        let properties: Map<String, Value> = self
            .properties
            .iter()
            .map(|(name, seen)| ((*name).to_owned(), Value::Object(seen.schema(name))))
            .collect();
        schema.insert("properties".into(), Value::Object(properties));
        let always: Vec<&str> = self
            .properties
            .iter()
            .filter(|(_, seen)| seen.count == self.objects)
            .map(|(name, _)| *name)
            .collect();
        if !always.is_empty() {
            schema.insert("required".into(), always.into());
        }
    }
}

#[cfg(test)]
mod tests;
