//! Realm assignments: which users go into which realm. An execution moves nobody: all users of the sandbox are in the
//! default realm.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::ids::{Id, Kind};
use super::paging::{self, Limits};
use super::priority;
use super::record::Record;
use super::resource::{self, Events, Page, Place, Resource};
use super::shape::{complete, fault, need_free, need_text};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "realm-assignments/operations", list_operations),
    Route(Method::POST, "realm-assignments/operations", execute),
    Route(Method::GET, "realm-assignments", resource::list::<RealmAssignments>),
    Route(Method::POST, "realm-assignments", resource::create::<RealmAssignments>),
    Route(Method::GET, "realm-assignments/{}", resource::get::<RealmAssignments>),
    Route(
        Method::PUT,
        "realm-assignments/{}",
        resource::replace::<RealmAssignments>,
    ),
    Route(
        Method::DELETE,
        "realm-assignments/{}",
        resource::delete::<RealmAssignments>,
    ),
    Route(
        Method::POST,
        "realm-assignments/{}/lifecycle/activate",
        resource::activate::<RealmAssignments>,
    ),
    Route(
        Method::POST,
        "realm-assignments/{}/lifecycle/deactivate",
        resource::deactivate::<RealmAssignments>,
    ),
];

/// Realm assignments.
struct RealmAssignments;

const LIMITS: Limits = Limits { default: 20, most: 200 };
const OPERATIONS: &str = "realm-assignments/operations";
const UPDATE: EventKind = EventKind(
    "directory.realm.assignment.update",
    "Update realm assignment",
    "directory.realm.assignment.update",
);
const EXECUTED: EventKind = EventKind(
    "directory.realm.assignment.execution_completed",
    "Realm assignment execution completed",
    "directory.realm.assignment.execution_completed",
);

impl Resource for RealmAssignments {
    const CLASS: &'static str = "RealmAssignment";
    const KIND: Kind = Kind::Record(b"rul");
    const KEYS: &'static [&'static str] = &[
        "id",
        "status",
        "name",
        "created",
        "lastUpdated",
        "isDefault",
        "domains",
        "conditions",
        "actions",
        "priority",
        "_links",
    ];
    const EVENTS: Events = Events {
        create: EventKind(
            "directory.realm.assignment.create",
            "Create realm assignment",
            "directory.realm.assignment.create",
        ),
        update: UPDATE,
        delete: EventKind(
            "directory.realm.assignment.delete",
            "Delete realm assignment",
            "directory.realm.assignment.delete",
        ),
        activate: UPDATE,
        deactivate: UPDATE,
    };
    const CREATED: u16 = 201;
    const LIFECYCLE_SHOWS: bool = false;
    const REPLACES_STATUS: bool = false;
    const DELETES_ACTIVE: bool = false;
    const PAGE: Page = Page::Limited(LIMITS);

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("realm-assignments"))
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let name = need_text(body, "name", 255)?;
        need_free(org, place, "name", &name, old)?;
        let actions = body.get("actions").unwrap_or(&Value::Null);
        let realm = actions["assignUserToRealm"]["realmId"].as_str().unwrap_or_default();
        let Some(realm) = org.record_at("realms", realm) else {
            return Err(fault(
                "actions",
                "The realm that users are to be assigned to does not exist",
            ));
        };
        let usual = json!({"profileSourceId": null, "expression": {"value": null}});
        let conditions = complete(&usual, body.get("conditions"));
        let priority = body.get("priority").and_then(Value::as_u64);
        let priority = priority.or_else(|| old?.get("priority").as_u64());
        let next = u64::try_from(org.records_at(place).count()).unwrap_or_default();
        let fields = json!({
            "name": name, "isDefault": false, "domains": realm.get("profile")["domains"], "conditions": conditions,
            "actions": {"assignUserToRealm": {"realmId": realm.id}}, "priority": priority.unwrap_or(next),
        });
        Ok(fields.as_object().cloned().unwrap_or_default())
    }

    fn links(_record: &Record, at: &str, _url: &str) -> Value {
        json!({"self": {"rel": "self", "href": at, "method": "GET"}})
    }

    fn sort(list: &mut Vec<&Record>) {
        priority::sort(list);
    }
}

fn list_operations(call: &Call<'_>) -> Answer {
    let limit = LIMITS.of(call)?;
    let org = call.state.read();
    let all: Vec<&Record> = org.records_at(OPERATIONS).collect();
    let shown: Vec<Value> = all
        .iter()
        .rev()
        .take(limit)
        .map(|it| shown(it, call.state.url()))
        .collect();
    Ok(paging::link(Reply::json(&shown), call, limit, None))
}

fn shown(operation: &Record, url: &str) -> Value {
    let mut shown = json!({
        "id": operation.id, "type": "realm:assignment", "status": "COMPLETED", "created": operation.created,
        "started": operation.created, "completed": operation.last_updated,
    });
    for (name, value) in &operation.fields {
        shown[name] = value.clone();
    }
    let at = format!("{url}/api/v1/operations/{}", operation.id);
    shown["_links"] = json!({"self": {"rel": "self", "href": at, "method": "GET"}});
    shown
}

fn execute(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let id = need_text(&body, "assignmentId", 20)?;
    let mut org = call.state.write();
    let assignment = resource::named::<RealmAssignments>(&org, "realm-assignments", &id)?.clone();
    if !assignment.active {
        return Err(fault("assignmentId", "The realm assignment is not active"));
    }
    let realm = assignment.get("actions")["assignUserToRealm"]["realmId"].clone();
    let found = Id::parse(realm.as_str().unwrap_or_default()).and_then(|id| org.records.get(&id));
    let name = found.map_or(Value::Null, |realm| realm.get("profile")["name"].clone());
    let fields = json!({
        "numUserMoved": 0, "realmId": realm, "realmName": name,
        "assignmentOperation": {"configuration": {
            "id": assignment.id, "name": assignment.get("name"), "conditions": assignment.get("conditions"),
            "actions": assignment.get("actions"),
        }},
    });
    let fields = fields.as_object().cloned().unwrap_or_default();
    let operation = Record::new(org.ids.next(Kind::Record(b"rre")), OPERATIONS, call.now, fields);
    let reply = Reply::json(&shown(&operation, call.state.url())).with_status(201);
    org.add_record(operation);
    org.record(call, EXECUTED, vec![assignment.party(RealmAssignments::PARTY)]);
    Ok(reply)
}
