//! Resource sets: what a custom admin role is about. Who has which role for one is in `role_bindings`.

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
use super::settings;
use super::shape::{fault, names, need_text};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "iam/resource-sets", list),
    Route(Method::POST, "iam/resource-sets", labelled::create::<ResourceSets>),
    Route(Method::GET, "iam/resource-sets/{}", labelled::get::<ResourceSets>),
    Route(Method::PUT, "iam/resource-sets/{}", labelled::replace::<ResourceSets>),
    Route(Method::DELETE, "iam/resource-sets/{}", resource::delete::<ResourceSets>),
    Route(Method::GET, "iam/resource-sets/{}/resources", list_resources),
    Route(Method::PATCH, "iam/resource-sets/{}/resources", add_resources),
    Route(Method::POST, "iam/resource-sets/{}/resources", add_resource),
    Route(Method::GET, "iam/resource-sets/{}/resources/{}", get_resource),
    Route(Method::PUT, "iam/resource-sets/{}/resources/{}", replace_resource),
    Route(Method::DELETE, "iam/resource-sets/{}/resources/{}", remove_resource),
];

/// Resource sets.
pub struct ResourceSets;

const UPDATE: EventKind = EventKind(
    "iam.resourceset.update",
    "Update resource set",
    "iam.resourceset.update",
);
const ADDED: EventKind = EventKind(
    "iam.resourceset.resources.add",
    "Add resource to resource set",
    "iam.resourceset.resources.add",
);
const REMOVED: EventKind = EventKind(
    "iam.resourceset.resources.delete",
    "Delete resource from resource set",
    "iam.resourceset.resources.delete",
);

impl Resource for ResourceSets {
    const CLASS: &'static str = "ResourceSet";
    const KIND: Kind = Kind::Record(b"iam");
    const KEYS: &'static [&'static str] = labelled::KEYS;
    const EVENTS: Events = Events {
        create: EventKind(
            "iam.resourceset.create",
            "Create resource set",
            "iam.resourceset.create",
        ),
        update: UPDATE,
        delete: EventKind(
            "iam.resourceset.delete",
            "Delete resource set",
            "iam.resourceset.delete",
        ),
        activate: UPDATE,
        deactivate: UPDATE,
    };

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("iam/resource-sets"))
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let mut fields = labelled::read(org, place, body, old)?;
        if old.is_none() {
            let given = body.get("resources").unwrap_or(&Value::Null);
            if names(given).next().is_none() {
                return Err(fault("resources", "The field cannot be left blank"));
            }
            check(given)?;
            fields.insert("resources".into(), given.clone());
        }
        Ok(fields)
    }

    fn is_named(record: &Record, name: &str) -> bool {
        labelled::is_named(record, name)
    }

    fn links(_record: &Record, at: &str, _url: &str) -> Value {
        json!({
            "bindings": {"href": format!("{at}/bindings")}, "self": {"href": at},
            "resources": {"href": format!("{at}/resources")},
        })
    }

    fn keep_in_step(org: &mut Org, id: Id, call: &Call<'_>, new: bool) {
        let given = org.records.get_mut(&id).filter(|_| new);
        if let Some(given) = given.and_then(|set| set.fields.remove("resources")) {
            add(org, call, &format!("iam/resource-sets/{id}/resources"), &given);
        }
    }
}

/// The part of a resource's address that says what it is: `users`, `groups/00g...`; `None` for a name of another sort.
fn path(resource: &str) -> Option<&str> {
    let (_, path) = resource.split_once("/api/v1/")?;
    (!path.is_empty()).then_some(path)
}

fn check(resources: &Value) -> Result<(), Problem> {
    let unknown = names(resources).find(|name| !name.starts_with("orn:") && path(name).is_none());
    match unknown {
        Some(unknown) => Err(fault("resources", &format!("'{unknown}' is not a resource"))),
        None => Ok(()),
    }
}

/// The name of a resource that is the same in every cell of Okta.
pub fn orn(org: &Org, resource: &str) -> String {
    let Some(path) = path(resource) else {
        return resource.to_owned();
    };
    let part = if path.starts_with("users") || path.starts_with("groups") {
        "directory"
    } else {
        "idp"
    };
    let own = settings::of(org, "org").id;
    format!("orn:okta:{part}:{own}:{}", path.replace('/', ":"))
}

/// Adds resources that are not there yet.
fn add(org: &mut Org, call: &Call<'_>, place: &str, resources: &Value) {
    for resource in names(resources) {
        add_one(org, call, place, resource, &Value::Null);
    }
}

/// Adds a resource, or finds the one that is there; gives its id.
fn add_one(org: &mut Org, call: &Call<'_>, place: &str, resource: &str, conditions: &Value) -> Id {
    let orn = orn(org, resource);
    if let Some(known) = org.records_at(place).find(|other| other.text("orn") == orn) {
        return known.id;
    }
    let mut fields = Map::new();
    fields.insert("orn".into(), orn.into());
    fields.insert("href".into(), path(resource).map(|_| resource).into());
    fields.insert("conditions".into(), conditions.clone());
    let id = org.ids.next(Kind::Record(b"ire"));
    org.add_record(Record::new(id, place, call.now, fields));
    id
}

