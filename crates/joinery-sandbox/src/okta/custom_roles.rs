//! Admin roles of an org's own: a name and what it permits. Who has one is in
//! `role_bindings`, what it opens in `role_permissions`.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::ids::{Id, Kind};
use super::labelled;
use super::record::Record;
use super::resource::{self, Events, Place, Resource};
use super::shape::{fault, names};
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "iam/roles", list),
    Route(Method::POST, "iam/roles", labelled::create::<CustomRoles>),
    Route(Method::GET, "iam/roles/{}", labelled::get::<CustomRoles>),
    Route(Method::PUT, "iam/roles/{}", labelled::replace::<CustomRoles>),
    Route(Method::DELETE, "iam/roles/{}", resource::delete::<CustomRoles>),
    Route(Method::GET, "iam/roles/{}/permissions", list_permissions),
    Route(Method::GET, "iam/roles/{}/permissions/{}", get_permission),
    Route(Method::POST, "iam/roles/{}/permissions/{}", add_permission),
    Route(Method::PUT, "iam/roles/{}/permissions/{}", replace_permission),
    Route(Method::DELETE, "iam/roles/{}/permissions/{}", remove_permission),
];

/// Custom admin roles.
pub struct CustomRoles;

const UPDATE: EventKind = EventKind("iam.role.update", "Update custom admin role", "iam.role.update");
const ADDED: EventKind = EventKind(
    "iam.role.permissions.add",
    "Add permission to custom admin role",
    "iam.role.permissions.add",
);
const REMOVED: EventKind = EventKind(
    "iam.role.permissions.delete",
    "Delete permission from custom admin role",
    "iam.role.permissions.delete",
);

impl Resource for CustomRoles {
    const CLASS: &'static str = "CustomRole";
    const KIND: Kind = Kind::Record(b"cr0");
    const KEYS: &'static [&'static str] = labelled::KEYS;
    const EVENTS: Events = Events {
        create: EventKind("iam.role.create", "Create custom admin role", "iam.role.create"),
        update: UPDATE,
        delete: EventKind("iam.role.delete", "Delete custom admin role", "iam.role.delete"),
        activate: UPDATE,
        deactivate: UPDATE,
    };

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("iam/roles"))
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let mut fields = labelled::read(org, place, body, old)?;
        if old.is_none() {
            let given = body.get("permissions").unwrap_or(&Value::Null);
            if names(given).next().is_none() {
                return Err(fault("permissions", "The field cannot be left blank"));
            }
            if let Some(unknown) = names(given).find(|name| !is_permission(name)) {
                return Err(fault("permissions", &format!("'{unknown}' is not a permission")));
            }
            fields.insert("permissions".into(), given.clone());
        }
        Ok(fields)
    }

    fn is_named(record: &Record, name: &str) -> bool {
        labelled::is_named(record, name)
    }

    fn links(_record: &Record, at: &str, _url: &str) -> Value {
        json!({"permissions": {"href": format!("{at}/permissions")}, "self": {"href": at}})
    }

    fn after_delete(org: &mut Org, gone: &Record) {
        org.forget_role(gone.id);
    }

    fn keep_in_step(org: &mut Org, id: Id, call: &Call<'_>, new: bool) {
        let Some(record) = org.records.get_mut(&id).filter(|_| new) else {
            return;
        };
        let given = record.get("permissions").clone();
        let permissions: Vec<Value> = names(&given)
            .map(|label| permission(label, &Value::Null, call.now))
            .collect();
        record.fields.insert("permissions".into(), permissions.into());
    }
}

fn is_permission(name: &str) -> bool {
    name.starts_with("okta.") && name.split('.').count() > 2
}

fn permission(label: &str, conditions: &Value, now: Time) -> Value {
    let now = now.whole_seconds();
    json!({"label": label, "created": now, "lastUpdated": now, "conditions": conditions})
}

fn list(call: &Call<'_>) -> Answer {
    labelled::list::<CustomRoles>(call, "roles")
}

/// The permissions of a role with their links, the newest first.
fn shown_permissions(role: &Record, url: &str) -> Vec<Value> {
    let at = format!("{url}/api/v1/{}", role.path());
    let shown = |permission: &Value| {
        let mut shown = permission.clone();
        let label = permission["label"].as_str().unwrap_or_default();
        shown["_links"] = json!({"role": {"href": at}, "self": {"href": format!("{at}/permissions/{label}")}});
        shown
    };
    let all = role.get("permissions").as_array();
    all.into_iter().flatten().rev().map(shown).collect()
}

fn list_permissions(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let role = resource::find::<CustomRoles>(&org, call)?;
    Ok(Reply::json(
        &json!({"permissions": shown_permissions(role, call.state.url())}),
    ))
}

fn get_permission(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let role = resource::find::<CustomRoles>(&org, call)?;
    let all = shown_permissions(role, call.state.url());
    let wanted = all.iter().find(|permission| permission["label"] == call.part(1));
    let wanted = wanted.ok_or_else(|| Problem::not_found(call.part(1), "Permission"))?;
    Ok(Reply::json(wanted))
}

/// Puts a permission in, in the place of what the role had by this name, or takes it out.
fn set_permission(call: &Call<'_>, conditions: Option<&Value>, kind: EventKind) -> Result<(), Problem> {
    let label = call.part(1);
    let mut org = call.state.write();
    let mut role = resource::find::<CustomRoles>(&org, call)?.clone();
    if !is_permission(label) {
        return Err(fault("permissions", &format!("'{label}' is not a permission")));
    }
    let all = role.get("permissions").as_array().cloned().unwrap_or_default();
    let mut kept: Vec<Value> = all
        .into_iter()
        .filter(|permission| permission["label"] != label)
        .collect();
    kept.extend(conditions.map(|conditions| permission(label, conditions, call.now)));
    role.fields.insert("permissions".into(), kept.into());
    let party = role.party(CustomRoles::PARTY);
    org.add_record(role);
    org.record(call, kind, vec![party]);
    Ok(())
}

fn conditions(call: &Call<'_>) -> Result<Value, Problem> {
    if call.body.is_empty() {
        return Ok(Value::Null);
    }
    Ok(call.object()?.get("conditions").cloned().unwrap_or_default())
}

fn add_permission(call: &Call<'_>) -> Answer {
    set_permission(call, Some(&conditions(call)?), ADDED)?;
    Ok(Reply::no_content())
}

fn replace_permission(call: &Call<'_>) -> Answer {
    get_permission(call)?;
    set_permission(call, Some(&conditions(call)?), ADDED)?;
    get_permission(call)
}

fn remove_permission(call: &Call<'_>) -> Answer {
    set_permission(call, None, REMOVED)?;
    Ok(Reply::no_content())
}
