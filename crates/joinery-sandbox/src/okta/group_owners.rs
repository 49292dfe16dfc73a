//! The owners of groups: users and other groups.

use axum::http::Method;
use serde_json::{Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::{Party, kinds};
use super::groups;
use super::ids::{Id, Kind};
use super::paging::{self, Limits};
use super::record::Record;
use super::shape::{fault, need_text, one_of};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "groups/{}/owners", list),
    Route(Method::POST, "groups/{}/owners", add),
    Route(Method::DELETE, "groups/{}/owners/{}", remove),
];

const LIMITS: Limits = Limits {
    default: 1000,
    most: 1000,
};
const OWNER: Kind = Kind::Record(b"own");

fn place(group: Id) -> String {
    format!("groups/{group}/owners")
}

/// The owner as Okta shows it; nothing where it is gone from the org.
fn shown(org: &Org, owner: &Record) -> Option<Value> {
    let id = Id::parse(owner.text("owner"))?;
    let name = match owner.text("type") {
        "USER" => org.users.get(id)?.full_name(),
        _ => org.groups.get(&id)?.name.clone(),
    };
    Some(json!({
        "id": id, "type": owner.get("type"), "resolved": true, "originId": null, "originType": "OKTA_DIRECTORY",
        "displayName": name, "lastUpdated": owner.last_updated,
    }))
}

fn list(call: &Call<'_>) -> Answer {
    let limit = LIMITS.of(call)?;
    let org = call.state.read();
    let group = groups::find(&org, call.part(0))?.id;
    let list: Vec<Value> = org
        .records_at(&place(group))
        .filter_map(|owner| shown(&org, owner))
        .collect();
    Ok(paging::link(Reply::json(&list), call, limit, None))
}

fn add(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let kind = one_of(&body, "type", &["USER", "GROUP"], None)?;
    let id = need_text(&body, "id", 20)?;
    let mut org = call.state.write();
    let group = groups::find_own(&org, call.part(0))?.id;
    if org.records_at(&place(group)).any(|owner| owner.text("owner") == id) {
        return Err(fault("id", "Provided owner is already assigned to this group"));
    }
    let fields = json!({"owner": id, "type": kind});
    let record_id = org.ids.next(OWNER);
    let owner = Record::new(
        record_id,
        place(group),
        call.now,
        fields.as_object().cloned().unwrap_or_default(),
    );
    let class = if kind == "USER" { "User" } else { "UserGroup" };
    let shown = shown(&org, &owner).ok_or_else(|| Problem::not_found(&id, class))?;
    org.add_record(owner);
    note(&mut org, call, group);
    Ok(Reply::json(&shown).with_status(201))
}

fn remove(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let group = groups::find_own(&org, call.part(0))?.id;
    let place = place(group);
    let owner = org.records_at(&place).find(|owner| owner.text("owner") == call.part(1));
    let owner = owner.ok_or_else(|| Problem::not_found(call.part(1), "GroupOwner"))?.id;
    org.drop_record(owner);
    note(&mut org, call, group);
    Ok(Reply::no_content())
}

fn note(org: &mut Org, call: &Call<'_>, group: Id) {
    let party = org.groups.get(&group).map(Party::from);
    org.record(call, kinds::GROUP_UPDATE, party.into_iter().collect());
}
