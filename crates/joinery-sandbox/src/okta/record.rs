//! A record: something an org keeps that its admins define, such as a zone or a policy. Kept as the fields it is shown
//! with, so that a kind of record needs no type of its own. How each kind is read and shown is in `super::resource`.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::event::Party;
use super::ids::Id;
use crate::clock::Time;
use crate::state::Org;

/// A record of an org.
#[derive(Clone, Serialize, Deserialize)]
pub struct Record {
    /// Its id.
    pub id: Id,
    /// The collection it is in, as a path below `/api/v1/`: `zones`, `policies/00p.../rules`.
    pub place: String,
    /// When it was made.
    pub created: Time,
    /// When it changed.
    pub last_updated: Time,
    /// Whether it is in use.
    pub active: bool,
    /// Whether the org was founded with it, so that nobody may delete it.
    pub system: bool,
    /// What its admins set, completed with what Okta adds.
    pub fields: Map<String, Value>,
}

/// Shows no field: some hold secrets.
impl fmt::Debug for Record {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Record({}/{})", self.place, self.id)
    }
}

impl Record {
    /// A record that is in use. Okta keeps moments to the second.
    pub fn new(id: Id, place: impl Into<String>, now: Time, fields: Map<String, Value>) -> Self {
        let now = now.whole_seconds();
        Self {
            id,
            place: place.into(),
            created: now,
            last_updated: now,
            active: true,
            system: false,
            fields,
        }
    }

    /// One that the org was founded with.
    #[must_use]
    pub fn founded(self) -> Self {
        Self { system: true, ..self }
    }

    /// A field.
    pub fn get(&self, name: &str) -> &Value {
        self.fields.get(name).unwrap_or(&Value::Null)
    }

    /// A field that is text; empty where it is not.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).as_str().unwrap_or_default()
    }

    /// A field that is a whole number; 0 where it is not.
    pub fn number(&self, name: &str) -> i64 {
        self.get(name).as_i64().unwrap_or_default()
    }

    /// Its path below `/api/v1/`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.place, self.id)
    }

    /// The record as the log names it.
    pub fn party(&self, kind: &'static str) -> Party {
        let name = ["name", "label"].map(|field| self.text(field));
        Party {
            id: self.id,
            kind,
            alternate_id: "unknown".into(),
            display_name: name
                .into_iter()
                .find(|name| !name.is_empty())
                .unwrap_or_default()
                .into(),
        }
    }
}

impl Org {
    /// The records of a collection, by age.
    pub fn records_at(&self, place: &str) -> impl Iterator<Item = &Record> {
        self.records.at(place)
    }

    /// A record of a collection.
    pub fn record_at(&self, place: &str, id: &str) -> Option<&Record> {
        let record = self.records.get(&Id::parse(id)?)?;
        (record.place == place).then_some(record)
    }

    /// Adds a record.
    pub fn add_record(&mut self, record: Record) {
        self.records.insert(record);
    }

    /// Takes a record out, and everything that lies below it.
    pub fn drop_record(&mut self, id: Id) {
        if let Some(record) = self.records.remove(&id) {
            self.records.remove_below(&format!("{}/", record.path()), |_| true);
            self.forget_policy(id);
        }
    }
}
