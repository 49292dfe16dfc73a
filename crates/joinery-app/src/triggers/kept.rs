//! Deliveries that were kept of a trigger, on whatever connection, with whatever input and for whatever flow it took them.

use joinery_connector::Connector;
use joinery_store::{Store, table};
use serde_json::Value;

use super::{Delivery, Trigger, webhook::KEEP};
use crate::error::{Code, Error};

/// A delivery with what took it.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The delivery.
    pub delivery: Delivery,
    /// What took it.
    pub whose: Whose,
}

/// How a trigger ran as it took a delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct Whose {
    /// The name of its connection; empty where it had none.
    pub connection: String,
    /// Its input, as it was given.
    pub input: Value,
    /// The file of the flow that it started, where it started one.
    pub flow: Option<String>,
}

/// The deliveries kept of a trigger, the newest first.
///
/// # Errors
/// [`Code::Unavailable`].
pub fn kept(store: &Store, connector: &Connector, trigger: &str) -> Result<Vec<Kept>, Error> {
    let mut found = Vec::new();
    for key in table::delivery::keys(store)? {
        let Some(whose) = whose(&key, connector, trigger) else {
            continue;
        };
        let rows = table::delivery::list(store, &key, KEEP)?;
        found.extend(rows.into_iter().map(|delivery| Kept {
            delivery,
            whose: whose.clone(),
        }));
    }
    found.sort_by_key(|kept| std::cmp::Reverse(kept.delivery.id));
    found.truncate(KEEP);
    Ok(found)
}

/// The kept delivery of that number.
///
/// # Errors
/// [`Code::Usage`] when the trigger has none of that number.
pub fn kept_of(store: &Store, connector: &Connector, trigger: &str, id: i64) -> Result<Kept, Error> {
    let found = table::delivery::get(store, id)?.and_then(|delivery| {
        let whose = whose(&delivery.key, connector, trigger)?;
        Some(Kept { delivery, whose })
    });
    found.ok_or_else(|| {
        Error::new(Code::Usage, format!("no delivery {id} of {trigger}"))
            .with_hint("List them with `joinery deliveries`.")
    })
}

/// What a key says, where it is of this trigger.
fn whose(key: &str, connector: &Connector, trigger: &str) -> Option<Whose> {
    let (of, name, whose) = Trigger::of_key(key)?;
    (of == connector.manifest.id && name == trigger).then_some(whose)
}
