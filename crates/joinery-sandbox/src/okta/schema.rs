//! The attributes a user's profile may have, and the profile itself.

use std::sync::Arc;

use serde::Serialize;
use serde::ser::SerializeMap;
use serde_json::{Map, Value};

/// An attribute and its limits.
#[derive(Debug)]
pub struct Attribute {
    /// Its name, as profiles use it.
    pub name: Arc<str>,
    /// The fewest characters.
    pub shortest: usize,
    /// The most characters.
    pub longest: usize,
    /// Whether every profile must have it.
    pub required: bool,
    /// Whether a profile shows it as `null` where it is not set.
    pub always_shown: bool,
}

/// Every attribute, in the order profiles show them.
#[derive(Debug)]
pub struct Schema {
    attributes: Vec<Attribute>,
}

/// Okta's base schema: name, fewest and most characters. The order is the one recorded profiles have.
const BASE: &[(&str, usize, usize)] = &[
    ("firstName", 1, 50),
    ("lastName", 1, 50),
    ("mobilePhone", 0, 100),
    ("middleName", 0, usize::MAX),
    ("honorificPrefix", 0, usize::MAX),
    ("honorificSuffix", 0, usize::MAX),
    ("title", 0, usize::MAX),
    ("displayName", 0, usize::MAX),
    ("nickName", 0, usize::MAX),
    ("profileUrl", 0, usize::MAX),
    ("primaryPhone", 0, 100),
    ("streetAddress", 0, 1024),
    ("city", 0, 128),
    ("state", 0, 128),
    ("zipCode", 0, 50),
    ("countryCode", 2, 2),
    ("postalAddress", 0, 4096),
    ("preferredLanguage", 0, usize::MAX),
    ("locale", 0, usize::MAX),
    ("timezone", 0, usize::MAX),
    ("userType", 0, usize::MAX),
    ("employeeNumber", 0, usize::MAX),
    ("costCenter", 0, usize::MAX),
    ("organization", 0, usize::MAX),
    ("division", 0, usize::MAX),
    ("department", 0, usize::MAX),
    ("managerId", 0, usize::MAX),
    ("manager", 0, usize::MAX),
    ("secondEmail", 0, 100),
    ("login", 5, 100),
    ("email", 5, 100),
];

impl Schema {
    /// The base schema alone.
    pub fn base() -> Self {
        let attribute = |(name, shortest, longest): &(&str, usize, usize)| Attribute {
            name: Arc::from(*name),
            shortest: *shortest,
            longest: *longest,
            required: matches!(*name, "login" | "email" | "firstName" | "lastName"),
            always_shown: matches!(
                *name,
                "firstName" | "lastName" | "mobilePhone" | "secondEmail" | "login" | "email"
            ),
        };
        Self {
            attributes: BASE.iter().map(attribute).collect(),
        }
    }

    /// An attribute by its exact name.
    pub fn get(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| &*attribute.name == name)
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
            let mut fault = |text: String| faults.push((attribute.name.clone(), format!("{}: {text}", attribute.name)));
            match profile.get(&attribute.name) {
                None => {
                    if attribute.required {
                        fault("The field cannot be left blank".into());
                    }
                }
                Some(Value::String(text)) => {
                    if let Some(found) = attribute.fault_of(text) {
                        fault(found);
                    }
                }
                Some(_) => fault("The value must be a string".into()),
            }
        }
        faults
    }
}

impl Attribute {
    fn fault_of(&self, text: &str) -> Option<String> {
        let length = text.chars().count();
        if self.required && text.trim().is_empty() {
            return Some("The field cannot be left blank".into());
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
        match &*self.name {
            "login" if !is_email(text) => Some("Username must be in the form of an email address".into()),
            "email" if !is_email(text) => Some("Does not match required pattern".into()),
            "secondEmail" if !text.is_empty() && !is_email(text) => Some("Does not match required pattern".into()),
            _ => None,
        }
    }
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

    /// Shows the profile as Okta does: in the schema's order, with nulls where an attribute always shows.
    pub fn shown<'a>(&'a self, schema: &'a Schema) -> impl Serialize + 'a {
        Shown { profile: self, schema }
    }
}

struct Shown<'a> {
    profile: &'a Profile,
    schema: &'a Schema,
}

impl Serialize for Shown<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
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
