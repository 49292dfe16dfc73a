//! What an admin role is limited to: some groups, or some apps.

use axum::http::Method;
use serde_json::{Value, json};

use super::roles::{self, Role};
use crate::okta::Route;
use crate::okta::call::{Answer, Call, Reply};
use crate::okta::errors::Problem;
use crate::okta::ids::Id;
use crate::okta::paging::{self, Limits};
use crate::okta::{apps, groups};
use crate::state::Org;

/// What this file answers below `/api/v1`.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "users/{}/roles/{}/targets/groups", list_groups),
    Route(Method::PUT, "users/{}/roles/{}/targets/groups/{}", add_group),
    Route(Method::DELETE, "users/{}/roles/{}/targets/groups/{}", remove_group),
    Route(Method::GET, "users/{}/roles/{}/targets/catalog/apps", list_apps),
    Route(Method::PUT, "users/{}/roles/{}/targets/catalog/apps", all_apps),
    Route(Method::PUT, "users/{}/roles/{}/targets/catalog/apps/{}", add_app),
    Route(Method::DELETE, "users/{}/roles/{}/targets/catalog/apps/{}", remove_app),
    Route(Method::PUT, "users/{}/roles/{}/targets/catalog/apps/{}/{}", add_app),
    Route(
        Method::DELETE,
        "users/{}/roles/{}/targets/catalog/apps/{}/{}",
        remove_app,
    ),
    Route(Method::GET, "groups/{}/roles/{}/targets/groups", list_groups),
    Route(Method::PUT, "groups/{}/roles/{}/targets/groups/{}", add_group),
    Route(Method::DELETE, "groups/{}/roles/{}/targets/groups/{}", remove_group),
    Route(Method::GET, "groups/{}/roles/{}/targets/catalog/apps", list_apps),
    Route(Method::PUT, "groups/{}/roles/{}/targets/catalog/apps/{}", add_app),
    Route(Method::DELETE, "groups/{}/roles/{}/targets/catalog/apps/{}", remove_app),
    Route(Method::PUT, "groups/{}/roles/{}/targets/catalog/apps/{}/{}", add_app),
    Route(
        Method::DELETE,
        "groups/{}/roles/{}/targets/catalog/apps/{}/{}",
        remove_app,
    ),
];
/// What it answers below the root.
pub const CLIENT_ROUTES: &[Route] = &[
    Route(Method::GET, "oauth2/v1/clients/{}/roles/{}/targets/groups", list_groups),
    Route(
        Method::PUT,
        "oauth2/v1/clients/{}/roles/{}/targets/groups/{}",
        add_group,
    ),
    Route(
        Method::DELETE,
        "oauth2/v1/clients/{}/roles/{}/targets/groups/{}",
        remove_group,
    ),
    Route(
        Method::GET,
        "oauth2/v1/clients/{}/roles/{}/targets/catalog/apps",
        list_apps,
    ),
    Route(
        Method::PUT,
        "oauth2/v1/clients/{}/roles/{}/targets/catalog/apps/{}",
        add_app,
    ),
    Route(
        Method::DELETE,
        "oauth2/v1/clients/{}/roles/{}/targets/catalog/apps/{}",
        remove_app,
    ),
    Route(
        Method::PUT,
        "oauth2/v1/clients/{}/roles/{}/targets/catalog/apps/{}/{}",
        add_app,
    ),
    Route(
        Method::DELETE,
        "oauth2/v1/clients/{}/roles/{}/targets/catalog/apps/{}/{}",
        remove_app,
    ),
];

/// Recorded answers to `limit=200` say that the limit is 20.
const LIMITS: Limits = Limits { default: 20, most: 20 };
/// The roles that can be limited to groups.
const BY_GROUP: &[&str] = &["USER_ADMIN", "HELP_DESK_ADMIN", "GROUP_MEMBERSHIP_ADMIN"];
/// The roles that can be limited to apps.
const BY_APP: &[&str] = &["APP_ADMIN"];

/// The role of a path, where it is of a kind that can be limited in this way.
fn limited<'o>(org: &'o Org, call: &Call<'_>, kinds: &[&str]) -> Result<(Id, &'o Role), Problem> {
    let found = roles::find(org, call)?;
    if kinds.contains(&found.1.kind) {
        return Ok(found);
    }
    let summary = "The provided role type was not the same as required role type.";
    Err(Problem::new(400, "E0000091", summary))
}

/// Changes the role of a path.
fn change(org: &mut Org, who: Id, role: &str, change: impl FnOnce(&mut Role)) {
    let held = org.oauth.roles.get_mut(&who).into_iter().flatten();
    if let Some(role) = held.into_iter().find(|held| held.id == role) {
        change(role);
    }
}

/// A role that loses its last target would be limited to nothing and so open everything.
fn last_one() -> Problem {
    let cause = "The last target of a role cannot be removed; remove the role instead";
    Problem::validation("target", vec![cause.into()])
}

