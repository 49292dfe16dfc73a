//! Log streams: where an org sends its System Log. The sandbox sends it nowhere.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::ids::Kind;
use super::paging::Limits;
use super::record::Record;
use super::resource::{self, Events, Page, Place, Resource};
use super::shape::{fault, need_free, need_text, one_of};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "logStreams", resource::list::<LogStreams>),
    Route(Method::POST, "logStreams", resource::create::<LogStreams>),
    Route(Method::GET, "logStreams/{}", resource::get::<LogStreams>),
    Route(Method::PUT, "logStreams/{}", resource::replace::<LogStreams>),
    Route(Method::DELETE, "logStreams/{}", resource::delete::<LogStreams>),
    Route(Method::POST, "logStreams/{}/lifecycle/activate", activate),
    Route(Method::POST, "logStreams/{}/lifecycle/deactivate", deactivate),
];

/// Log streams.
pub struct LogStreams;

/// What a stream is told, by its type, in the order it is shown; the last may be a secret that is not.
const SETTINGS: &[(&str, &[&str])] = &[
    ("aws_eventbridge", &["accountId", "eventSourceName", "region"]),
    ("splunk_cloud_logstreaming", &["host", "edition"]),
];

impl Resource for LogStreams {
    const CLASS: &'static str = "LogStream";
    const KIND: Kind = Kind::App;
    const KEYS: &'static [&'static str] = &[
        "id",
        "type",
        "name",
        "lastUpdated",
        "created",
        "status",
        "settings",
        "_links",
    ];
    const EVENTS: Events = Events {
        create: EventKind(
            "system.log_stream.lifecycle.create",
            "Create log stream",
            "system.log_stream.lifecycle.create",
        ),
        update: EventKind(
            "system.log_stream.lifecycle.update",
            "Update log stream",
            "system.log_stream.lifecycle.update",
        ),
        delete: EventKind(
            "system.log_stream.lifecycle.delete",
            "Delete log stream",
            "system.log_stream.lifecycle.delete",
        ),
        activate: EventKind(
            "system.log_stream.lifecycle.activate",
            "Activate log stream",
            "system.log_stream.lifecycle.activate",
        ),
        deactivate: EventKind(
            "system.log_stream.lifecycle.deactivate",
            "Deactivate log stream",
            "system.log_stream.lifecycle.deactivate",
        ),
    };
    const CREATES_INACTIVE: bool = false;
    const REPLACES_STATUS: bool = false;
    const PAGE: Page = Page::Limited(Limits { default: 20, most: 200 });
    const FILTERED: &'static [&'static str] = &["status", "type"];

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("logStreams"))
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let kinds = SETTINGS.iter().map(|(kind, _)| *kind).collect::<Vec<_>>();
        let kind = one_of(body, "type", &kinds, None)?;
        if old.is_some_and(|old| old.text("type") != kind) {
            return Err(fault("type", "The type of a log stream cannot be changed"));
        }
        let name = need_text(body, "name", 100)?;
        need_free(org, place, "name", &name, old)?;
        let Some(given) = body.get("settings").and_then(Value::as_object) else {
            return Err(fault("settings", "The field cannot be left blank"));
        };
        let known = SETTINGS.iter().find(|(known, _)| *known == kind);
        let mut shown = Map::new();
        for field in known.iter().flat_map(|(_, fields)| *fields) {
            shown.insert((*field).to_owned(), need_text(given, field, 116)?.into());
        }
        if kind == "splunk_cloud_logstreaming" && old.is_none() {
            need_text(given, "token", 255)?;
        }
        let fixed = kind == "aws_eventbridge" && old.is_some_and(|old| old.get("settings").as_object() != Some(&shown));
        if fixed {
            return Err(fault("settings", "The settings of this type cannot be changed"));
        }
        let mut fields = Map::new();
        fields.insert("type".into(), kind.into());
        fields.insert("name".into(), name.into());
        fields.insert("settings".into(), shown.into());
        Ok(fields)
    }

    fn links(record: &Record, at: &str, _url: &str) -> Value {
        let own = json!({"href": at, "method": "GET"});
        let act = |name: &str| json!({"href": format!("{at}/lifecycle/{name}"), "method": "POST"});
        if record.active {
            json!({"self": own, "deactivate": act("deactivate")})
        } else {
            json!({"activate": act("activate"), "self": own})
        }
    }
}

/// Okta answers a change of state with 200 and nothing.
fn activate(call: &Call<'_>) -> Answer {
    resource::activate::<LogStreams>(call)?;
    Ok(Reply::no_content().with_status(200))
}

fn deactivate(call: &Call<'_>) -> Answer {
    resource::deactivate::<LogStreams>(call)?;
    Ok(Reply::no_content().with_status(200))
}