fn list(call: &Call<'_>) -> Answer {
    labelled::list::<ResourceSets>(call, "resource-sets")
}

fn shown_resource(resource: &Record, url: &str) -> Value {
    let mut links = Map::new();
    if let Some(href) = resource.get("href").as_str() {
        links.insert("self".into(), json!({"href": href}));
        let name = path(href).filter(|path| matches!(*path, "users" | "groups"));
        links.extend(name.map(|name| (name.to_owned(), json!({"href": href}))));
    }
    let at = format!("{url}/api/v1/{}", resource.path());
    links.insert("resource".into(), json!({"href": at}));
    let mut shown = json!({
        "id": resource.id, "orn": resource.get("orn"), "created": resource.created,
        "lastUpdated": resource.last_updated,
    });
    if !resource.get("conditions").is_null() {
        shown["conditions"] = resource.get("conditions").clone();
    }
    shown["_links"] = links.into();
    shown
}

/// Conditions leave out some of what a resource holds, by name.
fn conditions(body: &Map<String, Value>) -> Result<Value, Problem> {
    let given = body.get("conditions").unwrap_or(&Value::Null);
    let left_out = &given["Exclude"]["okta:ORN"];
    if given.is_null() || names(left_out).count() == left_out.as_array().map_or(0, Vec::len) {
        return Ok(given.clone());
    }
    Err(fault(
        "conditions",
        "Exclude has to hold a list of names under okta:ORN",
    ))
}

/// The resource a path names, and the set it is in.
fn find_resource<'o>(org: &'o Org, call: &Call<'_>) -> Result<(&'o Record, &'o Record), Problem> {
    let set = resource::find::<ResourceSets>(org, call)?;
    let found = org.record_at(&format!("{}/resources", set.path()), call.part(1));
    Ok((set, found.ok_or_else(|| Problem::not_found(call.part(1), "Resource"))?))
}

fn get_resource(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    Ok(Reply::json(&shown_resource(
        find_resource(&org, call)?.1,
        call.state.url(),
    )))
}

fn add_resource(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let name = need_text(&body, "resourceOrnOrUrl", 500)?;
    check(&json!([name]))?;
    let conditions = conditions(&body)?;
    let mut org = call.state.write();
    let set = resource::find::<ResourceSets>(&org, call)?.clone();
    let id = add_one(&mut org, call, &format!("{}/resources", set.path()), &name, &conditions);
    org.record(call, ADDED, vec![set.party(ResourceSets::PARTY)]);
    let added = org
        .records
        .get(&id)
        .map(|added| shown_resource(added, call.state.url()));
    Ok(Reply::json(&added))
}

/// Only the conditions of a resource can change.
fn replace_resource(call: &Call<'_>) -> Answer {
    let conditions = conditions(&call.object()?)?;
    let mut org = call.state.write();
    let (set, found) = find_resource(&org, call)?;
    let (party, mut changed) = (set.party(ResourceSets::PARTY), found.clone());
    changed.fields.insert("conditions".into(), conditions);
    changed.last_updated = call.now.whole_seconds();
    let reply = Reply::json(&shown_resource(&changed, call.state.url()));
    org.add_record(changed);
    org.record(call, UPDATE, vec![party]);
    Ok(reply)
}

fn list_resources(call: &Call<'_>) -> Answer {
    let (org, url) = (call.state.read(), call.state.url());
    let set = resource::find::<ResourceSets>(&org, call)?;
    let at = format!("{url}/api/v1/{}", set.path());
    let place = format!("{}/resources", set.path());
    let resources: Vec<Value> = org.records_at(&place).map(|it| shown_resource(it, url)).collect();
    Ok(labelled::with_link(Reply::json(&json!({
        "resources": resources,
        "_links": {"resource-set": {"href": at}, "self": {"href": format!("{at}/resources")}},
    }))))
}

fn add_resources(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let additions = body.get("additions").unwrap_or(&Value::Null);
    check(additions)?;
    let mut org = call.state.write();
    let set = resource::find::<ResourceSets>(&org, call)?.clone();
    add(&mut org, call, &format!("{}/resources", set.path()), additions);
    org.record(call, ADDED, vec![set.party(ResourceSets::PARTY)]);
    Ok(labelled::with_link(Reply::json(&resource::shown::<ResourceSets>(
        &set,
        call.state.url(),
    ))))
}

fn remove_resource(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let (set, found) = find_resource(&org, call)?;
    let (party, id) = (set.party(ResourceSets::PARTY), found.id);
    org.drop_record(id);
    org.record(call, REMOVED, vec![party]);
    Ok(Reply::no_content())
}
