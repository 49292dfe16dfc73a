//! Which apps another app may give tokens for: the trust between clients.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::apps;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::{EventKind, Party};
use super::ids::{Id, Kind};
use super::record::Record;
use super::settings;
use super::shape::{fault, need_text};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "apps/{}/interclient-allowed-apps", list_allowed),
    Route(Method::POST, "apps/{}/interclient-allowed-apps", create),
    Route(Method::DELETE, "apps/{}/interclient-allowed-apps/{}", delete),
    Route(Method::GET, "apps/{}/interclient-target-apps", list_targets),
];

const PLACE: &str = "interclient-mappings";
const CREATED: EventKind = EventKind(
    "app.interclient_mapping.create",
    "Create interclient trust mapping",
    "app.interclient_mapping.create",
);
const DELETED: EventKind = EventKind(
    "app.interclient_mapping.delete",
    "Delete interclient trust mapping",
    "app.interclient_mapping.delete",
);

/// The other ends of the mappings that have an app at one end; those that are gone are left out.
fn list(call: &Call<'_>, own: &str, other: &str) -> Answer {
    let org = call.state.read();
    let app = apps::find(&org, call.part(0))?.id;
    let found = org.records_at(PLACE).filter(|it| it.text(own) == app.as_str());
    let ids = found.filter_map(|it| apps::find(&org, it.text(other)).ok().map(|app| app.id));
    Ok(Reply::json(&ids.collect::<Vec<Id>>()))
}

fn list_allowed(call: &Call<'_>) -> Answer {
    list(call, "target", "allowed")
}

fn list_targets(call: &Call<'_>) -> Answer {
    list(call, "allowed", "target")
}

fn create(call: &Call<'_>) -> Answer {
    let id = need_text(&call.object()?, "id", 20)?;
    let mut org = call.state.write();
    let (target, allowed) = (apps::find(&org, call.part(0))?.id, apps::find(&org, &id)?.id);
    if target == allowed {
        return Err(fault("id", "An app cannot trust itself"));
    }
    if find(&org, target, allowed.as_str()).is_some() {
        return Err(fault("id", "The app is trusted already"));
    }
    let ends = [("target", target), ("allowed", allowed)];
    let fields = ends.map(|(name, app)| (name.to_owned(), json!(app)));
    let mapping = Record::new(
        org.ids.next(Kind::Record(b"itm")),
        PLACE,
        call.now,
        Map::from_iter(fields),
    );
    let shown: Value = json!({
        "id": mapping.id, "orgId": settings::of(&org, "org").id, "appInstanceId": target,
        "trustedAppInstanceId": allowed, "created": mapping.created, "lastUpdated": mapping.last_updated,
        "lastUpdatedBy": org.owner,
    });
    org.add_record(mapping);
    note(&mut org, call, CREATED, &[target, allowed]);
    Ok(Reply::json(&shown).with_status(201))
}

fn find<'o>(org: &'o Org, target: Id, allowed: &str) -> Option<&'o Record> {
    let mut all = org.records_at(PLACE);
    all.find(|it| it.text("target") == target.as_str() && it.text("allowed") == allowed)
}

fn delete(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let target = apps::find(&org, call.part(0))?.id;
    let found = find(&org, target, call.part(1)).map(|it| it.id);
    let id = found.ok_or_else(|| Problem::not_found(call.part(1), "AppInstance"))?;
    org.drop_record(id);
    note(&mut org, call, DELETED, &[target]);
    Ok(Reply::no_content())
}

fn note(org: &mut Org, call: &Call<'_>, kind: EventKind, apps: &[Id]) {
    let parties = apps.iter().filter_map(|id| org.apps.get(id)).map(Party::from).collect();
    org.record(call, kind, parties);
}
