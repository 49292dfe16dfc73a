//! Running triggers: polling for events, and taking them from webhooks. Both hand events on before they are
//! remembered, so that a crash repeats events and never loses one; the dedupe keys drop the repeats.

mod enter;
mod kept;
mod poll;
mod serve;
mod turns;
mod views;
mod webhook;
mod window;

use std::{collections::BTreeMap, path::Path, sync::Arc};

use joinery_connector::Connector;
use joinery_script::{Function, Limits, ScriptError};
use joinery_store::table;
use serde_json::{Value, json};

pub use enter::{Entry, enter};
pub use joinery_store::Store;
pub use kept::{Kept, Whose, kept, kept_of};
pub use poll::{Ended, Page, Polled, poll};
pub use serve::{Happened, Serve, Task, Tell, serve};
pub(crate) use turns::Turns;
pub use views::{
    DeliveryView, FoundEvent, Heard, ListenTrigger, PageView, PollEnd, PollReport, PollTrigger, Replayed,
    SubscriptionView, TriggerRef, TriggerView,
};
pub(crate) use webhook::handed_over;
pub use webhook::{Delivery, Handed, Incoming, Reply, deliver, deliveries, keep_subscribed, replay, unsubscribe};
pub use window::{
    deliveries_shown, forget_events, hand_to_flow, listen, poll_shown, replay_shown, rewind_shown, set_cursor,
    unsubscribe_shown, view,
};

use crate::{
    connections::Resolved,
    connectors,
    error::Error,
    flows,
    runs::{self, Performance, Performed},
    studio::{Studio, now_ms},
};

/// One trigger with its input, on one connection.
#[derive(Clone)]
pub struct Trigger {
    /// The connector.
    pub connector: Arc<Connector>,
    /// The script: `triggers/new_user_created.rhai`.
    pub file: String,
    /// The input.
    pub input: Value,
    /// Whom to ask.
    pub connection: Resolved,
    /// What each of its runs may use.
    pub limits: Limits,
    /// The flow that it starts, as its file, where it starts one: the same trigger in two flows is two.
    pub owner: Option<String>,
}

impl Trigger {
    /// The trigger of that name, with an input, on a connection.
    ///
    /// # Errors
    /// [`Code::Usage`](crate::Code::Usage) with the nearest names.
    pub fn new(connector: Arc<Connector>, name: &str, input: Value, connection: Resolved) -> Result<Self, Error> {
        Ok(Self {
            file: connectors::trigger(&connector, name)?,
            connector,
            input,
            connection,
            limits: Limits::default(),
            owner: None,
        })
    }

    /// The same for a flow.
    #[must_use]
    pub fn owned_by(self, flow: &str) -> Self {
        Self {
            owner: Some(flow.to_owned()),
            ..self
        }
    }

    /// Its name: `new_user_created`.
    pub fn name(&self) -> &str {
        &self.connector.files[&self.file].name
    }

    /// What it is known by in the store: the same trigger with another input, or on another connection, begins anew.
    pub fn key(&self) -> String {
        let input: BTreeMap<&String, &Value> = self.input.as_object().into_iter().flatten().collect();
        let whom = [&self.connection.name, &self.connection.http.base_url];
        let mut key = json!([self.connector.manifest.id, self.name(), whom, input]);
        if let (Some(key), Some(owner)) = (key.as_array_mut(), &self.owner) {
            key.push(json!(owner));
        }
        key.to_string()
    }

    /// What a key says of whose it is: connector, trigger, and the rest.
    fn of_key(key: &str) -> Option<(String, String, Whose)> {
        let mut parts: Vec<Value> = serde_json::from_str(key).ok()?;
        let flow = (parts.len() > 4).then(|| parts.pop()).flatten();
        let [connector, name, whom, input] = parts.try_into().ok()?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let whose = Whose {
            connection: text(&whom[0])?,
            input,
            flow: flow.as_ref().and_then(text),
        };
        Some((text(&connector)?, text(&name)?, whose))
    }

