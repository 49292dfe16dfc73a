//! Texts that many rows share, kept once: names of attributes, kinds of events. Read back from a file they would
//! otherwise be a copy each.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Deserializer, Serializer};

/// A text that lives as long as the process. (Written out, serde would take it for one borrowed from its input.)
pub type Word = &'static str;

static WORDS: Mutex<Option<HashSet<Word>>> = Mutex::new(None);
static NAMES: Mutex<Option<HashSet<Arc<str>>>> = Mutex::new(None);

/// The word with this text.
fn word_of(text: &str) -> Word {
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    let words = words.get_or_insert_default();
    if let Some(known) = words.get(text) {
        return known;
    }
    // A file holds a few dozen of them.
    let kept: Word = Box::leak(text.into());
    words.insert(kept);
    kept
}

/// The one copy of a name.
pub fn name_of(text: &str) -> Arc<str> {
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    let names = names.get_or_insert_default();
    if let Some(known) = names.get(text) {
        return known.clone();
    }
    let kept: Arc<str> = text.into();
    names.insert(kept.clone());
    kept
}

/// For `#[serde(deserialize_with)]`: reads a [`Word`].
pub fn word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Word, D::Error> {
    String::deserialize(deserializer).map(|text| word_of(&text))
}

/// For `#[serde(with)]`: a name that many rows share.
pub mod name {
    use super::{Arc, Deserialize, Deserializer, Serializer, name_of};

    /// Writes it as text.
    pub fn serialize<S: Serializer>(name: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(name)
    }

    /// Reads it, and shares it with those before.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<str>, D::Error> {
        String::deserialize(deserializer).map(|text| name_of(&text))
    }
}
