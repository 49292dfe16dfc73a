//! Whose turn it is: a poll and a delivery of one trigger hand on one after the other, for they share one memory of what
//! is new.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use crate::studio::lock;

/// The turns of triggers, by what each is known by in the store.
#[derive(Default)]
pub(crate) struct Turns(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

impl Turns {
    /// That of one trigger: whoever holds its lock has it.
    pub(crate) fn of(&self, key: &str) -> Arc<tokio::sync::Mutex<()>> {
        Arc::clone(lock(&self.0).entry(key.to_owned()).or_default())
    }
}
