//! The attributes a user's profile may have, and the profile itself.

use std::fmt;
use std::sync::Arc;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::schema_base;
use crate::intern;

/// An attribute and its limits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Attribute {
    /// Its name, as profiles use it.
    #[serde(with = "intern::name")]
    pub name: Arc<str>,
    /// The fewest characters.
    pub shortest: usize,
    /// The most characters.
    pub longest: usize,
    /// Whether every profile must have it.
    pub required: bool,
    /// Whether a profile shows it as `null` where it is not set.
    pub always_shown: bool,
    /// Whether the org added it.
    pub custom: bool,
    /// The property as the schema shows it.
    pub definition: Map<String, Value>,
}

/// Every attribute, in the order profiles show them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Schema {
    attributes: Vec<Attribute>,
}

impl Schema {
    /// The base schema alone.
    pub fn base() -> Self {
        Self {
            attributes: schema_base::attributes(),
        }
    }

    /// An attribute by its exact name.
    pub fn get(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| &*attribute.name == name)
    }

    /// An attribute, to change.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Attribute> {
        self.attributes.iter_mut().find(|attribute| &*attribute.name == name)
    }

    /// The attributes that the org added.
    pub fn custom(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| attribute.custom)
    }

    /// Adds a custom attribute, or puts another definition in its place.
    pub fn set_custom(&mut self, name: &str, definition: Map<String, Value>) {
        let attribute = Attribute::custom(name, definition);
        match self.get_mut(name) {
            Some(place) => *place = attribute,
            None => self.attributes.push(attribute),
        }
    }

    /// Removes a custom attribute.
    pub fn remove_custom(&mut self, name: &str) {
        self.attributes
            .retain(|attribute| !attribute.custom || &*attribute.name != name);
    }

    /// What is wrong with the values sent: one cause each. Unknown names are told apart, as Okta does.
    pub fn unknown(&self, sent: &Map<String, Value>) -> Vec<String> {
        sent.keys()
            .filter(|name| self.get(name).is_none())
            .map(|name| format!("Property name '{name}' is not defined in profile"))
            .collect()
    }

    /// What a profile lacks or has too much of: pairs of attribute and cause.
    pub fn faults(&self, profile: &Profile) -> Vec<(Arc<str>, String)> {
        let mut faults = Vec::new();
        for attribute in &self.attributes {
            let fault = match profile.get(&attribute.name) {
                None => attribute.required.then(|| BLANK.to_owned()),
                Some(value) => attribute.fault_of(value),
            };
            if let Some(text) = fault {
                faults.push((attribute.name.clone(), format!("{}: {text}", attribute.name)));
            }
        }
        faults
    }
}

const BLANK: &str = "The field cannot be left blank";

impl Attribute {
    fn custom(name: &str, definition: Map<String, Value>) -> Self {
        let number = |key: &str| {
            definition
                .get(key)
                .and_then(Value::as_u64)
                .map(|number| number as usize)
        };
        Self {
            name: intern::name_of(name),
            shortest: number("minLength").unwrap_or(0),
            longest: number("maxLength").unwrap_or(usize::MAX),
            required: definition.get("required") == Some(&Value::Bool(true)),
            always_shown: false,
            custom: true,
            definition,
        }
    }

    /// `READ_WRITE`, `READ_ONLY` or `IMMUTABLE`.
    pub fn mutability(&self) -> &str {
        self.definition
            .get("mutability")
            .and_then(Value::as_str)
            .unwrap_or("READ_WRITE")
    }

    /// Whether no two users may have the same value.
    pub fn is_unique(&self) -> bool {
        match self.definition.get("unique") {
            Some(Value::String(text)) => text != "NOT_UNIQUE",
            Some(value) => value == &Value::Bool(true),
            None => false,
        }
    }

    fn fault_of(&self, value: &Value) -> Option<String> {
        if self.definition.get("type").and_then(Value::as_str) != Some("array") {
            return self.fault_of_one(value, &self.definition);
        }
        let Value::Array(list) = value else {
            return Some("The value must be an array".into());
        };
        let items = self.definition.get("items").and_then(Value::as_object)?;
        list.iter().find_map(|item| self.fault_of_one(item, items))
    }

