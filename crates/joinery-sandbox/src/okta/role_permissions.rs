//! What a custom admin role opens: the permissions that an endpoint takes, whether a resource set holds what a path is
//! about, and what a list shows.

use axum::http::Method;

use super::app::App;
use super::group::Group;
use super::ids::Id;
use super::record::Record;
use super::shape::names;
use super::user::User;
use super::{role_bindings, users};
use crate::state::Org;

/// What a caller sees of a list.
#[derive(Default)]
pub enum Sight {
    /// Everything.
    #[default]
    All,
    /// What the resource sets of the caller's custom roles hold.
    Held(Vec<Reach>),
}

/// A resource of a set.
pub struct Reach {
    /// `groups/00g.../users`, part by part.
    parts: Vec<String>,
    /// What is left out of it by its conditions.
    left_out: Vec<Vec<String>>,
}

impl Sight {
    /// What the custom roles of somebody, or of the groups a user is in, open of an endpoint; nothing where it is
    /// closed.
    pub fn of(org: &Org, who: Id, method: &Method, path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let wanted = needed(method, &parts);
        let mut held = Vec::new();
        for member in assigned(org, who) {
            let Some((role, set)) = role_bindings::ends(org, member) else {
                continue;
            };
            let all = role.get("permissions").as_array().into_iter().flatten();
            let mut own = all.filter_map(|permission| permission["label"].as_str()?.strip_prefix("okta."));
            if own.any(|permission| wanted.contains(&permission)) {
                held.extend(org.records_at(&format!("{}/resources", set.path())).map(Reach::of));
            }
        }
        let is_open = held.iter().any(|reach| reach.covers(org, &parts));
        is_open.then_some(Self::Held(held))
    }

    /// Whether a user is seen.
    pub fn has_user(&self, org: &Org, user: &User) -> bool {
        self.covers(org, &["users", user.id.as_str()])
    }

    /// Whether a group is seen.
    pub fn has_group(&self, org: &Org, group: &Group) -> bool {
        self.covers(org, &["groups", group.id.as_str()])
    }

    /// Whether an app is seen.
    pub fn has_app(&self, org: &Org, app: &App) -> bool {
        self.covers(org, &["apps", app.id.as_str()])
    }

    fn covers(&self, org: &Org, path: &[&str]) -> bool {
        match self {
            Self::All => true,
            Self::Held(held) => held.iter().any(|reach| reach.covers(org, path)),
        }
    }
}

impl Reach {
    fn of(resource: &Record) -> Self {
        let left_out = names(&resource.get("conditions")["Exclude"]["okta:ORN"]);
        Self {
            parts: parts(resource.text("orn")),
            left_out: left_out.map(parts).collect(),
        }
    }

    fn covers(&self, org: &Org, path: &[&str]) -> bool {
        // A list is there even where some of it is left out.
        let is_left_out = path.len() > 1 && self.left_out.iter().any(|parts| is_about(org, path, parts));
        is_about(org, path, &self.parts) && !is_left_out
    }
}

/// The fifth part of `orn:okta:directory:00o...:users:00u...` is where the resource itself starts.
fn parts(orn: &str) -> Vec<String> {
    orn.split(':').skip(4).map(str::to_owned).collect()
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

/// Whether a path is about a resource, or about something it holds.
fn is_about(org: &Org, path: &[&str], resource: &[String]) -> bool {
    let resource: Vec<&str> = resource.iter().map(String::as_str).collect();
    match (path, resource.as_slice()) {
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
}

fn is_in(org: &Org, name: &str, group: &str) -> bool {
    let user = users::find(org, name).ok().and_then(|user| org.users.get(user));
    user.is_some_and(|user| user.groups.iter().any(|id| id.as_str() == group))
}
