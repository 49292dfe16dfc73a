//! A case of what a service delivers to a trigger: its events, their dedupe keys, and the answer.

use joinery_connector::test_file::CaseDelivery;
use serde_json::{Value, json};

use crate::{
    error::Error,
    runs::{Performance, Performed},
    studio::Studio,
    triggers::{self, Entry, Incoming},
};

/// Hands the delivery to the trigger. The result is `{ events, keys, respond: { status, headers, body } }`; without
/// `dedupe_key` there are no keys. `again` makes the same run anew, for them.
pub(super) async fn perform(
    studio: &Studio,
    performance: Performance,
    again: impl Fn() -> Performance,
    delivery: &CaseDelivery,
) -> Result<Performed, Error> {
    let entry = Entry::Notification {
        incoming: Incoming {
            method: delivery.method.clone(),
            query: delivery.query.clone(),
            headers: delivery.headers.clone(),
            body: delivery.body.clone().into_bytes(),
        },
        subscription: delivery.subscription.clone(),
    };
    let file = performance.file.clone();
    let mut performed = triggers::enter(studio, performance, entry).await?;
    let Ok(returned) = &performed.outcome.result else {
        return Ok(performed);
    };
    let (events, respond) = match triggers::handed_over(returned, &file) {
        Ok(handed) => handed,
        Err(error) => {
            performed.outcome.result = Err(*error);
            return Ok(performed);
        }
    };
    let mut result = json!({ "events": events, "respond": respond });
    if !events.is_empty() {
        let keys = triggers::enter(studio, again(), Entry::DedupeKeys { events }).await?;
        if let (Some(all), Some(these)) = (&mut performed.outcome.coverage, &keys.outcome.coverage) {
            all.add(these);
        }
        match keys.outcome.result {
            Ok(Value::Null) => {}
            Ok(keys) => result["keys"] = keys,
            failed => {
                performed.outcome.result = failed;
                return Ok(performed);
            }
        }
    }
    performed.outcome.result = Ok(result);
    Ok(performed)
}
