//! How a connection did when it was last used: what every test and every real call say of it. Only news is written,
//! so that a run of a thousand good calls costs one look.

use joinery_http::Exchange;
use joinery_store::table;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;
use url::Url;

use super::Resolved;
use crate::{
    event::Event,
    studio::{Studio, lock},
};

/// How a connection did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Health {
    /// In one word.
    pub state: HealthState,
    /// Why it fails.
    pub reason: Option<String>,
    /// When it was last tested, in milliseconds since 1970.
    pub tested_ms: Option<i64>,
}

/// How a connection did, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum HealthState {
    /// It was not used since it was saved.
    #[default]
    Unknown,
    /// The last answer came.
    Ok,
    /// The service refused it, or could not be reached.
    Failing,
}

impl Health {
    /// In words.
    pub fn words(&self) -> String {
        match (self.state, &self.reason) {
            (HealthState::Unknown, _) => "not tested yet".to_owned(),
            (HealthState::Ok, _) => "ok".to_owned(),
            (HealthState::Failing, Some(reason)) => format!("failing: {reason}"),
            (HealthState::Failing, None) => "failing".to_owned(),
        }
    }

    /// As the store has it. What cannot be read is unknown.
    pub(super) fn of_store(value: &Value) -> Self {
        serde_json::from_value(value.clone()).unwrap_or_default()
    }

    /// As the store takes it.
    pub(super) fn to_store(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// What a call to `url` says of a connection: nothing where that is not its own service, or whether it works and if
/// not, why.
pub(crate) fn of_call(
    outcome: &Result<Exchange, joinery_http::Error>,
    url: &str,
    base_url: &str,
) -> Option<Result<(), String>> {
    use joinery_http::Error as Http;
    match outcome {
        Ok(exchange) if same_origin(&exchange.response.url, base_url) => match exchange.response.status {
            401 | 407 => Some(Err(format!(
                "The service refused these credentials ({} {}).",
                exchange.response.status, exchange.response.reason
            ))),
            // The service is ill, which says nothing of the connection.
            500.. => None,
            _ => Some(Ok(())),
        },
        Ok(_) => None,
        Err(error) => match error {
            Http::Auth { .. } => true,
            Http::UnknownHost { .. } | Http::Refused { .. } | Http::Tls { .. } => same_origin(url, base_url),
            _ => false,
        }
        .then(|| Err(sentence(&error.to_string()))),
    }
}

/// `text` as a sentence of its own.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!(
        "{}{}.",
        first.unwrap_or_default(),
        letters.as_str().trim_end_matches('.')
    )
}

fn same_origin(url: &str, base_url: &str) -> bool {
    matches!((Url::parse(url), Url::parse(base_url)), (Ok(url), Ok(base)) if url.origin() == base.origin())
}

/// Notes what a real call said. A store that cannot be written keeps the call from nothing.
pub(crate) fn note_call(
    studio: &Studio,
    connection: &Resolved,
    url: &str,
    outcome: &Result<Exchange, joinery_http::Error>,
) {
    let Some(profile) = connection.profile.as_deref() else {
        return;
    };
    if let Some(found) = of_call(outcome, url, &connection.http.base_url) {
        note(studio, profile, found, None);
    }
}

/// Notes what a test said at `tested_ms`, or what a call said.
pub(crate) fn note(studio: &Studio, profile: &str, found: Result<(), String>, tested_ms: Option<i64>) {
    let state = match found {
        Ok(()) => HealthState::Ok,
        Err(_) => HealthState::Failing,
    };
    let reason = found.err();
    let seen = (state, reason.clone());
    if tested_ms.is_none() && lock(&studio.health).get(profile) == Some(&seen) {
        return;
    }
    let kept = studio.store().and_then(|store| {
        let Some(row) = table::connection::get(store, profile)? else {
            return Ok(false);
        };
        let before = Health::of_store(&row.health);
        let now = Health {
            state,
            reason,
            tested_ms: tested_ms.or(before.tested_ms),
        };
        Ok(table::connection::set_health(store, profile, &now.to_store())?)
    });
    if let Ok(news) = kept {
        lock(&studio.health).insert(profile.to_owned(), seen);
        if news {
            studio.tell(Event::ConnectionsChanged);
        }
    }
}

/// What is known of a connection's health no longer holds: it was saved anew, or removed.
pub(super) fn forget(studio: &Studio, profile: &str) {
    lock(&studio.health).remove(profile);
}
