//! A schema from samples: types, nullability, formats, and enums only where that is safe.

use serde_json::Value;

/// A value seen, such as one response body.
pub type Sample<'a> = &'a Value;

/// The JSON Schema 2020-12 that every sample fits. A property missing or null in some samples is optional or nullable.
pub fn infer<'a>(samples: impl IntoIterator<Item = Sample<'a>>) -> Value {
    let _ = samples.into_iter().count();
    todo!()
}
