//! UI schemas: which fields a form for signing up has.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::Call;
use super::errors::Problem;
use super::ids::Kind;
use super::record::Record;
use super::resource::{self, Events, Place, Resource, link};
use super::settings::ORG_UPDATE;
use super::shape::fault;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "meta/uischemas", resource::list::<UiSchemas>),
    Route(Method::POST, "meta/uischemas", resource::create::<UiSchemas>),
    Route(Method::GET, "meta/uischemas/{}", resource::get::<UiSchemas>),
    Route(Method::PUT, "meta/uischemas/{}", resource::replace::<UiSchemas>),
    Route(Method::DELETE, "meta/uischemas/{}", resource::delete::<UiSchemas>),
];

/// UI schemas.
pub struct UiSchemas;

impl Resource for UiSchemas {
    const CLASS: &'static str = "UISchema";
    const KIND: Kind = Kind::Record(b"uis");
    const KEYS: &'static [&'static str] = &["id", "uiSchema", "created", "lastUpdated", "_links"];
    // Okta has no event about them.
    const EVENTS: Events = Events {
        create: ORG_UPDATE,
        update: ORG_UPDATE,
        delete: ORG_UPDATE,
        activate: ORG_UPDATE,
        deactivate: ORG_UPDATE,
    };

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("meta/uischemas"))
    }

    fn read(
        _org: &Org,
        _place: &str,
        body: &Map<String, Value>,
        _old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let Some(given) = body.get("uiSchema").and_then(Value::as_object) else {
            return Err(fault("uiSchema", "The field cannot be left blank"));
        };
        let elements = given.get("elements").and_then(Value::as_array);
        let elements: Vec<Value> = elements.into_iter().flatten().map(element).collect();
        let mut schema = in_order(given, &["type", "label", "buttonLabel"]);
        schema.insert("elements".into(), elements.into());
        Ok(Map::from_iter([("uiSchema".to_owned(), schema.into())]))
    }

    fn links(_record: &Record, at: &str, _url: &str) -> Value {
        json!({"self": link(at, &["GET", "PUT", "DELETE"])})
    }
}

fn element(given: &Value) -> Value {
    let given = given.as_object().cloned().unwrap_or_default();
    in_order(&given, &["type", "scope", "label", "options"]).into()
}

/// The fields that are there, in this order.
fn in_order(given: &Map<String, Value>, fields: &[&str]) -> Map<String, Value> {
    let there = |field: &&str| Some(((*field).to_owned(), given.get(*field)?.clone()));
    fields.iter().filter_map(there).collect()
}
