//! Who is an admin, and what each role of a user reaches: the two lists over all roles, standard and custom.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::roles::Role;
use crate::okta::Route;
use crate::okta::call::{Answer, Call, Reply};
use crate::okta::errors::Problem;
use crate::okta::ids::Id;
use crate::okta::paging::Limits;
use crate::okta::record::Record;
use crate::okta::resource_sets::orn;
use crate::okta::{role_bindings, users};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "iam/assignees/users", list_users),
    Route(Method::GET, "users/{}/roles/{}/targets", list_targets),
    Route(Method::GET, "users/{}/roles/{}/governance", list_grants),
    Route(Method::GET, "users/{}/roles/{}/governance/{}", no_grant),
    Route(Method::GET, "users/{}/roles/{}/governance/{}/resources", no_grant),
];

const LIMITS: Limits = Limits {
    default: 100,
    most: 100,
};

/// The users with roles of their own.
fn list_users(call: &Call<'_>) -> Answer {
    let limit = LIMITS.of(call)?;
    let org = call.state.read();
    let after = call
        .query
        .filled("after")
        .map(|cursor| Id::parse(cursor).ok_or_else(Problem::cursor));
    let after = after.transpose()?;
    let is_admin = |id: Id| {
        let standard = org.oauth.roles.get(&id).is_some_and(|held| !held.is_empty());
        id == org.owner || standard || role_bindings::assigned(&org, id).next().is_some()
    };
    let mut found: Vec<Id> = org
        .users
        .after(after)
        .map(|user| user.id)
        .filter(|id| is_admin(*id))
        .take(limit + 1)
        .collect();
    let url = call.state.url();
    let mut links = Map::new();
    if found.len() > limit {
        found.truncate(limit);
        let last = found.last().map(Id::as_str).unwrap_or_default();
        let next = format!("{url}/api/v1/iam/assignees/users?after={last}&limit={limit}");
        links.insert("next".into(), json!({"href": next}));
    }
    let shown = |id: &Id| {
        let at = format!("{url}/api/v1/users/{id}");
        let roles = format!("{at}/roles");
        json!({"id": id, "orn": orn(&org, &at), "_links": {"self": {"href": at}, "roles": {"href": roles}}})
    };
    let value: Vec<Value> = found.iter().map(shown).collect();
    Ok(Reply::json(&json!({"value": value, "_links": links})))
}

/// What a user's role reaches, held by the user itself or by a group.
fn list_targets(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let who = users::find(&org, call.part(0))?;
    let groups = org.users.get(who).into_iter().flat_map(|user| &user.groups);
    let holders = std::iter::once(("USER", who)).chain(groups.map(|group| ("GROUP", *group)));
    let wanted = call.query.filled("assignmentType");
    let (mut targets, mut is_held) = (Vec::new(), false);
    for (kind, holder) in holders.filter(|(kind, _)| wanted.is_none_or(|wanted| wanted == *kind)) {
        let standard = org.oauth.roles.get(&holder).into_iter().flatten();
        for role in standard.filter(|role| [role.id.as_str(), role.kind].contains(&call.part(1))) {
            is_held = true;
            targets.extend(targets_of(&org, role, call.state.url()).map(|target| shown(kind, target)));
        }
        for member in role_bindings::assigned(&org, holder) {
            let Some((role, set)) = role_bindings::ends(&org, member) else {
                continue;
            };
            if [role.id.as_str(), member.id.as_str()].contains(&call.part(1)) {
                is_held = true;
                let place = format!("{}/resources", set.path());
                targets.extend(org.records_at(&place).map(|resource| shown(kind, target_of(resource))));
            }
        }
    }
    if is_held {
        Ok(Reply::json(&targets))
    } else {
        Err(Problem::not_found(call.part(1), "Role"))
    }
}

/// Every role of the sandbox was assigned by an admin: governance granted none.
fn list_grants(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let who = users::find(&org, call.part(0))?;
    let standard = org.oauth.roles.get(&who).into_iter().flatten();
    let custom = role_bindings::assigned(&org, who).map(|member| member.id.as_str());
    if !standard
        .map(|role| role.id.as_str())
        .chain(custom)
        .any(|id| id == call.part(1))
    {
        return Err(Problem::not_found(call.part(1), "Role"));
    }
    let at = format!("{}/api/v1/users/{who}", call.state.url());
    let own = format!("{at}/roles/{}/governance", call.part(1));
    let links = json!({"assignee": {"href": at}, "self": {"href": own}});
    Ok(Reply::json(&json!({"grants": [], "_links": links})))
}

fn no_grant(call: &Call<'_>) -> Answer {
    list_grants(call)?;
    Err(Problem::not_found(call.part(2), "Grant"))
}

/// A target's name that is the same in every cell of Okta, and where to find it.
type Target = (String, Option<String>);

fn targets_of<'o>(org: &'o Org, role: &'o Role, url: &'o str) -> impl Iterator<Item = Target> + 'o {
    let groups = role.groups.iter().map(move |group| {
        let at = format!("{url}/api/v1/groups/{group}");
        (orn(org, &at), Some(at))
    });
    let apps = role.apps.iter().map(move |(name, app)| {
        let (end, at) = if let Some(id) = app {
            (format!("{name}/{id}"), format!("{url}/api/v1/apps/{id}"))
        } else {
            let at = format!("{url}/api/v1/apps?filter=name+eq+%22{name}%22");
            (name.clone(), at)
        };
        (orn(org, &format!("{url}/api/v1/apps/{end}")), Some(at))
    });
    groups.chain(apps)
}

fn target_of(resource: &Record) -> Target {
    (
        resource.text("orn").to_owned(),
        resource.get("href").as_str().map(str::to_owned),
    )
}

fn shown(kind: &str, (orn, href): Target) -> Value {
    let links = href.map_or_else(|| json!({}), |href| json!({"self": {"href": href}}));
    json!({"orn": orn, "assignmentType": kind, "_links": links})
}
