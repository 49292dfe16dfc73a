//! The services by which an org reaches phones. The sandbox reaches none.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::Call;
use super::errors::Problem;
use super::ids::Kind;
use super::record::Record;
use super::resource::{self, Events, Place, Resource, link};
use super::settings::ORG_UPDATE;
use super::shape::{fault, need_text, one_of};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "push-providers", resource::list::<PushProviders>),
    Route(Method::POST, "push-providers", resource::create::<PushProviders>),
    Route(Method::GET, "push-providers/{}", resource::get::<PushProviders>),
    Route(Method::PUT, "push-providers/{}", resource::replace::<PushProviders>),
    Route(Method::DELETE, "push-providers/{}", resource::delete::<PushProviders>),
];

/// Push providers.
pub struct PushProviders;

/// What a provider is told, by its type; the last is a secret that is never shown.
const CONFIGURATION: &[(&str, &[&str], &str)] = &[
    ("APNS", &["keyId", "teamId"], "tokenSigningKey"),
    ("FCM", &[], "serviceAccountJson"),
];

impl Resource for PushProviders {
    const CLASS: &'static str = "PushProvider";
    const KIND: Kind = Kind::Record(b"ppc");
    const KEYS: &'static [&'static str] = &[
        "id",
        "name",
        "providerType",
        "lastUpdatedDate",
        "configuration",
        "_links",
    ];
    // Okta has no event about them.
    const EVENTS: Events = Events {
        create: ORG_UPDATE,
        update: ORG_UPDATE,
        delete: ORG_UPDATE,
        activate: ORG_UPDATE,
        deactivate: ORG_UPDATE,
    };

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("push-providers"))
    }

    fn read(
        _org: &Org,
        _place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let name = need_text(body, "name", 255)?;
        let types: Vec<&str> = CONFIGURATION.iter().map(|known| known.0).collect();
        let kind = one_of(body, "providerType", &types, old.map(|old| old.text("providerType")))?;
        if old.is_some_and(|old| old.text("providerType") != kind) {
            return Err(fault("providerType", "The type of a push provider cannot be changed"));
        }
        let given = body.get("configuration").unwrap_or(&Value::Null);
        let mut shown = Map::new();
        for (known, needed, secret) in CONFIGURATION.iter().filter(|known| known.0 == kind) {
            for field in *needed {
                let text = given[*field].as_str().filter(|text| !text.is_empty());
                let text =
                    text.ok_or_else(|| fault(&format!("configuration.{field}"), "The field cannot be left blank"))?;
                shown.insert((*field).into(), text.into());
            }
            if old.is_none() && given[*secret].is_null() {
                return Err(fault(
                    &format!("configuration.{secret}"),
                    "The field cannot be left blank",
                ));
            }
            if *known == "FCM" {
                let project = given[*secret]["project_id"].as_str().map(str::to_owned);
                let kept = old.and_then(|old| old.get("configuration")["projectId"].as_str());
                shown.insert("projectId".into(), json!(project.or(kept.map(str::to_owned))));
            }
        }
        shown.insert("fileName".into(), given["fileName"].clone());
        Ok(Map::from_iter([
            ("name".to_owned(), name.into()),
            ("providerType".to_owned(), kind.into()),
            ("configuration".to_owned(), shown.into()),
        ]))
    }

    fn finish(record: &Record, _url: &str, shown: &mut Map<String, Value>) {
        // It stands between type and configuration, where a reader looks for it.
        let rest: Vec<(String, Value)> = ["configuration", "_links"]
            .iter()
            .filter_map(|name| shown.shift_remove_entry(*name))
            .collect();
        shown.insert("lastUpdatedDate".into(), json!(record.last_updated));
        shown.extend(rest);
    }

    fn links(_record: &Record, at: &str, _url: &str) -> Value {
        json!({"self": link(at, &["DELETE", "GET", "PUT"])})
    }

    fn is_wanted(call: &Call<'_>, record: &Record) -> bool {
        let kind = call.query.filled("type");
        kind.is_none_or(|kind| record.text("providerType") == kind)
    }
}
