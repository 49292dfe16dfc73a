//! Features an org can switch on by itself. The switches are kept; nothing else in the sandbox looks at them.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::ids::{Id, Kind};
use super::record::Record;
use super::resource::link;
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "features", list),
    Route(Method::GET, "features/{}", get),
    Route(Method::GET, "features/{}/dependencies", list_none),
    Route(Method::GET, "features/{}/dependents", list_none),
    Route(Method::POST, "features/{}/{}", switch),
];

const PLACE: &str = "features";
const ENABLE: EventKind = EventKind("system.feature.enable", "Enable feature", "system.feature.enable");
const DISABLE: EventKind = EventKind("system.feature.disable", "Disable feature", "system.feature.disable");

/// Name, description, stage, and whether it is on.
const FEATURES: &[(&str, &str, &str, bool)] = &[
    (
        "Import monitoring",
        "Shows imports that run or ran within a day",
        "BETA",
        false,
    ),
    (
        "Password change emails",
        "Tells people by email that their password was changed",
        "EA",
        false,
    ),
    (
        "Recent apps",
        "Shows people the apps they used last on their dashboard",
        "EA",
        true,
    ),
];

fn find<'a>(org: &'a Org, id: &str) -> Result<&'a Record, Problem> {
    org.record_at(PLACE, id)
        .ok_or_else(|| Problem::not_found(id, "Feature"))
}

fn shown(feature: &Record, url: &str) -> Value {
    let at = format!("{url}/api/v1/{}", feature.path());
    let (status, act) = if feature.active {
        ("ENABLED", "disable")
    } else {
        ("DISABLED", "enable")
    };
    let mut stage = Map::from_iter([("value".to_owned(), feature.get("stage").clone())]);
    let mut links = Map::new();
    if feature.text("stage") == "BETA" {
        stage.insert("state".into(), "OPEN".into());
    }
    links.insert(act.into(), link(&format!("{at}/{act}"), &["POST"]));
    links.insert("self".into(), json!({"href": at}));
    for name in ["dependents", "dependencies"] {
        links.insert(name.into(), json!({"href": format!("{at}/{name}")}));
    }
    json!({
        "id": feature.id, "type": "self-service", "status": status, "name": feature.get("name"),
        "description": feature.get("description"), "stage": stage, "_links": links,
    })
}

#[expect(clippy::unnecessary_wraps, reason = "every route answers with a result")]
fn list(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let list: Vec<Value> = org.records_at(PLACE).map(|it| shown(it, call.state.url())).collect();
    Ok(Reply::json(&list))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    Ok(Reply::json(&shown(find(&org, call.part(0))?, call.state.url())))
}

/// None of the sandbox's features needs another.
fn list_none(call: &Call<'_>) -> Answer {
    find(&call.state.read(), call.part(0))?;
    Ok(Reply::json::<[(); 0]>(&[]))
}

fn switch(call: &Call<'_>) -> Answer {
    let (active, kind) = match call.part(1).to_ascii_lowercase().as_str() {
        "enable" => (true, ENABLE),
        "disable" => (false, DISABLE),
        _ => return Err(Problem::new(404, "E0000008", "The requested path was not found")),
    };
    let mut org = call.state.write();
    let feature = Record {
        active,
        last_updated: call.now.whole_seconds(),
        ..find(&org, call.part(0))?.clone()
    };
    let (reply, party) = (
        Reply::json(&shown(&feature, call.state.url())),
        feature.party("Feature"),
    );
    org.add_record(feature);
    org.record(call, kind, vec![party]);
    Ok(reply)
}

/// The features of every org.
pub fn founded(now: Time) -> Vec<Record> {
    let made = |(number, (name, about, stage, active)): (u64, &(&str, &str, &str, bool))| {
        let fields = json!({"name": name, "description": about, "stage": stage});
        let id = Id::founded(Kind::Record(b"ftr"), number);
        Record {
            active: *active,
            ..Record::new(id, PLACE, now, fields.as_object().cloned().unwrap_or_default())
        }
    };
    (1..).zip(FEATURES).map(made).collect()
}
