//! Settings of this machine, and what the window remembers. Everything here lives in the store; what belongs to one
//! connection is in its profile.

mod chosen;
mod clear;
mod masks;
mod places;

use joinery_store::table;
use serde_json::Value;

pub use chosen::{Settings, chosen, limits, save};
pub(crate) use chosen::{forget_old, of};
pub use clear::{Cleared, clear};
pub use masks::Masks;
pub(crate) use masks::unmask;
pub use places::{Place, folder_url, places};

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
