//! The keys of the org's own authorization servers, by name. Each is made when it is first asked for: that takes a
//! moment, and most are never used.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::jose::SigningKey;

/// Keys by name.
#[derive(Debug, Default)]
pub struct KeyRing(Mutex<HashMap<String, Arc<SigningKey>>>);

impl KeyRing {
    /// The key of a name; `find` gives one that is not here yet.
    pub fn get(&self, kid: &str, find: impl FnOnce() -> SigningKey) -> Arc<SigningKey> {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = keys.entry(kid.to_owned());
        key.or_insert_with(|| Arc::new(find().named(kid))).clone()
    }
}
