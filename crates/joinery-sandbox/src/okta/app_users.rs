//! Who has an app: its users. Its groups are in `app_groups`.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::app::{App, Assignment};
use super::apps::find;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::{EventKind, Party, kinds};
use super::ids::Id;
use super::paging::{self, Limits};
use super::user::{Status, User};
use super::{app_schema, users};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "apps/{}/users", list),
    Route(Method::POST, "apps/{}/users", assign),
    Route(Method::GET, "apps/{}/users/{}", get),
    Route(Method::POST, "apps/{}/users/{}", update),
    Route(Method::DELETE, "apps/{}/users/{}", unassign),
    Route(Method::GET, "users/{}/appLinks", app_links),
];

const LIMITS: Limits = Limits { default: 50, most: 500 };

/// What a user has in an app, as Okta shows it; nothing where the user does not have it.
pub fn shown(app: &App, user: &User, url: &str) -> Option<Value> {
    let by_group;
    let (scope, assignment) = if let Some(assignment) = app.users.get(&user.id) {
        ("USER", assignment)
    } else {
        let group = app.group_of(user)?;
        by_group = Assignment {
            created: group.last_updated,
            last_updated: group.last_updated,
            user_name: user.login().to_owned(),
            password_changed: None,
            profile: group.profile.clone(),
        };
        ("GROUP", &by_group)
    };
    let path = format!("{url}/api/v1");
    let mut profile = app_schema::mapped(app, user);
    profile.extend(assignment.profile.clone());
    Some(json!({
        "id": user.id,
        "externalId": null,
        "created": assignment.created,
        "lastUpdated": assignment.last_updated,
        "scope": scope,
        "status": "ACTIVE",
        "statusChanged": assignment.created,
        "passwordChanged": assignment.password_changed,
        "syncState": "DISABLED",
        "credentials": {"userName": assignment.user_name},
        "profile": profile,
        "_links": {
            "app": {"href": format!("{path}/apps/{}", app.id)},
            "user": {"href": format!("{path}/users/{}", user.id)},
        },
    }))
}

fn list(call: &Call<'_>) -> Answer {
    let limit = LIMITS.of(call)?;
    let after = match call.query.filled("after") {
        Some(cursor) => Some(Id::parse(cursor).ok_or_else(Problem::cursor)?),
        None => None,
    };
    let org = call.state.read();
    let app = find(&org, call.part(0))?;
    let (url, start) = (call.state.url(), call.query.filled("q").map(str::to_lowercase));
    let expand = call.query.get("expand") == Some("user");
    let mut found: Vec<&User> = app
        .all_users(&org)
        .into_iter()
        .filter(|id| after.is_none_or(|after| *id > after))
        .filter_map(|id| org.users.get(id))
        .filter(|user| {
            let starts = |start: &String| {
                ["firstName", "lastName", "email", "login"]
                    .iter()
                    .any(|name| user.profile.text(name).to_lowercase().starts_with(start))
            };
            start.as_ref().is_none_or(starts)
        })
        .take(limit + 1)
        .collect();
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|user| user.id.to_string());
    let mut list = Vec::with_capacity(found.len());
    for user in found {
        let Some(mut item) = shown(app, user, url) else {
            continue;
        };
        if expand {
            item["_embedded"] = json!({"user": user.shown(org.schema(user.type_id), url, false)});
        }
        list.push(item);
    }
    Ok(paging::link(Reply::json(&list), call, limit, next.as_deref()))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let app = find(&org, call.part(0))?;
    answer(&org, app, call, call.part(1))
}

fn answer(org: &Org, app: &App, call: &Call<'_>, name: &str) -> Answer {
    let user = users::find(org, name).ok().and_then(|id| org.users.get(id));
    let found = user.and_then(|user| shown(app, user, call.state.url()));
    found
        .map(|found| Reply::json(&found))
        .ok_or_else(|| Problem::not_found(name, "AppUser"))
}

fn assign(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let name = body.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    set(call, &body, &name, true)
}

fn update(call: &Call<'_>) -> Answer {
    set(call, &call.object()?, call.part(1), false)
}

fn set(call: &Call<'_>, body: &Map<String, Value>, name: &str, new: bool) -> Answer {
    let mut org = call.state.write();
    let app = find(&org, call.part(0))?;
    let app_id = app.id;
    let user = users::find(&org, name)?;
    let Some(user) = org.users.get(user) else {
        return Err(Problem::not_found(name, "User"));
    };
    let id = user.id;
    if user.status == Status::Deprovisioned || !app.active {
        let summary = "Cannot assign apps or update app profiles for an inactive user.";
        return Err(Problem::new(403, "E0000117", summary));
    }
    if new && app.users.contains_key(&id) {
        let summary = "The specified user is already assigned to the application.";
        return Err(Problem::new(409, "E0000062", summary));
    }
    if !new && !app.has_user(user) {
        return Err(Problem::not_found(name, "AppUser"));
    }
    let now = call.now.whole_seconds();
    let mut assignment = app.users.get(&id).cloned().unwrap_or_else(|| Assignment {
        created: now,
        last_updated: now,
        user_name: user.login().to_owned(),
        password_changed: None,
        profile: Map::new(),
    });
    assignment.last_updated = now;
    if let Some(credentials) = body.get("credentials") {
        if let Some(name) = credentials["userName"].as_str() {
            name.clone_into(&mut assignment.user_name);
        }
        if credentials["password"]["value"].is_string() {
            assignment.password_changed = Some(now);
        }
    }
    for (key, value) in body.get("profile").and_then(Value::as_object).into_iter().flatten() {
        assignment.profile.insert(key.clone(), value.clone());
    }
    let mut added = false;
    if let Some(app) = org.apps.get_mut(&app_id) {
        added = app.users.insert(id, assignment).is_none();
    }
    if added {
        record(&mut org, call, kinds::APP_USER_ADD, app_id, Some(id), None);
    }
    answer(&org, find(&org, app_id.as_str())?, call, id.as_str())
}

fn unassign(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let app = find(&org, call.part(0))?.id;
    let user = users::find(&org, call.part(1))?;
    let removed = org.apps.get_mut(&app).and_then(|app| app.users.remove(&user));
    if removed.is_none() {
        return Err(Problem::not_found(call.part(1), "AppUser"));
    }
    record(&mut org, call, kinds::APP_USER_REMOVE, app, Some(user), None);
    Ok(Reply::no_content())
}

/// Writes into the log who got an app or lost it.
pub fn record(org: &mut Org, call: &Call<'_>, kind: EventKind, app: Id, user: Option<Id>, group: Option<Id>) {
    let parties = [
        user.and_then(|id| org.users.get(id)).map(Party::from),
        group.and_then(|id| org.groups.get(&id)).map(Party::from),
        org.apps.get(&app).map(Party::from),
    ];
    org.record(call, kind, parties.into_iter().flatten().collect());
}

fn app_links(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let id = users::find(&org, call.part(0))?;
    let user = org.users.get(id);
    let apps = org.apps.values().filter(|app| app.active);
    let links: Vec<Value> = apps
        .filter(|app| user.is_some_and(|user| app.has_user(user)))
        .enumerate()
        .map(|(place, app)| {
            json!({
                "id": id, "label": app.label, "linkUrl": app.home(call.state.url()),
                "logoUrl": app.logo(call.state.url()).0,
                "appName": app.name, "appInstanceId": app.id, "appAssignmentId": id,
                "credentialsSetup": false, "hidden": false, "sortOrder": place,
            })
        })
        .collect();
    Ok(Reply::json(&links))
}
