//! Realms: parts of an org with users of their own. Every user of the sandbox is in the default one.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::Call;
use super::errors::Problem;
use super::event::EventKind;
use super::filter::{Expression, Grammar, Literal, Operator, Test};
use super::ids::{Id, Kind};
use super::paging::Limits;
use super::record::Record;
use super::resource::{self, Events, Page, Place, Resource};
use super::shape::{fault, need_text, one_of};
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "realms", resource::list::<Realms>),
    Route(Method::POST, "realms", resource::create::<Realms>),
    Route(Method::GET, "realms/{}", resource::get::<Realms>),
    Route(Method::PUT, "realms/{}", resource::replace::<Realms>),
    Route(Method::DELETE, "realms/{}", resource::delete::<Realms>),
];

/// Realms.
pub struct Realms;

const UPDATE: EventKind = EventKind(
    "directory.realm.lifecycle.update",
    "Update realm",
    "directory.realm.lifecycle.update",
);

impl Resource for Realms {
    const CLASS: &'static str = "Realm";
    const KIND: Kind = Kind::Record(b"guo");
    const KEYS: &'static [&'static str] = &["id", "created", "lastUpdated", "profile", "isDefault", "_links"];
    const EVENTS: Events = Events {
        create: EventKind(
            "directory.realm.lifecycle.create",
            "Create realm",
            "directory.realm.lifecycle.create",
        ),
        update: UPDATE,
        delete: EventKind(
            "directory.realm.lifecycle.delete",
            "Delete realm",
            "directory.realm.lifecycle.delete",
        ),
        activate: UPDATE,
        deactivate: UPDATE,
    };
    const PAGE: Page = Page::Limited(Limits {
        default: 200,
        most: 200,
    });

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("realms"))
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let Some(given) = body.get("profile").and_then(Value::as_object) else {
            return Err(fault("profile", "The field cannot be left blank"));
        };
        let name = need_text(given, "name", 255)?;
        let taken = |other: &Record| other.get("profile")["name"] == *name && old.is_none_or(|old| old.id != other.id);
        if org.records_at(place).any(taken) {
            let cause = "An object with this field already exists in the current organization";
            return Err(fault("name", cause));
        }
        let kind = one_of(given, "realmType", &["DEFAULT", "PARTNER"], Some("DEFAULT"))?;
        let domains = given.get("domains").filter(|domains| domains.is_array()).cloned();
        let domains = domains.unwrap_or_else(|| json!([]));
        let profile = json!({"name": name, "realmType": kind, "domains": domains});
        let is_default = old.is_some_and(|old| old.system);
        Ok(Map::from_iter([
            ("profile".to_owned(), profile),
            ("isDefault".to_owned(), is_default.into()),
        ]))
    }

    fn links(_record: &Record, at: &str, _url: &str) -> Value {
        json!({"self": {"rel": "self", "href": at, "method": "GET"}})
    }

    fn check_list(call: &Call<'_>) -> Result<(), Problem> {
        search(call).map(|_| ())
    }

    fn is_wanted(call: &Call<'_>, record: &Record) -> bool {
        search(call).is_ok_and(|search| search.iter().all(|search| search.matches(&|test| holds(record, test))))
    }

    fn may_delete(_org: &Org, record: &Record) -> Result<(), Problem> {
        if record.system {
            return Err(fault("realm", "The default realm cannot be deleted"));
        }
        Ok(())
    }
}

/// The search of a list, where it has one.
fn search(call: &Call<'_>) -> Result<Option<Expression>, Problem> {
    let Some(text) = call.query.filled("search") else {
        return Ok(None);
    };
    let grammar = Grammar {
        operators: &[Operator::Eq, Operator::Co],
        not: false,
    };
    let search = Expression::parse(text, grammar).map_err(Problem::search)?;
    search.check(&|test| match test.attribute.as_str() {
        "id" | "profile.name" | "profile.realmType" => Ok(()),
        other => Err(Problem::search(format!("'{other}' cannot be searched by"))),
    })?;
    Ok(Some(search))
}

fn holds(record: &Record, test: &Test) -> bool {
    let value = match test.attribute.as_str() {
        "profile.name" => record.get("profile")["name"].as_str().unwrap_or_default(),
        "profile.realmType" => record.get("profile")["realmType"].as_str().unwrap_or_default(),
        _ => record.id.as_str(),
    };
    match (&test.literal, test.operator) {
        (Literal::Text(wanted), Operator::Co) => value.to_lowercase().contains(&wanted.to_lowercase()),
        (Literal::Text(wanted), _) => value == wanted,
        _ => false,
    }
}

/// The realm every org has.
pub fn founded(now: Time) -> Vec<Record> {
    let profile = json!({"name": "Default Realm", "realmType": "DEFAULT", "domains": []});
    let fields = Map::from_iter([
        ("profile".to_owned(), profile),
        ("isDefault".to_owned(), Value::Bool(true)),
    ]);
    vec![Record::new(Id::founded(Realms::KIND, 310), "realms", now, fields).founded()]
}
