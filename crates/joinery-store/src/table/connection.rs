//! Connection profiles, without their secrets.

use serde_json::{Map, Value};

use crate::{Store, error::Error};

/// A saved profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its name, unique.
    pub name: String,
    /// The connector's id.
    pub connector: String,
    /// The `[[auth]]` choice.
    pub auth: String,
    /// Fields and settings that are not secret.
    pub fields: Map<String, Value>,
    /// Names of the secrets kept for it.
    pub secrets: Vec<String>,
}

/// Adds or replaces a profile.
///
/// # Errors
/// [`Error::Statement`].
pub fn put(store: &Store, row: &Row) -> Result<(), Error> {
    let _ = (store, row);
    todo!()
}

/// The profile of that name.
///
/// # Errors
/// [`Error::Statement`].
pub fn get(store: &Store, name: &str) -> Result<Option<Row>, Error> {
    let _ = (store, name);
    todo!()
}

/// Every profile, by name.
///
/// # Errors
/// [`Error::Statement`].
pub fn list(store: &Store) -> Result<Vec<Row>, Error> {
    let _ = store;
    todo!()
}

/// Removes a profile; whether there was one.
///
/// # Errors
/// [`Error::Statement`].
pub fn remove(store: &Store, name: &str) -> Result<bool, Error> {
    let _ = (store, name);
    todo!()
}
