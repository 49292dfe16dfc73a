//! Settings and what the window remembers.

use serde_json::Value;

use crate::{error::Error, studio::Studio};

/// What is kept under `key`; null where nothing is.
///
/// # Errors
/// [`crate::Code::Unavailable`].
pub fn recall(studio: &Studio, key: &str) -> Result<Value, Error> {
    let _ = (studio, key);
    todo!()
}

/// Keeps `value` under `key`.
///
/// # Errors
/// [`crate::Code::Unavailable`].
pub fn remember(studio: &Studio, key: &str, value: &Value) -> Result<(), Error> {
    let _ = (studio, key, value);
    todo!()
}
