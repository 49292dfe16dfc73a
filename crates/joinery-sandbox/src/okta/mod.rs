//! Okta, one file per resource. A resource lists its routes; this file joins the lists and finds the route of a call.

use std::borrow::Cow;

use axum::http::{Method, header};
use percent_encoding::percent_decode_str;

mod aaguids;
mod agent_pools;
mod api_tokens;
pub mod app;
mod app_connections;
mod app_groups;
mod app_keys;
mod app_metadata;
mod app_provisioning;
mod app_schema;
mod app_secrets;
mod app_shape;
mod app_trust;
mod app_users;
mod apps;
mod associated_servers;
mod authenticators;
mod behaviors;
mod brands;
pub mod call;
mod captchas;
mod certificate;
mod custom_pages;
mod custom_roles;
mod device_assurances;
mod domains;
mod email_domains;
mod email_servers;
mod emails;
mod enrollments;
mod errand;
pub mod errors;
pub mod event;
pub mod event_hook;
pub mod event_hooks;
pub mod event_kinds;
pub mod expression;
pub mod factor;
mod factors;
mod features;
mod fields;
pub mod files;
pub mod filter;
mod filter_reader;
pub mod founding;
pub mod group;
mod group_members;
mod group_owners;
mod group_push;
pub mod group_rule;
mod group_rules;
pub mod group_schema;
mod groups;
mod hook_keys;
mod idp;
mod idp_keys;
mod idp_signing_keys;
mod idp_users;
mod idps;
pub mod ids;
mod imported_password;
mod inline_hook;
mod inline_hooks;
mod labelled;
mod linked_objects;
mod log_stream_schemas;
mod log_streams;
mod logs;
mod mappings;
pub mod oauth;
mod org_settings;
mod org_support;
mod paging;
mod policies;
mod policy;
mod policy_rules;
mod policy_simulation;
mod principal_limits;
mod priority;
mod protections;
mod push_providers;
pub mod rate_limit;
mod realm_assignments;
mod realms;
pub mod record;
mod resource;
mod resource_server_keys;
mod resource_sets;
mod role_bindings;
pub mod role_permissions;
pub mod schema;
mod schema_base;
mod sent_credentials;
mod server_claims;
mod server_policies;
mod server_scopes;
mod servers;
mod sessions;
mod settings;
mod shape;
mod signing_key;
mod sms_templates;
mod subscriptions;
mod themes;
pub mod totp;
mod trusted_origins;
mod ui_schemas;
pub mod user;
mod user_credentials;
mod user_lifecycle;
mod user_links;
mod user_list;
mod user_ratings;
mod user_resources;
mod user_schema;
pub mod user_type;
mod users;
mod well_known_uris;
mod x509;
mod yubikeys;
mod zones;

use call::{Answer, Call};
use errors::Problem;
use oauth::access::{self, Caller, Passage};

/// A route: method, path below `/api/v1` with `{}` for an open part, and what answers it.
pub struct Route(pub Method, pub &'static str, pub Handler);

/// Every resource's routes. Where two fit a path, the first wins.
const ROUTES: &[&[Route]] = &[
    users::ROUTES,
    user_lifecycle::ROUTES,
    user_credentials::ROUTES,
    user_resources::ROUTES,
    user_ratings::ROUTES,
    sessions::ROUTES,
    factors::ROUTES,
    enrollments::ROUTES,
    user_type::ROUTES,
    linked_objects::ROUTES,
    user_schema::ROUTES,
    group_rules::ROUTES,
    groups::ROUTES,
    group_members::ROUTES,
    group_schema::ROUTES,
    event_hooks::ROUTES,
    apps::ROUTES,
    app_users::ROUTES,
    app_groups::ROUTES,
    app_provisioning::ROUTES,
    app_keys::ROUTES,
    app_secrets::ROUTES,
    app_metadata::ROUTES,
    app_connections::ROUTES,
    app_schema::ROUTES,
    logs::ROUTES,
    oauth::GRANT_ROUTES,
    oauth::ROLE_ROUTES,
    oauth::GROUP_ROLE_ROUTES,
    oauth::ROLE_TARGET_ROUTES,
    oauth::ADMIN_LIST_ROUTES,
    oauth::ISSUED_ROUTES,
    zones::ROUTES,
    policy_simulation::ROUTES,
    policies::ROUTES,
    policy_rules::ROUTES,
    servers::ROUTES,
    associated_servers::ROUTES,
    server_scopes::ROUTES,
    server_claims::ROUTES,
    server_policies::ROUTES,
    api_tokens::ROUTES,
    yubikeys::ROUTES,
    org_settings::ROUTES,
    settings::ROUTES,
    trusted_origins::ROUTES,
    behaviors::ROUTES,
    inline_hooks::ROUTES,
    push_providers::ROUTES,
    hook_keys::ROUTES,
    features::ROUTES,
    idp_keys::ROUTES,
    idp_signing_keys::ROUTES,
    idps::ROUTES,
    idp_users::ROUTES,
    mappings::ROUTES,
    brands::ROUTES,
    themes::ROUTES,
    emails::ROUTES,
    domains::ROUTES,
    captchas::ROUTES,
    log_streams::ROUTES,
    log_stream_schemas::ROUTES,
    realms::ROUTES,
    device_assurances::ROUTES,
    authenticators::ROUTES,
    custom_roles::ROUTES,
    resource_sets::ROUTES,
    role_bindings::ROUTES,
    email_domains::ROUTES,
    sms_templates::ROUTES,
    ui_schemas::ROUTES,
    group_owners::ROUTES,
    subscriptions::ROUTES,
    app_trust::ROUTES,
    custom_pages::ROUTES,
    email_servers::ROUTES,
    group_push::ROUTES,
    org_support::ROUTES,
    principal_limits::ROUTES,
    protections::ROUTES,
    realm_assignments::ROUTES,
    resource_server_keys::ROUTES,
    well_known_uris::ROUTES,
    agent_pools::ROUTES,
    aaguids::ROUTES,
];

/// What answers a route.
pub type Handler = fn(&Call<'_>) -> Answer;

/// Answers a call: checks who makes it, finds its route and runs it.
pub fn answer(call: &mut Call<'_>) -> Answer {
    if let Some(answer) = oauth::answer(call) {
        return answer;
    }
    let beside = || {
        call.path
            .strip_prefix('/')
            .filter(|path| path.starts_with("attack-protection/"))
    };
    let Some(path) = call.path.strip_prefix("/api/v1/").or_else(beside) else {
        return Err(unknown_path());
    };
    if let Passage::Answered(reply) = access::authorise(call, path)? {
        return Ok(reply);
    }
    let handler = find_route(ROUTES, call, path)?;
    if !path.ends_with(app_metadata::PATH_END) {
        accepts_json(call)?;
    }
    if path.starts_with("users/")
        && let Some(name) = call.parts.first_mut().filter(|name| *name == "me")
        && let Caller::Client(id) | Caller::User(id) = call.caller
    {
        *name = Cow::Owned(id.to_string());
    }
    handler(call)
}

/// The route of a call, its open parts noted in the call.
///
/// # Errors
/// E0000008 for an unknown path, E0000022 for an unknown method of a known one.
pub fn find_route<'a>(lists: &[&[Route]], call: &mut Call<'a>, path: &'a str) -> Result<Handler, Problem> {
    let given: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let mut known = false;
    for Route(method, pattern, handler) in lists.iter().copied().flatten() {
        let Some(parts) = open_parts(pattern, &given) else {
            continue;
        };
        if method == call.method {
            call.parts = parts;
            return Ok(*handler);
        }
        known = true;
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
