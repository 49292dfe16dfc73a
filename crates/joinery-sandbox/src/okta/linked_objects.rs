//! Linked objects: relations between users (one primary, many associated), and who is linked to whom.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::ids::{Id, Kind};
use super::record::Record;
use super::shape::{need_text, text};
use super::users;
use crate::state::Org;

/// What this file answers. Has to come before the schemas of users, whose routes take any name.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "meta/schemas/user/linkedObjects", list),
    Route(Method::POST, "meta/schemas/user/linkedObjects", create),
    Route(Method::GET, "meta/schemas/user/linkedObjects/{}", get),
    Route(Method::DELETE, "meta/schemas/user/linkedObjects/{}", delete),
    Route(Method::GET, "users/{}/linkedObjects/{}", list_linked),
    Route(Method::DELETE, "users/{}/linkedObjects/{}", unlink),
    Route(Method::PUT, "users/{}/linkedObjects/{}/{}", link),
];

const RELATIONS: &str = "meta/schemas/user/linkedObjects";
const LINKS: &str = "linkedObjects";
const RELATION: Kind = Kind::Record(b"lnk");
const LINK: Kind = Kind::Record(b"lnv");
const CREATED: EventKind = EventKind(
    "directory.linked_object.create",
    "Create linked object definition",
    "directory.linked_object.create",
);
const DELETED: EventKind = EventKind(
    "directory.linked_object.delete",
    "Delete linked object definition",
    "directory.linked_object.delete",
);
/// The two sides of a relation.
const SIDES: [&str; 2] = ["primary", "associated"];

fn name<'a>(relation: &'a Record, side: &str) -> &'a str {
    relation.get(side)["name"].as_str().unwrap_or_default()
}

/// The relation that has a name on either side.
fn find<'a>(org: &'a Org, wanted: &str) -> Result<&'a Record, Problem> {
    org.records_at(RELATIONS)
        .find(|relation| SIDES.iter().any(|side| name(relation, side) == wanted))
        .ok_or_else(|| Problem::not_found(wanted, "LinkedObjectProperty"))
}

fn shown(relation: &Record, url: &str) -> Value {
    let href = format!("{url}/api/v1/{RELATIONS}/{}", name(relation, "primary"));
    json!({
        "primary": relation.get("primary"), "associated": relation.get("associated"),
        "_links": {"self": {"href": href}},
    })
}

#[expect(clippy::unnecessary_wraps, reason = "every route answers with a result")]
fn list(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let list: Vec<Value> = org
        .records_at(RELATIONS)
        .map(|it| shown(it, call.state.url()))
        .collect();
    Ok(Reply::json(&list))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    Ok(Reply::json(&shown(find(&org, call.part(0))?, call.state.url())))
}

fn create(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let mut fields = Map::new();
    for side in SIDES {
        let given = body
            .get(side)
            .and_then(Value::as_object)
            .ok_or_else(Problem::malformed)?;
        let name = need_text(given, "name", 255)?;
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let taken = find(&org, &name).is_ok() || fields.values().any(|other: &Value| other["name"] == name.as_str());
        if !is_name || taken {
            let reason = if taken {
                "is in use"
            } else {
                "must start with a letter and hold letters and digits"
            };
            let summary = format!("Invalid linked objection definition. The name '{name}' {reason}.");
            return Err(Problem::new(409, "E0000127", summary));
        }
        let made = json!({
            "name": name, "title": need_text(given, "title", 255)?, "description": text(given, "description")?,
            "type": "USER",
        });
        fields.insert(side.into(), made);
    }
    let relation = Record::new(org.ids.next(RELATION), RELATIONS, call.now, fields);
    let reply = Reply::json(&shown(&relation, call.state.url())).with_status(201);
    let party = relation.party("LinkedObject");
    org.add_record(relation);
    org.record(call, CREATED, vec![party]);
    Ok(reply)
}

fn delete(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let relation = find(&org, call.part(0))?.clone();
    let own = name(&relation, "primary");
    org.records.remove_at(LINKS, |it| it.text("relation") == own);
    org.drop_record(relation.id);
    org.record(call, DELETED, vec![relation.party("LinkedObject")]);
    Ok(Reply::no_content())
}

/// Of the associated user the primary one, of the primary user all associated ones. Users who are gone are left out.
fn list_linked(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let user = users::find(&org, call.part(0))?;
    let relation = find(&org, call.part(1))?;
    let (own, other) = if name(relation, "primary") == call.part(1) {
        ("associated", "primary")
    } else {
        ("primary", "associated")
    };
    let links = org
        .records_at(LINKS)
        .filter(|it| it.text("relation") == name(relation, "primary") && it.text(own) == user.as_str());
    let linked = links.filter_map(|it| Id::parse(it.text(other)).filter(|id| org.users.get(*id).is_some()));
    let list: Vec<Value> = linked
        .map(|id| json!({"_links": {"self": {"href": format!("{}/api/v1/users/{id}", call.state.url())}}}))
        .collect();
    Ok(Reply::json(&list))
}

/// An associated user has one primary user: a new one takes the place of the old.
fn link(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let associated = users::find(&org, call.part(0))?;
    let relation = find(&org, call.part(1))?;
    if name(relation, "primary") != call.part(1) {
        return Err(Problem::not_found(call.part(1), "LinkedObjectProperty"));
    }
    let primary = users::find(&org, call.part(2))?;
    if primary == associated {
        let summary = format!(
            "The value entered for linked object {} is invalid for this user.",
            call.part(1)
        );
        return Err(Problem::new(400, "E0000261", summary));
    }
    remove_link(&mut org, call.part(1), associated);
    let fields = json!({"relation": call.part(1), "primary": primary, "associated": associated});
    let id = org.ids.next(LINK);
    org.add_record(Record::new(
        id,
        LINKS,
        call.now,
        fields.as_object().cloned().unwrap_or_default(),
    ));
    users::record(&mut org, call, super::event::kinds::USER_UPDATE, associated);
    Ok(Reply::no_content())
}

fn unlink(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let user = users::find(&org, call.part(0))?;
    let relation = name(find(&org, call.part(1))?, "primary").to_owned();
    if remove_link(&mut org, &relation, user) {
        users::record(&mut org, call, super::event::kinds::USER_UPDATE, user);
    }
    Ok(Reply::no_content())
}

fn remove_link(org: &mut Org, relation: &str, associated: Id) -> bool {
    let mut links = org.records_at(LINKS);
    let old = links.find(|it| it.text("relation") == relation && it.text("associated") == associated.as_str());
    let old = old.map(|link| link.id);
    drop(links);
    old.inspect(|id| org.drop_record(*id)).is_some()
}
