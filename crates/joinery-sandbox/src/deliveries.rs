//! Sends events to the event hooks that ask for them.

use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use crate::okta::event::{Event, Party, kinds};
use crate::okta::event_hook::EventHook;
use crate::state::State;
use crate::webhook;

/// Events that happen this close to each other go out together.
const BATCH: Duration = Duration::from_millis(50);

/// Follows the log and delivers what is new in it.
pub async fn deliver(state: Arc<State>) {
    let mut changes = state.changes();
    let mut sent = state.read().log.len();
    let mut generation = state.generation();
    while changes.changed().await.is_ok() {
        state.clock.sleep(BATCH).await;
        changes.mark_unchanged();
        if state.generation() != generation {
            // Another org is here now; what its log holds happened before.
            generation = state.generation();
            sent = state.read().log.len();
        }
        let (end, due) = due(&state, sent);
        sent = end;
        for (hook, body) in due {
            tokio::spawn(send(state.clone(), hook, body));
        }
    }
}

/// What each hook is to get of the events after `sent`, and where the log ends now.
fn due(state: &State, sent: usize) -> (usize, Vec<(EventHook, Value)>) {
    let org = state.read();
    let hooks = org.event_hooks.values().filter(|hook| hook.active && hook.verified);
    let due = hooks.filter_map(|hook| {
        let new = org.log.from(sent.max(hook.since));
        let wanted = new
            .iter()
            .filter(|event| hook.types.iter().any(|kind| kind == event.kind.0));
        let events: Vec<Value> = wanted.map(Event::shown).collect();
        (!events.is_empty()).then(|| (hook.clone(), envelope(state, hook, events)))
    });
    (org.log.len(), due.collect())
}

fn envelope(state: &State, hook: &EventHook, events: Vec<Value>) -> Value {
    json!({
        "eventType": "com.okta.event_hook",
        "eventTypeVersion": "1.0",
        "cloudEventsVersion": "0.1",
        "source": format!("{}/api/v1/eventHooks/{}", state.url(), hook.id),
        "eventId": uuid::Uuid::new_v4().to_string(),
        "data": {"events": events},
        "eventTime": state.clock.now(),
        "contentType": "application/json",
    })
}

async fn send(state: Arc<State>, hook: EventHook, body: Value) {
    let bytes = body.to_string().into_bytes();
    let failure = match webhook::ask(&state.clock, Method::POST, &hook.url, &hook.sent_headers(), &bytes).await {
        Ok((status, _)) if status.is_success() => return,
        Ok((status, _)) => format!("the address answered {status}"),
        Err(reason) => reason,
    };
    let now = state.clock.now();
    let mut org = state.write();
    org.record_job(now, kinds::HOOK_DELIVERY, vec![Party::from(&hook)], Some(failure));
}
