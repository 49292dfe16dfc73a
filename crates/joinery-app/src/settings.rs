//! Settings and what the window remembers.

use joinery_store::table;
use serde_json::Value;

use crate::{error::Error, studio::Studio};

/// What is kept under `key`; null where nothing is.
///
/// # Errors
/// [`crate::Code::Unavailable`].
pub fn recall(studio: &Studio, key: &str) -> Result<Value, Error> {
    Ok(table::setting::get(studio.store()?, key)?.unwrap_or_default())
}

/// Keeps `value` under `key`.
///
/// # Errors
/// [`crate::Code::Unavailable`].
pub fn remember(studio: &Studio, key: &str, value: &Value) -> Result<(), Error> {
    Ok(table::setting::put(studio.store()?, key, value)?)
}
