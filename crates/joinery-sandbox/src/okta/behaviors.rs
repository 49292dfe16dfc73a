//! Behavior detection rules.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::Call;
use super::errors::Problem;
use super::event::EventKind;
use super::ids::{Id, Kind};
use super::record::Record;
use super::resource::{self, Events, Place, Resource};
use super::shape::{complete, fault, need_free, need_text, one_of};
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "behaviors", resource::list::<Behaviors>),
    Route(Method::POST, "behaviors", resource::create::<Behaviors>),
    Route(Method::GET, "behaviors/{}", resource::get::<Behaviors>),
    Route(Method::PUT, "behaviors/{}", resource::replace::<Behaviors>),
    Route(Method::DELETE, "behaviors/{}", resource::delete::<Behaviors>),
    Route(
        Method::POST,
        "behaviors/{}/lifecycle/activate",
        resource::activate::<Behaviors>,
    ),
    Route(
        Method::POST,
        "behaviors/{}/lifecycle/deactivate",
        resource::deactivate::<Behaviors>,
    ),
];

/// Behavior detection rules.
pub struct Behaviors;

const UPDATED: EventKind = EventKind(
    "security.behavior.settings.update",
    "Update behavior settings",
    "security.behavior.settings.update",
);
const TYPES: [&str; 4] = ["ANOMALOUS_LOCATION", "ANOMALOUS_DEVICE", "ANOMALOUS_IP", "VELOCITY"];

impl Resource for Behaviors {
    const CLASS: &'static str = "BehaviorSettings";
    const KIND: Kind = Kind::Record(b"bhv");
    const KEYS: &'static [&'static str] = &[
        "id",
        "name",
        "status",
        "settings",
        "type",
        "created",
        "lastUpdated",
        "_links",
    ];
    const EVENTS: Events = Events {
        create: EventKind(
            "security.behavior.settings.create",
            "Create behavior settings",
            "security.behavior.settings.create",
        ),
        update: UPDATED,
        delete: EventKind(
            "security.behavior.settings.delete",
            "Delete behavior settings",
            "security.behavior.settings.delete",
        ),
        activate: UPDATED,
        deactivate: UPDATED,
    };
    const REPLACES_STATUS: bool = false;

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("behaviors"))
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let name = need_text(body, "name", 128)?;
        need_free(org, place, "name", &name, old)?;
        let kind = one_of(body, "type", &TYPES, None)?;
        if old.is_some_and(|old| old.text("type") != kind) {
            return Err(fault("type", "The type of a behavior cannot be changed"));
        }
        let mut settings = complete(&usual_settings(&kind), body.get("settings"));
        // A length is shown with its decimals.
        if let Some(radius) = settings["radiusKilometers"].as_f64() {
            settings["radiusKilometers"] = radius.into();
        }
        let fields = json!({"name": name, "settings": settings, "type": kind});
        Ok(fields.as_object().cloned().unwrap_or_default())
    }

    /// The one kind of thing that shows moments in this form.
    fn finish(record: &Record, _url: &str, shown: &mut Map<String, Value>) {
        let text = |time: Time| {
            let text = time.whole_seconds().to_string().replace('T', " ");
            text.strip_suffix("00Z").map_or(text.clone(), str::to_owned)
        };
        shown.insert("created".into(), text(record.created).into());
        shown.insert("lastUpdated".into(), text(record.last_updated).into());
    }
}

fn usual_settings(kind: &str) -> Value {
    match kind {
        "VELOCITY" => json!({"velocityKph": 805}),
        "ANOMALOUS_LOCATION" => json!({
            "minEventsNeededForEvaluation": 0, "maxEventsUsedForEvaluation": 20, "granularity": "CITY",
            "radiusKilometers": null,
        }),
        "ANOMALOUS_IP" => json!({"minEventsNeededForEvaluation": 0, "maxEventsUsedForEvaluation": 50}),
        _ => json!({"minEventsNeededForEvaluation": 0, "maxEventsUsedForEvaluation": 20}),
    }
}

/// The behaviors of every org.
pub fn founded(now: Time) -> Vec<Record> {
    let usual = [
        ("New City", "ANOMALOUS_LOCATION"),
        ("New Device", "ANOMALOUS_DEVICE"),
        ("New IP", "ANOMALOUS_IP"),
        ("Velocity", "VELOCITY"),
    ];
    let made = |(number, (name, kind)): (u64, (&str, &str))| {
        let fields = json!({"name": name, "settings": usual_settings(kind), "type": kind});
        let id = Id::founded(Behaviors::KIND, number);
        Record::new(id, "behaviors", now, fields.as_object().cloned().unwrap_or_default())
    };
    (1..).zip(usual).map(made).collect()
}
