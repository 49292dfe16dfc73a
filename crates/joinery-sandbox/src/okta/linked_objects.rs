//! Linked objects: kinds of relations between users, such as manager and subordinate, and who stands in them.

use axum::http::Method;
use serde_json::{Value, json};

use super::Route;
use super::app::fault;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::{Party, kinds};
use super::ids::{Id, Kind};
use super::users;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "meta/schemas/user/linkedObjects", list),
    Route(Method::POST, "meta/schemas/user/linkedObjects", create),
    Route(Method::GET, "meta/schemas/user/linkedObjects/{}", get),
    Route(Method::DELETE, "meta/schemas/user/linkedObjects/{}", delete),
    Route(Method::GET, "users/{}/linkedObjects/{}", linked),
    Route(Method::DELETE, "users/{}/linkedObjects/{}", unlink),
    Route(Method::PUT, "users/{}/linkedObjects/{}/{}", link),
];

/// A kind of relation, and the pairs of users in it.
#[derive(Debug, Clone)]
pub struct LinkedObject {
    primary: End,
    associated: End,
    /// Associated user and primary user: everybody has one primary at most.
    pairs: Vec<(Id, Id)>,
}

/// One end of a relation.
#[derive(Debug, Clone)]
struct End {
    name: String,
    title: String,
    description: Option<String>,
}

impl End {
    fn read(body: &Value, which: &str) -> Result<Self, Problem> {
        let text = |name: &str| body[which][name].as_str().map(str::to_owned);
        let name = text("name").unwrap_or_default();
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_name {
            let cause = "The field must start with a letter and hold letters, digits and underscores only";
            return Err(fault(&format!("{which}.name"), cause));
        }
        if body[which]["type"].as_str().is_some_and(|kind| kind != "USER") {
            return Err(fault(&format!("{which}.type"), "The only type is USER"));
        }
        let title = text("title").filter(|title| !title.is_empty());
        Ok(Self {
            title: title.ok_or_else(|| fault(&format!("{which}.title"), "The field cannot be left blank"))?,
            description: text("description"),
            name,
        })
    }

    fn shown(&self) -> Value {
        json!({"name": self.name, "title": self.title, "description": self.description, "type": "USER"})
    }
}

impl LinkedObject {
    fn has_name(&self, name: &str) -> bool {
        self.primary.name == name || self.associated.name == name
    }

    fn shown(&self, url: &str) -> Value {
        let path = format!("{url}/api/v1/meta/schemas/user/linkedObjects/{}", self.primary.name);
        json!({
            "primary": self.primary.shown(), "associated": self.associated.shown(),
            "_links": {"self": {"href": path}},
        })
    }

    /// How the log names it. Okta gives it no id of its own.
    fn party(&self, owner: Id) -> Party {
        Party {
            id: owner.of_kind(Kind::Schema),
            kind: "LinkedObject",
            alternate_id: self.primary.name.clone(),
            display_name: format!("{} - {}", self.primary.name, self.associated.name),
        }
    }

    /// Forgets a user who is gone.
    pub fn forget(&mut self, user: Id) {
        self.pairs
            .retain(|(associated, primary)| *associated != user && *primary != user);
    }
}

/// The place of the kind of relation that has an end of this name.
fn find(org: &Org, name: &str) -> Result<usize, Problem> {
    let place = org.linked_objects.iter().position(|object| object.has_name(name));
    place.ok_or_else(|| Problem::not_found(name, "LinkedObjectProperty"))
}

#[expect(clippy::unnecessary_wraps, reason = "every route answers with a result")]
fn list(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let objects = org.linked_objects.iter();
    let list: Vec<Value> = objects.map(|object| object.shown(call.state.url())).collect();
    Ok(Reply::json(&list))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let object = &org.linked_objects[find(&org, call.part(0))?];
    Ok(Reply::json(&object.shown(call.state.url())))
}

fn create(call: &Call<'_>) -> Answer {
    let body = Value::Object(call.object()?);
    let object = LinkedObject {
        primary: End::read(&body, "primary")?,
        associated: End::read(&body, "associated")?,
        pairs: Vec::new(),
    };
    let mut org = call.state.write();
    for end in [&object.primary, &object.associated] {
        let taken = org.linked_objects.iter().any(|other| other.has_name(&end.name));
        if taken || object.primary.name == object.associated.name {
            let summary = "Invalid linked objection definition. The name of an end is taken already.";
            return Err(Problem::new(409, "E0000127", summary));
        }
    }
    let (shown, party) = (object.shown(call.state.url()), object.party(org.owner));
    org.linked_objects.push(object);
    org.record(call, kinds::LINKED_OBJECT_CREATE, vec![party]);
    Ok(Reply::json(&shown).with_status(201))
}

fn delete(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let place = find(&org, call.part(0))?;
    let party = org.linked_objects.remove(place).party(org.owner);
    org.record(call, kinds::LINKED_OBJECT_DELETE, vec![party]);
    Ok(Reply::no_content())
}

/// Who stands at the named end of a relation in which the user stands at the other.
fn linked(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let user = users::find(&org, call.part(0))?;
    let object = &org.linked_objects[find(&org, call.part(1))?];
    let asks_primary = object.primary.name == call.part(1);
    let others = object.pairs.iter().filter_map(|(associated, primary)| {
        let (own, other) = if asks_primary {
            (associated, primary)
        } else {
            (primary, associated)
        };
        (*own == user).then_some(other)
    });
    let url = call.state.url();
    let list: Vec<Value> = others
        .map(|id| json!({"_links": {"self": {"href": format!("{url}/api/v1/users/{id}")}}}))
        .collect();
    Ok(Reply::json(&list))
}

/// Gives a user a primary; the one before, if any, is let go.
fn link(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let user = users::find(&org, call.part(0))?;
    let primary = users::find(&org, call.part(2))?;
    let place = find(&org, call.part(1))?;
    let object = &mut org.linked_objects[place];
    if object.primary.name != call.part(1) {
        return Err(fault(
            "primaryRelationshipName",
            "The field must name the primary end of a relation",
        ));
    }
    if user == primary {
        return Err(fault("primaryUserId", "A user cannot be linked with itself"));
    }
    object.pairs.retain(|(associated, _)| *associated != user);
    object.pairs.push((user, primary));
    Ok(Reply::no_content())
}

fn unlink(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let user = users::find(&org, call.part(0))?;
    let place = find(&org, call.part(1))?;
    let object = &mut org.linked_objects[place];
    let ends_at_primary = object.primary.name == call.part(1);
    object.pairs.retain(|(associated, primary)| {
        let own = if ends_at_primary { associated } else { primary };
        *own != user
    });
    Ok(Reply::no_content())
}
