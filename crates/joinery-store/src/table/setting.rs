//! Settings and remembered state: JSON values by key.

use serde_json::Value;

use crate::{Store, error::Error};

/// The value under `key`.
///
/// # Errors
/// [`Error::Statement`].
pub fn get(store: &Store, key: &str) -> Result<Option<Value>, Error> {
    let _ = (store, key);
    todo!()
}

/// Keeps `value` under `key`.
///
/// # Errors
/// [`Error::Statement`].
pub fn put(store: &Store, key: &str, value: &Value) -> Result<(), Error> {
    let _ = (store, key, value);
    todo!()
}
