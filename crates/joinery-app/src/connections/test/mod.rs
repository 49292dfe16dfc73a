//! Testing a connection, step by step, and what to do where it fails. `steps` asks, `diagnose` judges and asks nothing.

mod answer;
mod diagnose;
mod domain;
mod own;
mod scopes;
mod steps;

use std::sync::Arc;

use joinery_connector::{Connector, http::RateLimit};
use joinery_script::ConsoleLine;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ts_rs::TS;

pub use diagnose::{Cause, Fix};
use steps::Probe;

use super::{ConnectionDraft, Health, HealthState, Resolved, resolve};
use crate::{
    connectors,
    error::Error,
    studio::{Studio, lock, now_ms},
};

/// What a test of a connection found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConnectionTest {
    /// Whether it works.
    pub ok: bool,
    /// What was found, or what is wrong: `Connected to Acme Preview`.
    pub message: String,
    /// More about the org: `Okta Identity Engine, acme.oktapreview.com, as ada@acme.example`.
    pub detail: Option<String>,
    /// What to do, where it does not work.
    pub hint: Option<String>,
    /// Why it does not work, in one word.
    pub cause: Option<Cause>,
    /// A change that a front can offer.
    pub fix: Option<Fix>,
    /// What the service itself said: `E0000011, Invalid token provided`.
    pub said: Option<String>,
    /// What was done, in order.
    pub steps: Vec<TestStep>,
    /// The org's name.
    pub org: Option<String>,
    /// Who is signed in: a login, or an app.
    pub signed_in_as: Option<String>,
    /// The scopes the token was given, where it tells them.
    pub scopes: Vec<String>,
    /// The status of the last answer.
    pub status: Option<u16>,
    /// Milliseconds all steps took.
    pub time_ms: Option<f64>,
    /// What the rate-limit headers said.
    pub rate_limit: Option<RateLimit>,
    /// What the connector's own functions printed and logged.
    pub console: Vec<ConsoleLine>,
}

/// One step of a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TestStep {
    /// Its name: `Reach domain`.
    pub name: String,
    /// How it went.
    pub state: StepState,
    /// How it was done: `TLS 1.3`, `GET /api/v1/org`.
    pub detail: String,
    /// Milliseconds it took, where it was done.
    pub time_ms: Option<f64>,
}

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum StepState {
    /// As it should.
    Ok,
    /// Not as it should.
    Failed,
    /// It was not needed, or could not be done after a step that failed.
    Skipped,
}

/// The last test of a draft, known by the draft's hash: its secrets are not kept for this.
pub(crate) struct LastTest {
    draft: [u8; 32],
    health: Health,
}

/// Tries a connection without saving it.
///
/// # Errors
/// As [`super::save`]; a refusal by the org is a result, not an error.
pub async fn test(studio: &Studio, draft: &ConnectionDraft) -> Result<ConnectionTest, Error> {
    let connector = connectors::in_workspace(studio, &draft.connector)?;
    if draft.name == super::SANDBOX {
        let resolved = resolve(studio, &connector, Ok(super::SANDBOX))?;
        return test_resolved(studio, &connector, resolved).await;
    }
    if let Some(found) = domain::mistyped(&connector, draft) {
        return Ok(found);
    }
    let resolved = resolve::draft(studio, &connector, draft)?;
    let tested = test_resolved(studio, &connector, resolved).await?;
    let saved = super::table::connection::get(studio.store()?, &draft.name)?;
    let health = health(&tested);
    // The draft may be what is saved already: then this test is news of it.
    if saved.is_some_and(|row| same_as_saved(&row, draft)) {
        super::note(studio, &draft.name, found(&tested), health.tested_ms);
    }
    *lock(&studio.last_test) = Some(LastTest {
        draft: digest(draft),
        health,
    });
    Ok(tested)
}

/// Tries a connection of a connector. Where it is a saved one, its health is kept.
///
/// # Errors
/// As [`test`].
pub async fn test_resolved(
    studio: &Studio,
    connector: &Arc<Connector>,
    resolved: Resolved,
) -> Result<ConnectionTest, Error> {
    let profile = resolved.profile.clone();
    let tested = Probe::new(studio, connector, resolved)?.run().await?;
    if let Some(profile) = profile {
        super::note(studio, &profile, found(&tested), Some(now_ms()));
    }
    Ok(tested)
}

/// The health that a draft is saved with: what its own test said, or what is known of the very same profile.
pub(super) fn health_of(studio: &Studio, draft: &ConnectionDraft) -> Health {
    if let Some(last) = lock(&studio.last_test).as_ref()
        && last.draft == digest(draft)
    {
        return last.health.clone();
    }
    let saved = studio
        .store()
        .ok()
        .and_then(|store| super::table::connection::get(store, &draft.name).ok().flatten());
    saved
        .filter(|row| same_as_saved(row, draft))
        .map(|row| Health::of_store(&row.health))
        .unwrap_or_default()
}

/// Whether the draft leaves everything that decides over a connection as it is: no new secret, no other field.
fn same_as_saved(row: &super::Row, draft: &ConnectionDraft) -> bool {
    row.auth == draft.auth
        && draft.values.iter().all(|(name, value)| {
            let value = value.trim();
            if row.secrets.iter().any(|secret| secret == name) {
                return value.is_empty();
            }
            let before = row.fields.get(name).and_then(super::Value::as_str).unwrap_or_default();
            before == value || (before.is_empty() && network_default(name).as_deref() == Some(value))
        })
}

/// What holds for a network setting that a profile leaves out.
fn network_default(name: &str) -> Option<String> {
    let fields = joinery_http::network::form().fields;
    fields.into_iter().find(|field| field.name == name)?.default
}

fn found(tested: &ConnectionTest) -> Result<(), String> {
    if tested.ok { Ok(()) } else { Err(tested.message.clone()) }
}

fn health(tested: &ConnectionTest) -> Health {
    Health {
        state: if tested.ok {
            HealthState::Ok
        } else {
            HealthState::Failing
        },
        reason: found(tested).err(),
        tested_ms: Some(now_ms()),
    }
}

fn digest(draft: &ConnectionDraft) -> [u8; 32] {
    let mut hash = Sha256::new();
    // Lengths in between: no two drafts have the same bytes.
    let mut add = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    };
    add(&draft.name);
    add(&draft.auth);
    for (name, value) in &draft.values {
        add(name);
        add(value.trim());
    }
    hash.finalize().into()
}
