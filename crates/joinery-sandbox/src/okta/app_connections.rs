//! Which apps may ask for access to which others: cross-app access connections.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Route;
use super::app::{App, fault};
use super::apps::find;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::ids::{Id, Kind};
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "apps/{}/cwo/connections", list),
    Route(Method::POST, "apps/{}/cwo/connections", create),
    Route(Method::GET, "apps/{}/cwo/connections/{}", get),
    Route(Method::PATCH, "apps/{}/cwo/connections/{}", update),
    Route(Method::DELETE, "apps/{}/cwo/connections/{}", delete),
];

/// A connection from the app that holds it to another one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Connection {
    id: Id,
    resource: Id,
    active: bool,
    created: Time,
    last_updated: Time,
}

impl Connection {
    fn shown(&self, app: Id) -> Value {
        json!({
            "id": self.id, "requestingAppInstanceId": app, "resourceAppInstanceId": self.resource,
            "status": if self.active { "ACTIVE" } else { "INACTIVE" },
            "created": self.created, "lastUpdated": self.last_updated,
        })
    }
}

fn find_connection<'o>(org: &'o Org, call: &Call<'_>) -> Result<(&'o App, &'o Connection), Problem> {
    let app = find(org, call.part(0))?;
    let found = app.connections.iter().find(|own| own.id.as_str() == call.part(1));
    let found = found.ok_or_else(|| Problem::not_found(call.part(1), "Connection"))?;
    Ok((app, found))
}

fn list(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let app = find(&org, call.part(0))?;
    let wanted = call.query.filled("status");
    let shown = app.connections.iter().map(|connection| connection.shown(app.id));
    let list: Vec<Value> = shown
        .filter(|connection| wanted.is_none_or(|status| connection["status"] == status))
        .collect();
    Ok(Reply::json(&list))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let (app, connection) = find_connection(&org, call)?;
    Ok(Reply::json(&connection.shown(app.id)))
}

fn status(body: &Value) -> Result<Option<bool>, Problem> {
    match body["status"].as_str() {
        None => Ok(None),
        Some("ACTIVE") => Ok(Some(true)),
        Some("INACTIVE") => Ok(Some(false)),
        Some(_) => Err(fault("status", "The field must be ACTIVE or INACTIVE")),
    }
}

fn create(call: &Call<'_>) -> Answer {
    let body = Value::Object(call.object()?);
    let mut org = call.state.write();
    let app = find(&org, call.part(0))?.id;
    let resource = body["resourceAppInstanceId"].as_str().unwrap_or_default();
    let resource = find(&org, resource)?.id;
    if org.apps[&app].connections.iter().any(|own| own.resource == resource) {
        return Err(fault("resourceAppInstanceId", "The apps are connected already"));
    }
    let now = call.now.whole_seconds();
    let connection = Connection {
        active: status(&body)?.unwrap_or(true),
        id: org.ids.next(Kind::AppConnection),
        resource,
        created: now,
        last_updated: now,
    };
    let shown = connection.shown(app);
    if let Some(app) = org.apps.get_mut(&app) {
        app.connections.push(connection);
    }
    Ok(Reply::json(&shown).with_status(201))
}

fn update(call: &Call<'_>) -> Answer {
    let wanted = status(&Value::Object(call.object()?))?;
    let mut org = call.state.write();
    let (app, connection) = find_connection(&org, call)?;
    let (app, mut changed) = (app.id, connection.clone());
    changed.active = wanted.unwrap_or(changed.active);
    changed.last_updated = call.now.whole_seconds();
    let reply = Reply::json(&changed.shown(app));
    let all = org.apps.get_mut(&app).map(|app| &mut app.connections);
    for place in all.into_iter().flatten().filter(|own| own.id == changed.id) {
        *place = changed.clone();
    }
    Ok(reply)
}

fn delete(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let (app, connection) = find_connection(&org, call)?;
    let (app, gone) = (app.id, connection.id);
    if let Some(app) = org.apps.get_mut(&app) {
        app.connections.retain(|own| own.id != gone);
    }
    Ok(Reply::no_content())
}
