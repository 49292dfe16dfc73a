//! What a custom admin role opens: the permissions that an endpoint takes, and whether a resource set holds what a path
//! is about. A list shows everything as soon as the set holds something of its kind.

use axum::http::Method;

use super::ids::Id;
use super::record::Record;
use super::{role_bindings, users};
use crate::state::Org;

/// Whether one of the custom roles of somebody, or of the groups a user is in, opens an endpoint.
pub fn allow(org: &Org, who: Id, method: &Method, path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let wanted = needed(method, &parts);
    assigned(org, who).any(|member| {
        let Some((role, set)) = role_bindings::ends(org, member) else {
            return false;
        };
        let all = role.get("permissions").as_array().into_iter().flatten();
        let mut held = all.filter_map(|permission| permission["label"].as_str()?.strip_prefix("okta."));
        held.any(|permission| wanted.contains(&permission)) && holds(org, set, &parts)
    })
}

/// Whether somebody has a custom role at all.
pub fn has_any(org: &Org, who: Id) -> bool {
    assigned(org, who).next().is_some()
}

fn assigned(org: &Org, who: Id) -> impl Iterator<Item = &Record> {
    let groups = org.users.get(who).into_iter().flat_map(|user| &user.groups);
    let all: Vec<Id> = std::iter::once(&who).chain(groups).copied().collect();
    all.into_iter().flat_map(|id| role_bindings::assigned(org, id))
}

/// The permissions of which one opens an endpoint, without their `okta.`.
fn needed(method: &Method, parts: &[&str]) -> &'static [&'static str] {
    let reads = *method == Method::GET;
    match parts {
        ["users" | "groups", _, "roles", ..] | ["iam", ..] if reads => &["iam.read"],
        ["users" | "groups", _, "roles", ..] | ["iam", ..] => &[],
        ["users", ..] if reads => &["users.read", "users.manage", "users.userprofile.manage"],
        ["users"] => &["users.create", "users.manage"],
        ["users", _] if *method == Method::DELETE => {
            &["users.lifecycle.delete", "users.lifecycle.manage", "users.manage"]
        }
        ["users", _] => &["users.userprofile.manage", "users.manage"],
        ["users", _, "lifecycle", step] => needed_for_step(step),
        ["users", _, "sessions"] => &[
            "users.lifecycle.clearSessions",
            "users.lifecycle.manage",
            "users.manage",
        ],
        ["users", _, "factors", ..] => &[
            "users.credentials.resetFactors",
            "users.credentials.manage",
            "users.manage",
        ],
        ["users", _, "credentials", ..] => &["users.credentials.manage", "users.manage"],
        ["users", ..] => &["users.manage"],
        ["groups", ..] if reads => &["groups.read", "groups.manage"],
        ["groups"] => &["groups.create", "groups.manage"],
        ["groups", _, "users", ..] => &["groups.members.manage", "groups.manage"],
        ["groups", ..] => &["groups.manage"],
        ["apps", ..] if reads => &["apps.read", "apps.manage"],
        ["apps", _, "users" | "groups", ..] => &["apps.assignment.manage", "apps.manage"],
        ["apps", ..] => &["apps.manage"],
        ["authorizationServers", ..] if reads => &["authzServers.read", "authzServers.manage"],
        ["authorizationServers", ..] => &["authzServers.manage"],
        ["idps", ..] if reads => &["identityProviders.read", "identityProviders.manage"],
        ["idps", ..] => &["identityProviders.manage"],
        ["brands" | "domains" | "email-domains" | "templates", ..] if reads => {
            &["customizations.read", "customizations.manage"]
        }
        ["brands" | "domains" | "email-domains" | "templates", ..] => &["customizations.manage"],
        _ => &[],
    }
}

fn needed_for_step(step: &str) -> &'static [&'static str] {
    match step {
        "reset_password" => &[
            "users.credentials.resetPassword",
            "users.credentials.manage",
            "users.manage",
        ],
        "expire_password" | "expire_password_with_temp_password" => &[
            "users.credentials.expirePassword",
            "users.credentials.manage",
            "users.manage",
        ],
        "reset_factors" => &[
            "users.credentials.resetFactors",
            "users.credentials.manage",
            "users.manage",
        ],
        "activate" | "reactivate" => &["users.lifecycle.activate", "users.lifecycle.manage", "users.manage"],
        "deactivate" => &["users.lifecycle.deactivate", "users.lifecycle.manage", "users.manage"],
        "suspend" => &["users.lifecycle.suspend", "users.lifecycle.manage", "users.manage"],
        "unsuspend" => &["users.lifecycle.unsuspend", "users.lifecycle.manage", "users.manage"],
        "unlock" => &["users.lifecycle.unlock", "users.lifecycle.manage", "users.manage"],
        _ => &["users.manage"],
    }
}

/// Whether a resource set holds what a path is about.
fn holds(org: &Org, set: &Record, path: &[&str]) -> bool {
    let place = format!("{}/resources", set.path());
    org.records_at(&place).any(|resource| {
        // The fifth part of `orn:okta:directory:00o...:users:00u...` is where the resource itself starts.
        let parts: Vec<&str> = resource.text("orn").split(':').skip(4).collect();
        match (path, parts.as_slice()) {
            (["users", rest @ ..], ["groups", group, _]) => rest.first().is_none_or(|name| is_in(org, name, group)),
            (["users", name, ..], ["users", id]) => users::find(org, name).is_ok_and(|user| user.as_str() == *id),
            (["apps", id, ..], ["apps", name]) => {
                let app = Id::parse(id).and_then(|id| org.apps.get(&id));
                id == name || app.is_some_and(|app| app.name == *name)
            }
            (["brands" | "domains" | "email-domains" | "templates", ..], ["customizations", ..]) => true,
            ([kind], [own, ..]) | ([kind, ..], [own]) => kind == own,
            ([kind, id, ..], [own, .., last]) => kind == own && id == last,
            _ => false,
        }
    })
}

fn is_in(org: &Org, name: &str, group: &str) -> bool {
    let user = users::find(org, name).ok().and_then(|user| org.users.get(user));
    user.is_some_and(|user| user.groups.iter().any(|id| id.as_str() == group))
}
