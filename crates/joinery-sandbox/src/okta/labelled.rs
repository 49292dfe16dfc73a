//! What custom admin roles and resource sets share: a label that names them, a description, lists inside an object, and a
//! `Link` with each answer.

use axum::http::header::LINK;
use serde_json::{Map, Value};

use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::record::Record;
use super::resource::{self, Resource};
use super::shape::{need_free, need_text};
use crate::state::Org;

/// The keys of either, in order.
pub const KEYS: &[&str] = &["id", "label", "description", "created", "lastUpdated", "_links"];

/// The label and the description that a body brings; another with the label may not be there.
///
/// # Errors
/// E0000001.
pub fn read(
    org: &Org,
    place: &str,
    body: &Map<String, Value>,
    old: Option<&Record>,
) -> Result<Map<String, Value>, Problem> {
    let label = need_text(body, "label", 255)?;
    need_free(org, place, "label", &label, old)?;
    let mut fields = old.map(|old| old.fields.clone()).unwrap_or_default();
    fields.insert("label".into(), label.into());
    fields.insert("description".into(), need_text(body, "description", 1000)?.into());
    Ok(fields)
}

/// Whether a path means a record: by its id or by its label.
pub fn is_named(record: &Record, name: &str) -> bool {
    record.id.as_str() == name || record.text("label") == name
}

/// Adds the `Link` that Okta sends with what has an address of its own.
pub fn with_link(reply: Reply) -> Reply {
    let body: Value = serde_json::from_slice(reply.body.as_deref().unwrap_or_default()).unwrap_or_default();
    match body["_links"]["self"]["href"].as_str() {
        Some(own) => reply.with_header(LINK, &format!("<{own}>; rel=\"self\"")),
        None => reply,
    }
}

/// Lists the records of a collection as the field `name` of an object.
///
/// # Errors
/// E0000007 for a parent that is not there.
pub fn list<R: Resource>(call: &Call<'_>, name: &str) -> Answer {
    let org = call.state.read();
    let place = R::place(&org, call)?;
    let shown = |record: &Record| resource::shown::<R>(record, call.state.url());
    let all: Value = org.records_at(&place.path).map(shown).collect();
    Ok(Reply::json(&Map::from_iter([(name.to_owned(), all)])))
}

/// Makes a record.
///
/// # Errors
/// What does not fit.
pub fn create<R: Resource>(call: &Call<'_>) -> Answer {
    resource::create::<R>(call).map(with_link)
}

/// Shows a record.
///
/// # Errors
/// E0000007.
pub fn get<R: Resource>(call: &Call<'_>) -> Answer {
    resource::get::<R>(call).map(with_link)
}

/// Puts what was sent in the place of a record.
///
/// # Errors
/// E0000007, or what does not fit.
pub fn replace<R: Resource>(call: &Call<'_>) -> Answer {
    resource::replace::<R>(call).map(with_link)
}
