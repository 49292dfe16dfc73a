//! One function of a trigger called by itself, as a debugger does: nothing is subscribed, kept or remembered.

use joinery_script::Function;
use serde_json::Value;

use super::{Incoming, webhook};
use crate::{
    error::Error,
    runs::{self, Performance, Performed},
    studio::Studio,
};

/// A function of a trigger besides `poll`, and what it gets besides the input.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// `subscribe`
    Subscribe {
        /// Where deliveries are to be sent.
        url: String,
    },
    /// `refresh`
    Refresh {
        /// What `subscribe` returned.
        subscription: Value,
    },
    /// `unsubscribe`
    Unsubscribe {
        /// What `subscribe` returned.
        subscription: Value,
    },
    /// `notification`
    Notification {
        /// What came in.
        incoming: Incoming,
        /// What `subscribe` returned.
        subscription: Value,
    },
    /// `dedupe_key` of each event
    DedupeKeys {
        /// The events.
        events: Vec<Value>,
    },
}

/// Runs the trigger of `performance` from `entry` on. What the function returns is the outcome, as it stands.
///
/// # Errors
/// As [`runs::perform`].
pub async fn enter(studio: &Studio, mut performance: Performance, entry: Entry) -> Result<Performed, Error> {
    performance.input = match runs::checked_input(studio, &performance).await? {
        Ok(input) => input,
        Err(error) => return Ok(Performed::failed(performance.input, *error)),
    };
    let input = performance.input.clone();
    let host = match entry {
        Entry::Notification { .. } | Entry::DedupeKeys { .. } => performance.host_without_http(studio)?,
        _ => performance.host(studio)?,
    };
    let function = match entry {
        Entry::Subscribe { url } => Function::Subscribe { input, url },
        Entry::Refresh { subscription } => Function::RefreshSubscription { subscription },
        Entry::Unsubscribe { subscription } => Function::Unsubscribe { subscription },
        Entry::Notification { incoming, subscription } => Function::Notification {
            input,
            request: webhook::as_script_sees(&incoming, subscription),
        },
        Entry::DedupeKeys { events } => Function::DedupeKeys { events },
    };
    let run = performance.run(function);
    runs::call(studio, run, host, performance).await
}