    /// A value, or one of a list, against the definition of its type.
    fn fault_of_one(&self, value: &Value, definition: &Map<String, Value>) -> Option<String> {
        let fits = match definition.get("type").and_then(Value::as_str) {
            Some("boolean") => value.is_boolean(),
            Some("integer") => value.is_i64() || value.is_u64(),
            Some("number") => value.is_number(),
            _ => value.is_string(),
        };
        if !fits {
            let wanted = definition.get("type").and_then(Value::as_str).unwrap_or("string");
            return Some(format!(
                "The value must be a{} {wanted}",
                if wanted == "integer" { "n" } else { "" }
            ));
        }
        let listed = |list: &Vec<Value>| list.contains(value);
        let constant = |list: &Vec<Value>| list.iter().any(|item| item.get("const") == Some(value));
        let in_enum = definition.get("enum").and_then(Value::as_array).is_none_or(listed);
        let in_one_of = definition.get("oneOf").and_then(Value::as_array).is_none_or(constant);
        if !in_enum || !in_one_of {
            return Some("The value is not one of the values the attribute allows".into());
        }
        match value {
            Value::String(text) => self.fault_of_text(text),
            Value::Number(number) => fault_of_number(number.as_f64()?, definition),
            _ => None,
        }
    }

    fn fault_of_text(&self, text: &str) -> Option<String> {
        let length = text.chars().count();
        if self.required && text.trim().is_empty() {
            return Some(BLANK.into());
        }
        if length > self.longest {
            return Some(format!("String is too long ({length} chars), maximum {}", self.longest));
        }
        if length < self.shortest && !text.is_empty() {
            return Some(format!(
                "String is too short ({length} chars), minimum {}",
                self.shortest
            ));
        }
        let is_address = self.definition.get("format").and_then(Value::as_str) == Some("email");
        match &*self.name {
            "login" if !is_email(text) && !self.definition.contains_key("pattern") => {
                Some("Username must be in the form of an email address".into())
            }
            _ if is_address && !text.is_empty() && !is_email(text) => Some("Does not match required pattern".into()),
            _ => None,
        }
    }
}

/// What is wrong with a value of an attribute that an org defined; nothing where it fits.
pub fn fault(name: &str, definition: &Map<String, Value>, value: &Value) -> Option<String> {
    Attribute::custom(name, definition.clone()).fault_of(value)
}

fn fault_of_number(number: f64, definition: &Map<String, Value>) -> Option<String> {
    let limit = |name: &str| definition.get(name).and_then(Value::as_f64);
    if let Some(least) = limit("minimum").filter(|least| number < *least) {
        return Some(format!("The value must be at least {least}"));
    }
    let most = limit("maximum").filter(|most| number > *most)?;
    Some(format!("The value must be at most {most}"))
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let clean = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c == '@');
    clean(local) && clean(domain) && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.')
}

/// The values of a profile that are set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile(Vec<(Arc<str>, Value)>);

impl Profile {
    /// A value, where it is set.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(key, _)| &**key == name).map(|(_, value)| value)
    }

    /// A text value, empty where it is not set.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Sets a value the schema knows; null clears it.
    pub fn set(&mut self, schema: &Schema, name: &str, value: Value) {
        if value.is_null() {
            self.0.retain(|(key, _)| &**key != name);
        } else if let Some((_, old)) = self.0.iter_mut().find(|(key, _)| &**key == name) {
            *old = value;
        } else if let Some(attribute) = schema.get(name) {
            self.0.push((attribute.name.clone(), value));
        }
    }

    /// Gives back the room that no value takes.
    pub fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }

    /// Shows the profile as Okta does: in the schema's order, with nulls where an attribute always shows.
    pub fn shown<'a>(&'a self, schema: &'a Schema) -> impl Serialize + 'a {
        Shown { profile: self, schema }
    }
}

impl Serialize for Profile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (&**name, value)))
    }
}

impl<'de> Deserialize<'de> for Profile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Values;
        impl<'de> Visitor<'de> for Values {
            type Value = Profile;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("the values of a profile")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Profile, A::Error> {
                let mut values = Vec::with_capacity(map.size_hint().unwrap_or(8));
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    values.push((intern::name_of(&name), value));
                }
                values.shrink_to_fit();
                Ok(Profile(values))
            }
        }
        deserializer.deserialize_map(Values)
    }
}

struct Shown<'a> {
    profile: &'a Profile,
    schema: &'a Schema,
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for attribute in &self.schema.attributes {
            match self.profile.get(&attribute.name) {
                Some(value) => map.serialize_entry(&*attribute.name, value)?,
                None if attribute.always_shown => map.serialize_entry(&*attribute.name, &())?,
                None => {}
            }
        }
        map.end()
    }
}
