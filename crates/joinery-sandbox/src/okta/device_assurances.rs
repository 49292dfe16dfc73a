//! Device assurance policies: what a device must be like. Nothing in the sandbox checks a device; it has
//! none.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::ids::{Id, Kind};
use super::oauth::access::Caller;
use super::paging;
use super::record::Record;
use super::resource::{self, Events, Place, Resource, link};
use super::shape::{need_free, need_text, one_of};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "device-assurances", resource::list::<Assurances>),
    Route(Method::POST, "device-assurances", resource::create::<Assurances>),
    Route(Method::GET, "device-assurances/{}", resource::get::<Assurances>),
    Route(Method::PUT, "device-assurances/{}", resource::replace::<Assurances>),
    Route(Method::DELETE, "device-assurances/{}", resource::delete::<Assurances>),
    Route(Method::GET, "devices", list_devices),
    Route(Method::GET, "devices/{}", no_device),
    Route(Method::DELETE, "devices/{}", no_device),
    Route(Method::GET, "devices/{}/users", no_device),
    Route(Method::POST, "devices/{}/lifecycle/activate", no_device),
    Route(Method::POST, "devices/{}/lifecycle/deactivate", no_device),
    Route(Method::POST, "devices/{}/lifecycle/suspend", no_device),
    Route(Method::POST, "devices/{}/lifecycle/unsuspend", no_device),
];

/// Device assurance policies.
pub struct Assurances;

/// What a policy may ask of a device.
const CHECKS: &[&str] = &[
    "osVersion",
    "osVersionConstraints",
    "diskEncryptionType",
    "screenLockType",
    "secureHardwarePresent",
    "jailbreak",
    "thirdPartySignalProviders",
    "devicePostureChecks",
    "gracePeriod",
];
const UPDATE: EventKind = EventKind(
    "device.assurance.policy.update",
    "Update device assurance policy",
    "device.assurance.policy.update",
);

impl Resource for Assurances {
    const CLASS: &'static str = "DeviceAssurancePolicyEntity";
    const KIND: Kind = Kind::Record(b"dae");
    const KEYS: &'static [&'static str] = &[
        "name",
        "platform",
        "id",
        "*",
        "displayRemediationMode",
        "createdDate",
        "createdBy",
        "lastUpdate",
        "lastUpdatedBy",
        "resourceType",
        "resourceId",
        "resourceDisplayName",
        "_links",
    ];
    const EVENTS: Events = Events {
        create: EventKind(
            "device.assurance.policy.add",
            "Add device assurance policy",
            "device.assurance.policy.add",
        ),
        update: UPDATE,
        delete: EventKind(
            "device.assurance.policy.delete",
            "Delete device assurance policy",
            "device.assurance.policy.delete",
        ),
        activate: UPDATE,
        deactivate: UPDATE,
    };

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("device-assurances"))
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let name = need_text(body, "name", 50)?;
        need_free(org, place, "name", &name, old)?;
        let platforms = ["ANDROID", "CHROMEOS", "IOS", "MACOS", "WINDOWS"];
        let platform = one_of(body, "platform", &platforms, old.map(|old| old.text("platform")))?;
        let remediation = one_of(body, "displayRemediationMode", &["HIDE", "SHOW"], Some("HIDE"))?;
        let mut fields = Map::new();
        for check in CHECKS {
            if let Some(value) = body.get(*check).filter(|value| !value.is_null()) {
                fields.insert((*check).to_owned(), value.clone());
            }
        }
        fields.insert("resourceDisplayName".into(), json!({"value": name, "sensitive": false}));
        fields.insert("name".into(), name.into());
        fields.insert("platform".into(), platform.into());
        fields.insert("displayRemediationMode".into(), remediation.into());
        fields.insert("resourceType".into(), Self::CLASS.into());
        if let Some(old) = old {
            fields.insert("createdBy".into(), old.get("createdBy").clone());
        }
        Ok(fields)
    }

    fn links(_record: &Record, at: &str, _url: &str) -> Value {
        json!({"self": link(at, &["GET", "PUT", "DELETE"])})
    }

    fn keep_in_step(org: &mut Org, id: Id, call: &Call<'_>, new: bool) {
        let by = match call.caller {
            Caller::Owner => org.owner,
            Caller::User(id) | Caller::Client(id) => id,
        };
        if let Some(record) = org.records.get_mut(&id) {
            if new {
                record.fields.insert("createdBy".into(), json!(by));
            }
            record.fields.insert("lastUpdatedBy".into(), json!(by));
            record.fields.insert("createdDate".into(), json!(record.created));
            record.fields.insert("lastUpdate".into(), json!(record.last_updated));
            record.fields.insert("resourceId".into(), json!(id));
        }
    }
}

/// Nobody enrols a device in the sandbox.
fn list_devices(call: &Call<'_>) -> Answer {
    let limits = paging::Limits {
        default: 200,
        most: 200,
    };
    let limit = limits.of(call)?;
    Ok(paging::link(Reply::json::<[(); 0]>(&[]), call, limit, None))
}

fn no_device(call: &Call<'_>) -> Answer {
    Err(Problem::not_found(call.part(0), "UDDevice"))
}
