//! Which groups have an app.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::app::{App, GroupAssignment};
use super::app_users::record;
use super::apps::find;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::kinds;
use super::groups;
use super::ids::Id;
use super::paging::{self, Limits};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "apps/{}/groups", list),
    Route(Method::GET, "apps/{}/groups/{}", get),
    Route(Method::PUT, "apps/{}/groups/{}", assign),
    Route(Method::PATCH, "apps/{}/groups/{}", change),
    Route(Method::DELETE, "apps/{}/groups/{}", unassign),
    Route(Method::GET, "groups/{}/apps", apps_of_group),
];

const LIMITS: Limits = Limits { default: 20, most: 200 };

fn shown(app: &App, id: Id, group: &GroupAssignment, url: &str) -> Value {
    let path = format!("{url}/api/v1");
    json!({
        "id": id,
        "lastUpdated": group.last_updated,
        "priority": group.priority,
        "profile": group.profile,
        "_links": {
            "app": {"href": format!("{path}/apps/{}", app.id)},
            "self": {"href": format!("{path}/apps/{}/groups/{id}", app.id)},
            "group": {"href": format!("{path}/groups/{id}")},
        },
    })
}

fn list(call: &Call<'_>) -> Answer {
    let limit = LIMITS.of(call)?;
    let org = call.state.read();
    let app = find(&org, call.part(0))?;
    let mut groups: Vec<_> = app.groups.iter().collect();
    groups.sort_by_key(|(_, group)| group.priority);
    let start = match call.query.filled("after") {
        None => 0,
        Some(cursor) => {
            let last = groups.iter().position(|(id, _)| id.as_str() == cursor);
            last.ok_or_else(Problem::cursor)? + 1
        }
    };
    let rest = &groups[start..];
    let page = &rest[..rest.len().min(limit)];
    let next = page.last().filter(|_| rest.len() > limit).map(|(id, _)| id.to_string());
    let list: Vec<Value> = page
        .iter()
        .map(|(id, group)| expanded(&org, app, **id, group, call))
        .collect();
    Ok(paging::link(Reply::json(&list), call, limit, next.as_deref()))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let app = find(&org, call.part(0))?;
    let group = groups::find(&org, call.part(1))?.id;
    let found = app.groups.get(&group);
    let found = found.ok_or_else(|| Problem::not_found(call.part(1), "ApplicationGroupAssignment"))?;
    Ok(Reply::json(&expanded(&org, app, group, found, call)))
}

/// With the group itself, where the caller asks for it.
fn expanded(org: &Org, app: &App, id: Id, assignment: &GroupAssignment, call: &Call<'_>) -> Value {
    let mut shown = shown(app, id, assignment, call.state.url());
    let wanted = call.query.get("expand") == Some("group");
    if let Some(group) = org.groups.get(&id).filter(|_| wanted) {
        shown["_embedded"] = json!({"group": group.shown(call.state.url())});
    }
    shown
}

/// A change by JSON Patch: of the priority, or of attributes of the profile.
fn change(call: &Call<'_>) -> Answer {
    let steps: Vec<Value> = serde_json::from_slice(call.body).map_err(|_| Problem::malformed())?;
    let mut org = call.state.write();
    let app = find(&org, call.part(0))?.id;
    let group = groups::find(&org, call.part(1))?.id;
    let missing = || Problem::not_found(call.part(1), "ApplicationGroupAssignment");
    let place = org.apps.get_mut(&app).and_then(|app| app.groups.get_mut(&group));
    let place = place.ok_or_else(missing)?;
    let mut changed = place.clone();
    for step in &steps {
        let path = step["path"].as_str().unwrap_or_default();
        match (step["op"].as_str(), path.strip_prefix("/profile/")) {
            (Some("remove"), Some(name)) => drop(changed.profile.shift_remove(name)),
            (Some("add" | "replace"), Some(name)) => drop(changed.profile.insert(name.into(), step["value"].clone())),
            (Some("add" | "replace"), None) if path == "/priority" => {
                changed.priority = step["value"].as_u64().ok_or_else(Problem::malformed)?;
            }
            _ => {
                let cause = format!("path: '{path}' cannot be changed by this operation");
                return Err(Problem::validation("path", vec![cause]));
            }
        }
    }
    changed.last_updated = call.now.whole_seconds();
    *place = changed;
    get_assigned(&org, call, app, group)
}

fn assign(call: &Call<'_>) -> Answer {
    let body = if call.body.is_empty() {
        Map::new()
    } else {
        call.object()?
    };
    let mut org = call.state.write();
    let app = find(&org, call.part(0))?.id;
    let group = groups::find(&org, call.part(1))?.id;
    let mut added = false;
    if let Some(app) = org.apps.get_mut(&app) {
        let old = app.groups.get(&group);
        let priority = body.get("priority").and_then(Value::as_u64);
        let assignment = GroupAssignment {
            last_updated: call.now.whole_seconds(),
            priority: priority.unwrap_or_else(|| old.map_or(app.groups.len() as u64, |old| old.priority)),
            profile: body
                .get("profile")
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default(),
        };
        added = app.groups.insert(group, assignment).is_none();
    }
    if added {
        record(&mut org, call, kinds::APP_GROUP_ADD, app, None, Some(group));
    }
    get_assigned(&org, call, app, group)
}

fn get_assigned(org: &Org, call: &Call<'_>, app: Id, group: Id) -> Answer {
    let app = find(org, app.as_str())?;
    let found = app
        .groups
        .get(&group)
        .ok_or_else(|| Problem::not_found(group.as_str(), "ApplicationGroupAssignment"))?;
    Ok(Reply::json(&shown(app, group, found, call.state.url())))
}

fn unassign(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let app = find(&org, call.part(0))?.id;
    let group = groups::find(&org, call.part(1))?.id;
    let removed = org.apps.get_mut(&app).and_then(|app| app.groups.remove(&group));
    if removed.is_none() {
        return Err(Problem::not_found(call.part(1), "ApplicationGroupAssignment"));
    }
    record(&mut org, call, kinds::APP_GROUP_REMOVE, app, None, Some(group));
    Ok(Reply::no_content())
}

fn apps_of_group(call: &Call<'_>) -> Answer {
    let limit = LIMITS.of(call)?;
    let after = match call.query.filled("after") {
        Some(cursor) => Some(Id::parse(cursor).ok_or_else(Problem::cursor)?),
        None => None,
    };
    let org = call.state.read();
    let group = groups::find(&org, call.part(0))?.id;
    let mut found: Vec<&App> = org
        .apps
        .values()
        .filter(|app| app.groups.contains_key(&group) && after.is_none_or(|after| app.id > after))
        .take(limit + 1)
        .collect();
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|app| app.id.to_string());
    let list: Vec<Value> = found.iter().map(|app| app.shown(call.state.url())).collect();
    Ok(paging::link(Reply::json(&list), call, limit, next.as_deref()))
}
