//! Sessions of users. The sandbox org signs users in to apps only, so that nobody has a session of the org itself.

use axum::http::Method;
use serde_json::Value;

use super::Route;
use super::app::fault;
use super::call::{Answer, Call};
use super::errors::Problem;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::POST, "sessions", create),
    Route(Method::GET, "sessions/{}", unknown),
    Route(Method::DELETE, "sessions/{}", unknown),
    Route(Method::POST, "sessions/{}/lifecycle/refresh", unknown),
];

/// A session takes a token of the authentication API, which the sandbox does not give out.
fn create(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    match body.get("sessionToken").and_then(Value::as_str) {
        None | Some("") => Err(fault("sessionToken", "The field cannot be left blank")),
        Some(_) => Err(Problem::new(401, "E0000004", "Authentication failed")),
    }
}

fn unknown(call: &Call<'_>) -> Answer {
    Err(Problem::not_found(call.part(0), "AppSession"))
}
