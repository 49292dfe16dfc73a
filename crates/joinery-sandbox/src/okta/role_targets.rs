//! What an assigned admin role is limited to: groups and apps.

use axum::http::Method;
use serde_json::{Value, json};

use super::Route;
use super::apps;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::groups;
use super::ids::{Id, Kind};
use super::oauth;
use super::paging::{self, Limits};
use super::record::Record;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "users/{}/roles/{}/targets/groups", list_groups),
    Route(Method::PUT, "users/{}/roles/{}/targets/groups/{}", add_group),
    Route(Method::DELETE, "users/{}/roles/{}/targets/groups/{}", remove_group),
    Route(Method::GET, "users/{}/roles/{}/targets/catalog/apps", list_apps),
    Route(Method::PUT, "users/{}/roles/{}/targets/catalog/apps", add_all_apps),
    Route(Method::PUT, "users/{}/roles/{}/targets/catalog/apps/{}", add_app),
    Route(Method::DELETE, "users/{}/roles/{}/targets/catalog/apps/{}", remove_app),
    Route(
        Method::PUT,
        "users/{}/roles/{}/targets/catalog/apps/{}/{}",
        add_instance,
    ),
    Route(
        Method::DELETE,
        "users/{}/roles/{}/targets/catalog/apps/{}/{}",
        remove_instance,
    ),
    Route(Method::GET, "groups/{}/roles/{}/targets/groups", list_groups),
    Route(Method::PUT, "groups/{}/roles/{}/targets/groups/{}", add_group),
    Route(Method::DELETE, "groups/{}/roles/{}/targets/groups/{}", remove_group),
    Route(Method::GET, "groups/{}/roles/{}/targets/catalog/apps", list_apps),
    Route(Method::PUT, "groups/{}/roles/{}/targets/catalog/apps/{}", add_app),
    Route(Method::DELETE, "groups/{}/roles/{}/targets/catalog/apps/{}", remove_app),
    Route(
        Method::PUT,
        "groups/{}/roles/{}/targets/catalog/apps/{}/{}",
        add_instance,
    ),
    Route(
        Method::DELETE,
        "groups/{}/roles/{}/targets/catalog/apps/{}/{}",
        remove_instance,
    ),
];

const LIMITS: Limits = Limits { default: 20, most: 200 };
const TARGET: Kind = Kind::Record(b"rtg");
/// The roles that can be limited to groups.
const FOR_GROUPS: [&str; 3] = ["USER_ADMIN", "HELP_DESK_ADMIN", "GROUP_MEMBERSHIP_ADMIN"];

/// Where the targets of a kind are kept, for the role that a path names.
fn place(org: &Org, call: &Call<'_>, kind: &str) -> Result<String, Problem> {
    let (id, role) = oauth::assigned_role(org, call)?;
    if kind == "groups" && !FOR_GROUPS.contains(&role) || kind == "apps" && role != "APP_ADMIN" {
        let summary = "The provided role type was not the same as required role type.";
        return Err(Problem::new(400, "E0000091", summary));
    }
    Ok(format!("roles/{id}/targets/{kind}"))
}

fn page(call: &Call<'_>, list: &[Value]) -> Answer {
    Ok(paging::link(Reply::json(list), call, LIMITS.of(call)?, None))
}

fn list_groups(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let targets = place(&org, call, "groups")?;
    let groups = org
        .records_at(&targets)
        .filter_map(|it| org.groups.get(&Id::parse(it.text("target"))?));
    let list: Vec<Value> = groups.map(|group| json!(group.shown(call.state.url()))).collect();
    page(call, &list)
}

fn list_apps(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let targets = place(&org, call, "apps")?;
    let shown = |target: &Record| {
        let Some(id) = Id::parse(target.text("target")) else {
            let name = target.get("target");
            return Some(json!({"name": name, "displayName": name, "status": "ACTIVE"}));
        };
        let app = org.apps.get(&id)?;
        let href = format!("{}/api/v1/apps/{id}", call.state.url());
        let status = if app.active { "ACTIVE" } else { "INACTIVE" };
        Some(json!({"name": app.label, "status": status, "id": id, "_links": {"self": {"href": href}}}))
    };
    let list: Vec<Value> = org.records_at(&targets).filter_map(shown).collect();
    page(call, &list)
}

fn add(org: &mut Org, call: &Call<'_>, place: &str, target: &str) -> Reply {
    if !org.records_at(place).any(|it| it.text("target") == target) {
        let fields = json!({"target": target});
        let id = org.ids.next(TARGET);
        org.add_record(Record::new(
            id,
            place,
            call.now,
            fields.as_object().cloned().unwrap_or_default(),
        ));
        oauth::note_role_change(org, call);
    }
    Reply::no_content()
}

fn remove(org: &mut Org, call: &Call<'_>, place: &str, target: &str) -> Answer {
    let found = org
        .records_at(place)
        .find(|it| it.text("target") == target)
        .map(|it| it.id);
    let found = found.ok_or_else(|| Problem::not_found(target, "RoleTarget"))?;
    org.drop_record(found);
    oauth::note_role_change(org, call);
    Ok(Reply::no_content())
}

fn add_group(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let place = place(&org, call, "groups")?;
    let group = groups::find(&org, call.part(2))?.id;
    Ok(add(&mut org, call, &place, group.as_str()))
}

fn remove_group(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let place = place(&org, call, "groups")?;
    remove(&mut org, call, &place, call.part(2))
}

/// A role without targets is for all apps.
fn add_all_apps(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let place = place(&org, call, "apps")?;
    org.records.retain(|_, it| it.place != place);
    oauth::note_role_change(&mut org, call);
    Ok(Reply::no_content().with_status(200))
}

/// An app of the catalogue takes the place of its instances.
fn add_app(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let place = place(&org, call, "apps")?;
    let instances: Vec<Id> = org
        .apps
        .values()
        .filter(|app| app.name == call.part(2))
        .map(|app| app.id)
        .collect();
    let is_instance = |it: &Record| instances.iter().any(|id| it.text("target") == id.as_str());
    org.records.retain(|_, it| it.place != place || !is_instance(it));
    Ok(add(&mut org, call, &place, call.part(2)))
}

fn remove_app(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let place = place(&org, call, "apps")?;
    remove(&mut org, call, &place, call.part(2))
}

fn add_instance(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let place = place(&org, call, "apps")?;
    let app = apps::find(&org, call.part(3))?.id;
    Ok(add(&mut org, call, &place, app.as_str()))
}

fn remove_instance(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let place = place(&org, call, "apps")?;
    remove(&mut org, call, &place, call.part(3))
}
