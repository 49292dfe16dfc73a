//! The System Log of the sandbox org that runs, as it happens: through the control API, so that no fault or limit that is
//! set for clients comes in the way. Lag applies, as it does to clients.

use serde::Deserialize;
use serde_json::Value;

use super::{
    ask::{Call, control},
    org::text,
    views::{SandboxEvent, SandboxLog},
};
use crate::{error::Error, studio::Studio};

/// The newest events of the log, or those after a piece of it: `next` of that piece.
///
/// # Errors
/// As [`super::control`] says.
pub async fn log(studio: &Studio, next: Option<u64>) -> Result<SandboxLog, Error> {
    #[derive(Deserialize)]
    struct Piece {
        events: Vec<Value>,
        next: u64,
    }
    let after = next.map(|next| next.to_string());
    let query: Vec<(&str, &str)> = after.iter().map(|after| ("after", after.as_str())).collect();
    let Piece { events, next } = control(studio, Call::new("GET", &["sandbox", "log"]).with_query(&query)).await?;
    Ok(SandboxLog {
        events: events.iter().map(event).collect(),
        next,
    })
}

fn event(item: &Value) -> SandboxEvent {
    let some = |place: &str| Some(text(item, place)).filter(|text| !text.is_empty());
    SandboxEvent {
        uuid: text(item, "/uuid"),
        published: text(item, "/published"),
        event_type: text(item, "/eventType"),
        message: text(item, "/displayMessage"),
        actor: some("/actor/displayName"),
        target: some("/target/0/displayName"),
        outcome: some("/outcome/result"),
    }
}
