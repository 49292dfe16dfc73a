//! The rate limits of the sandbox org that runs.

use serde_json::json;

use super::{
    ask::{Call, control},
    views::SandboxLimits,
};
use crate::{error::Error, studio::Studio};

const LIMIT: &str = "Write the calls as `GET /api/v1/users/{id}`, or a path alone for every method.";

/// The limits.
///
/// # Errors
/// As [`super::control`] says.
pub async fn limits(studio: &Studio) -> Result<SandboxLimits, Error> {
    control(studio, Call::new("GET", &PATH)).await
}

/// Refuses calls above a limit, or only counts.
///
/// # Errors
/// As [`super::control`] says.
pub async fn enforce(studio: &Studio, enforced: bool) -> Result<SandboxLimits, Error> {
    control(
        studio,
        Call::new("PUT", &PATH).with_body(json!({ "enforced": enforced })),
    )
    .await
}

/// Limits calls by method and path to so many a minute; without a number that limit goes.
///
/// # Errors
/// As [`super::control`] says.
pub async fn set(studio: &Studio, limited: &str, calls: Option<u32>) -> Result<SandboxLimits, Error> {
    let body = json!({ "limits": { limited.trim(): calls } });
    control(studio, Call::new("PUT", &PATH).with_body(body).with_hint(LIMIT)).await
}

/// Limits what is limited at the start, enforced.
///
/// # Errors
/// As [`super::control`] says.
pub async fn usual(studio: &Studio) -> Result<SandboxLimits, Error> {
    control(studio, Call::new("DELETE", &PATH)).await
}

const PATH: [&str; 2] = ["sandbox", "rate-limits"];
