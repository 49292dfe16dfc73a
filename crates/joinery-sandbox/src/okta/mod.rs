//! Okta, one file per resource. A resource lists its routes; this file joins the lists and finds the route of a call.

use std::borrow::Cow;

use axum::http::{Method, header};
use percent_encoding::percent_decode_str;

pub mod app;
mod app_users;
mod apps;
pub mod call;
pub mod errors;
pub mod event;
mod fields;
pub mod filter;
mod filter_reader;
pub mod group;
mod group_members;
pub mod group_rule;
mod group_rules;
mod groups;
pub mod ids;
mod logs;
mod paging;
pub mod rate_limit;
mod rule_expression;
mod rule_reader;
pub mod schema;
mod schema_base;
pub mod user;
mod user_credentials;
mod user_lifecycle;
mod user_links;
mod user_list;
mod user_resources;
mod user_schema;
pub mod user_type;
mod users;

use call::{Answer, Call};
use errors::Problem;

/// A route: method, path below `/api/v1` with `{}` for an open part, and what answers it.
pub struct Route(pub Method, pub &'static str, pub fn(&Call<'_>) -> Answer);

/// Every resource's routes. Where two fit a path, the first wins.
const ROUTES: &[&[Route]] = &[
    users::ROUTES,
    user_lifecycle::ROUTES,
    user_credentials::ROUTES,
    user_resources::ROUTES,
    user_type::ROUTES,
    user_schema::ROUTES,
    group_rules::ROUTES,
    groups::ROUTES,
    group_members::ROUTES,
    apps::ROUTES,
    app_users::ROUTES,
    logs::ROUTES,
];

/// Answers a call: checks who makes it, finds its route and runs it.
pub fn answer(mut call: Call<'_>) -> Answer {
    let Some(path) = call.path.strip_prefix("/api/v1/") else {
        return Err(unknown_path());
    };
    authorise(&call)?;
    let given: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let mut known = false;
    for Route(method, pattern, handler) in ROUTES.iter().copied().flatten() {
        let Some(parts) = open_parts(pattern, &given) else {
            continue;
        };
        if method != call.method {
            known = true;
            continue;
        }
        accepts_json(&call)?;
        call.parts = parts;
        return handler(&call);
    }
    if known {
        let summary = "The endpoint does not support the provided HTTP method";
        return Err(Problem::new(405, "E0000022", summary));
    }
    Err(unknown_path())
}

fn unknown_path() -> Problem {
    Problem::new(404, "E0000008", "The requested path was not found")
}

fn authorise(call: &Call<'_>) -> Result<(), Problem> {
    let Some(value) = call.header(&header::AUTHORIZATION) else {
        return Err(Problem::new(403, "E0000005", "Invalid session"));
    };
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("SSWS") && call.state.accepts(token.trim()) => Ok(()),
        _ => Err(Problem::new(401, "E0000011", "Invalid token provided")),
    }
}

fn accepts_json(call: &Call<'_>) -> Result<(), Problem> {
    let Some(accept) = call.header(&header::ACCEPT) else {
        return Ok(());
    };
    if accept.contains("json") || accept.contains("*/*") || accept.contains("application/*") {
        return Ok(());
    }
    let summary = "Accept Header did not contain supported media type 'application/json'";
    Err(Problem::new(406, "E0000122", summary))
}

/// The decoded open parts, where the pattern fits.
fn open_parts<'a>(pattern: &str, given: &[&'a str]) -> Option<Vec<Cow<'a, str>>> {
    let mut parts = Vec::new();
    let mut rest = given.iter();
    for wanted in pattern.split('/') {
        let part = rest.next()?;
        if wanted == "{}" {
            parts.push(percent_decode_str(part).decode_utf8_lossy());
        } else if wanted != *part {
            return None;
        }
    }
    rest.next().is_none().then_some(parts)
}
