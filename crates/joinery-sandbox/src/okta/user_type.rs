//! User types: each has a schema of its own.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::ids::{Id, Kind};
use super::schema::Schema;
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "meta/types/user", list),
    Route(Method::POST, "meta/types/user", create),
    Route(Method::GET, "meta/types/user/{}", get),
    Route(Method::POST, "meta/types/user/{}", update),
    Route(Method::PUT, "meta/types/user/{}", replace),
    Route(Method::DELETE, "meta/types/user/{}", delete),
];

/// How many types an org may have.
const MOST: usize = 10;

/// A type of users.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserType {
    /// Its id.
    pub id: Id,
    /// Its name, which never changes.
    pub name: String,
    /// The name people read.
    pub display_name: String,
    /// What it is for.
    pub description: Option<String>,
    /// When it was made.
    pub created: Time,
    /// When it changed.
    pub last_updated: Time,
    /// When its schema changed.
    pub schema_updated: Time,
    /// The attributes of its users.
    pub schema: Schema,
    creator: Id,
    is_default: bool,
}

impl UserType {
    /// The type every org starts with.
    pub fn first(id: Id, creator: Id, now: Time) -> Self {
        let description = "Okta user profile template with default permission settings";
        Self {
            is_default: true,
            display_name: "User".into(),
            description: Some(description.into()),
            ..Self::new(id, "user", creator, now)
        }
    }

    fn new(id: Id, name: &str, creator: Id, now: Time) -> Self {
        let now = now.whole_seconds();
        Self {
            id,
            name: name.to_owned(),
            display_name: name.to_owned(),
            description: None,
            created: now,
            last_updated: now,
            schema_updated: now,
            schema: Schema::base(),
            creator,
            is_default: false,
        }
    }

    fn shown(&self, url: &str) -> Value {
        let schema = self.id.of_kind(Kind::Schema);
        let link =
            |rel: &str, path: String| json!({"rel": rel, "href": format!("{url}/api/v1/meta/{path}"), "method": "GET"});
        json!({
            "id": self.id,
            "displayName": self.display_name,
            "name": self.name,
            "description": self.description,
            "createdBy": self.creator,
            "lastUpdatedBy": self.creator,
            "created": self.created,
            "lastUpdated": self.last_updated,
            "default": self.is_default,
            "_links": {
                "schema": link("schema", format!("schemas/user/{schema}")),
                "self": link("self", format!("types/user/{}", self.id)),
            },
        })
    }
}

/// The type a path names, by id or as `default`.
///
/// # Errors
/// E0000007.
pub fn find<'a>(org: &'a Org, name: &str) -> Result<&'a UserType, Problem> {
    let id = if name == "default" {
        Some(org.user_type)
    } else {
        Id::parse(name)
    };
    id.and_then(|id| org.types.get(&id))
        .ok_or_else(|| Problem::not_found(name, "CVDType"))
}

#[expect(clippy::unnecessary_wraps, reason = "every route answers with a result")]
fn list(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let list: Vec<Value> = org.types.values().map(|kind| kind.shown(call.state.url())).collect();
    Ok(Reply::json(&list))
}

fn get(call: &Call<'_>) -> Answer {
    shown(&call.state.read(), call, call.part(0))
}

fn shown(org: &Org, call: &Call<'_>, id: &str) -> Answer {
    Ok(Reply::json(&find(org, id)?.shown(call.state.url())))
}

fn create(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let name = text(&body, "name")?.unwrap_or_default();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_name {
        let cause = "name: must start with a letter and hold letters, digits and underscores only";
        return Err(Problem::validation("name", vec![cause.into()]));
    }
    if org.types.values().any(|kind| kind.name == name) {
        let cause = "name: An object with this field already exists in the current organization";
        return Err(Problem::validation("name", vec![cause.into()]));
    }
    if org.types.len() >= MOST {
        let cause = format!("The maximum number of user types ({MOST}) has been reached");
        return Err(Problem::validation("userType", vec![cause]));
    }
    let display_name = display_name(&body)?;
    let description = text(&body, "description")?;
    let id = org.ids.next(Kind::UserType);
    let kind = UserType {
        display_name,
        description,
        ..UserType::new(id, &name, org.owner, call.now)
    };
    org.types.insert(id, kind);
    shown(&org, call, id.as_str())
}

/// POST changes what is named.
fn update(call: &Call<'_>) -> Answer {
    change(call, false)
}

/// PUT wants everything; the name may not differ.
fn replace(call: &Call<'_>) -> Answer {
    change(call, true)
}

fn change(call: &Call<'_>, whole: bool) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let kind = find(&org, call.part(0))?;
    let (id, own_name) = (kind.id, kind.name.clone());
    if text(&body, "name")?.is_some_and(|name| name != own_name) {
        let cause = "name: The name of a user type cannot be changed";
        return Err(Problem::validation("name", vec![cause.into()]));
    }
    let new_name = (whole || body.contains_key("displayName"))
        .then(|| display_name(&body))
        .transpose()?;
    let description = text(&body, "description")?;
    if let Some(kind) = org.types.get_mut(&id) {
        if let Some(name) = new_name {
            kind.display_name = name;
        }
        if whole || body.contains_key("description") {
            kind.description = description;
        }
        kind.last_updated = call.now.whole_seconds();
    }
    shown(&org, call, id.as_str())
}

fn delete(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let kind = find(&org, call.part(0))?;
    let id = kind.id;
    if kind.is_default || org.users.after(None).any(|user| user.type_id == id) {
        return Err(Problem::new(403, "E0000142", "This User Type cannot be deleted."));
    }
    org.types.remove(&id);
    Ok(Reply::no_content())
}

fn display_name(body: &Map<String, Value>) -> Result<String, Problem> {
    text(body, "displayName")?
        .filter(|name| !name.trim().is_empty())
        .ok_or_else(|| {
            let cause = "displayName: The field cannot be left blank";
            Problem::validation("displayName", vec![cause.into()])
        })
}

fn text(body: &Map<String, Value>, name: &str) -> Result<Option<String>, Problem> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Problem::malformed()),
    }
}