fn list_groups(call: &Call<'_>) -> Answer {
    let limit = LIMITS.of(call)?;
    let org = call.state.read();
    let (_, role) = limited(&org, call, BY_GROUP)?;
    let mut found: Vec<Id> = role.groups.clone();
    found.sort_unstable();
    if let Some(cursor) = call.query.filled("after") {
        let after = Id::parse(cursor).ok_or_else(Problem::cursor)?;
        found.retain(|id| *id > after);
    }
    let shown = &found[..found.len().min(limit)];
    let next = shown.last().filter(|_| found.len() > limit).map(Id::as_str);
    let list = shown_groups(&org, shown, call.state.url());
    Ok(paging::link(Reply::json(&list), call, limit, next))
}

fn add_group(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let (who, role) = limited(&org, call, BY_GROUP)?;
    let (role, group) = (role.id.clone(), groups::find(&org, call.part(2))?.id);
    change(&mut org, who, &role, |role| {
        if !role.groups.contains(&group) {
            role.groups.push(group);
        }
    });
    Ok(Reply::no_content())
}

fn remove_group(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let (who, role) = limited(&org, call, BY_GROUP)?;
    let group = groups::find(&org, call.part(2))?.id;
    if role.groups == [group] {
        return Err(last_one());
    }
    let role = role.id.clone();
    change(&mut org, who, &role, |role| role.groups.retain(|own| *own != group));
    Ok(Reply::no_content())
}

fn list_apps(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let (_, role) = limited(&org, call, BY_APP)?;
    let list = shown_apps(&org, role, call.state.url());
    Ok(paging::link(Reply::json(&list), call, LIMITS.default, None))
}

fn shown_groups(org: &Org, groups: &[Id], url: &str) -> Vec<Value> {
    let groups = groups.iter().filter_map(|id| org.groups.get(id));
    groups.map(|group| json!(group.shown(url))).collect()
}

fn shown_apps(org: &Org, role: &Role, url: &str) -> Vec<Value> {
    role.apps
        .iter()
        .filter_map(|(name, app)| match app {
            // One app goes by its label here.
            Some(id) => org.apps.get(id).map(|app| {
                let path = format!("{url}/api/v1/apps/{id}");
                let status = if app.active { "ACTIVE" } else { "INACTIVE" };
                json!({"name": app.label, "status": status, "id": id, "_links": {"self": {"href": path}}})
            }),
            None => Some(json!({
                "name": name, "displayName": name, "description": null, "status": "ACTIVE", "lastUpdated": null,
                "category": null, "verificationStatus": "OKTA_VERIFIED", "website": null, "signOnModes": [],
                "_links": {"self": {"href": format!("{url}/api/v1/catalog/apps/{name}")}},
            })),
        })
        .collect()
}

/// Adds the targets of a role to it, where the list of roles is to be expanded by their kind.
pub fn embed(org: &Org, role: &Role, expand: &str, url: &str, shown: &mut Value) {
    shown["_embedded"] = match expand {
        "targets/groups" => json!({"targets": {"groups": shown_groups(org, &role.groups, url)}}),
        "targets/catalog/apps" => json!({"targets": {"catalog": {"apps": shown_apps(org, role, url)}}}),
        _ => return,
    };
}

/// The app a path names: all of a name, or one.
fn app(org: &Org, call: &Call<'_>) -> Result<(String, Option<Id>), Problem> {
    let name = call.part(2).to_owned();
    if call.parts.len() < 4 {
        return Ok((name, None));
    }
    let app = apps::find(org, call.part(3))?;
    if app.name == name {
        Ok((name, Some(app.id)))
    } else {
        Err(Problem::not_found(call.part(3), "AppInstance"))
    }
}

/// Takes every limit away.
fn all_apps(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let (who, role) = limited(&org, call, BY_APP)?;
    let role = role.id.clone();
    change(&mut org, who, &role, |role| role.apps.clear());
    Ok(Reply::empty_object())
}

fn add_app(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let (who, role) = limited(&org, call, BY_APP)?;
    let (role, app) = (role.id.clone(), app(&org, call)?);
    change(&mut org, who, &role, |role| {
        // All apps of a name take the place of single ones.
        role.apps
            .retain(|(name, one)| *name != app.0 || one.is_some() && app.1.is_some());
        if !role.apps.contains(&app) {
            role.apps.push(app);
        }
    });
    Ok(Reply::no_content())
}

fn remove_app(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let (who, role) = limited(&org, call, BY_APP)?;
    let gone = app(&org, call)?;
    if role.apps.len() == 1 && role.apps.contains(&gone) {
        return Err(last_one());
    }
    let role = role.id.clone();
    change(&mut org, who, &role, |role| role.apps.retain(|own| *own != gone));
    Ok(Reply::no_content())
}