    /// The name of the flow that it starts, where it starts one.
    pub fn flow(&self) -> Option<&str> {
        self.owner.as_deref().map(flows::name_of)
    }

    /// What its webhook's address ends in.
    pub(crate) fn route(&self) -> &str {
        self.flow().unwrap_or(self.name())
    }

    /// Whether its script has a function of that name.
    pub fn has(&self, studio: &Studio, function: &str) -> bool {
        studio.scripts().has(&self.connector, &self.file, function)
    }

    /// Its input with the defaults filled in, or why it cannot be used.
    async fn checked_input(&self, studio: &Studio) -> Result<Result<Value, Box<ScriptError>>, Error> {
        runs::checked_input(studio, &self.performance()).await
    }

    /// An event as it finds them, where its script has a sample.
    ///
    /// # Errors
    /// As [`runs::perform`].
    pub async fn sample(&self, studio: &Studio) -> Result<Option<Value>, Error> {
        let described = runs::describe_performance(studio, &self.performance()).await?;
        Ok(described.ok().and_then(|(description, _)| description.sample))
    }

    fn performance(&self) -> Performance {
        let mut performance = Performance::new(Arc::clone(&self.connector), &self.file, self.connection.clone());
        performance.input = self.input.clone();
        performance.limits = self.limits.clone();
        performance
    }

    /// Calls one function of its script.
    async fn call(&self, studio: &Studio, function: Function, http: bool) -> Result<Performed, Error> {
        let performance = self.performance();
        let host = if http {
            performance.host(studio)?
        } else {
            performance.host_without_http(studio)?
        };
        let run = performance.run(function);
        runs::call(studio, run, host, performance).await
    }
}

/// Which of `events` are new, by the script's dedupe keys. All are, where the script has none.
async fn fresh(
    studio: &Studio,
    store: &Store,
    trigger: &Trigger,
    events: Vec<Value>,
) -> Result<Result<Fresh, Box<Performed>>, Error> {
    if events.is_empty() {
        return Ok(Ok(Fresh::default()));
    }
    let function = Function::DedupeKeys { events: events.clone() };
    let performed = trigger.call(studio, function, false).await?;
    let keys: Vec<String> = match &performed.outcome.result {
        Ok(keys) => serde_json::from_value(keys.clone()).unwrap_or_default(),
        Err(_) => return Ok(Err(Box::new(performed))),
    };
    if keys.is_empty() {
        return Ok(Ok(Fresh {
            events,
            ..Fresh::default()
        }));
    }
    let handed = table::trigger::handed(store, &trigger.key(), &keys)?;
    let mut fresh = Fresh::default();
    for ((event, key), known) in events.into_iter().zip(keys).zip(handed) {
        // A page may hold an event twice.
        if known || fresh.keys.contains(&key) {
            fresh.repeats.push(Repeat { key, event });
        } else {
            fresh.events.push(event);
            fresh.keys.push(key);
        }
    }
    Ok(Ok(fresh))
}

/// Events that were not handed on before.
#[derive(Default)]
struct Fresh {
    events: Vec<Value>,
    /// Their dedupe keys; none where the script has no `dedupe_key`.
    keys: Vec<String>,
    /// Those that were dropped.
    repeats: Vec<Repeat>,
}

/// An event that was handed on before.
#[derive(Debug, Clone, PartialEq)]
pub struct Repeat {
    /// Its dedupe key.
    pub key: String,
    /// The event.
    pub event: Value,
}

/// A file that keeps how far triggers have come, apart from the store.
///
/// # Errors
/// [`Code::Unavailable`](crate::Code::Unavailable) when it cannot be opened, or is something else.
pub fn state_file(path: &Path) -> Result<Store, Error> {
    Ok(Store::open_at(path)?)
}

/// Forgets how far the trigger has come: its next poll begins at the start.
///
/// # Errors
/// [`Code::Unavailable`](crate::Code::Unavailable).
pub fn rewind(store: &Store, trigger: &Trigger) -> Result<(), Error> {
    Ok(table::trigger::rewind(store, &trigger.key())?)
}
