//! Network zones: by address, by place and kind of proxy, and the enhanced form of the latter.

use std::net::IpAddr;

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::Call;
use super::errors::Problem;
use super::event::EventKind;
use super::ids::{Id, Kind};
use super::record::Record;
use super::resource::{self, Events, Page, Place, Resource};
use super::shape::{complete, fault, names, need_free, need_text, one_of};
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "zones", resource::list::<Zones>),
    Route(Method::POST, "zones", resource::create::<Zones>),
    Route(Method::GET, "zones/{}", resource::get::<Zones>),
    Route(Method::PUT, "zones/{}", resource::replace::<Zones>),
    Route(Method::DELETE, "zones/{}", resource::delete::<Zones>),
    Route(Method::POST, "zones/{}/lifecycle/activate", resource::activate::<Zones>),
    Route(
        Method::POST,
        "zones/{}/lifecycle/deactivate",
        resource::deactivate::<Zones>,
    ),
];

/// Network zones.
pub struct Zones;

/// The most addresses of a zone.
const MOST_ADDRESSES: usize = 150;
/// The most of one that blocks.
const MOST_BLOCKED: usize = 1000;

impl Resource for Zones {
    const CLASS: &'static str = "NetworkZone";
    const KIND: Kind = Kind::Record(b"nzo");
    const KEYS: &'static [&'static str] = &[
        "type",
        "id",
        "name",
        "status",
        "usage",
        "created",
        "lastUpdated",
        "system",
        "*",
        "_links",
    ];
    const EVENTS: Events = Events {
        create: EventKind("zone.create", "Create network zone", "zone.create"),
        update: EventKind("zone.update", "Update network zone", "zone.update"),
        delete: EventKind("zone.delete", "Delete network zone", "zone.delete"),
        activate: EventKind("zone.activate", "Activate network zone", "zone.activate"),
        deactivate: EventKind("zone.deactivate", "Deactivate network zone", "zone.deactivate"),
    };
    const PAGE: Page = Page::Asked(200);
    const FILTERED: &'static [&'static str] = &["id", "usage", "system"];

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("zones"))
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let kind = one_of(body, "type", &["IP", "DYNAMIC", "DYNAMIC_V2"], None)?;
        if old.is_some_and(|old| old.text("type") != kind) {
            return Err(fault("type", "The type of a network zone cannot be changed"));
        }
        let name = need_text(body, "name", 128)?;
        need_free(org, place, "name", &name, old)?;
        let usage = one_of(body, "usage", &["POLICY", "BLOCKLIST"], Some("POLICY"))?;
        let mut fields = Map::new();
        let is_open = old.is_some_and(|old| old.system);
        match kind.as_str() {
            "IP" => read_addresses(body, usage == "BLOCKLIST", is_open, &mut fields)?,
            "DYNAMIC" => read_places(body, &mut fields)?,
            _ => read_enhanced(body, &mut fields)?,
        }
        fields.insert("type".into(), kind.into());
        fields.insert("name".into(), name.into());
        fields.insert("usage".into(), usage.into());
        Ok(fields)
    }

    fn may_delete(org: &Org, record: &Record) -> Result<(), Problem> {
        if record.system {
            return Err(fault("zone", "A system zone cannot be deleted"));
        }
        let id = record.id.as_str();
        let user = org.records.below("policies/").find(|other| {
            let network = &other.get("conditions")["network"];
            ["include", "exclude"]
                .iter()
                .any(|list| names(&network[list]).any(|zone| zone == id))
        });
        match user {
            Some(rule) => Err(fault(
                "zone",
                &format!(
                    "The zone is used by the rule '{}' and cannot be deleted",
                    rule.text("name")
                ),
            )),
            None => Ok(()),
        }
    }

    fn may_switch(_org: &Org, _record: &Record) -> Result<(), Problem> {
        Ok(())
    }
}

fn read_addresses(
    body: &Map<String, Value>,
    blocks: bool,
    may_be_empty: bool,
    fields: &mut Map<String, Value>,
) -> Result<(), Problem> {
    let most = if blocks { MOST_BLOCKED } else { MOST_ADDRESSES };
    for list in ["gateways", "proxies"] {
        let given = body.get(list).filter(|list| !list.is_null());
        let addresses = given
            .map(|list| list.as_array().ok_or_else(Problem::malformed))
            .transpose()?;
        let addresses = addresses.map_or(&[][..], Vec::as_slice);
        if let Some(wrong) = addresses.iter().find(|address| !is_address(address)) {
            let value = wrong["value"].as_str().unwrap_or_default();
            return Err(fault(
                list,
                &format!("'{value}' is neither a CIDR nor a range of addresses"),
            ));
        }
        if addresses.len() > most {
            return Err(fault(list, &format!("The zone has more than {most} addresses")));
        }
        let kept = if addresses.is_empty() {
            Value::Null
        } else {
            json!(addresses)
        };
        fields.insert(list.into(), kept);
    }
    if !may_be_empty && fields.values().all(Value::is_null) {
        let cause = "At least one of 'gateways' and 'proxies' has to be given";
        return Err(fault("gateways", cause));
    }
    Ok(())
}

fn is_address(address: &Value) -> bool {
    let value = address["value"].as_str().unwrap_or_default();
    let ip = |text: &str| text.trim().parse::<IpAddr>().ok();
    match address["type"].as_str() {
        Some("CIDR") => match value.split_once('/') {
            Some((address, length)) => {
                let most = ip(address).map(|ip| if ip.is_ipv4() { 32 } else { 128 });
                most.is_some_and(|most| length.parse::<u8>().is_ok_and(|length| length <= most))
            }
            None => ip(value).is_some(),
        },
        Some("RANGE") => match value.split_once('-') {
            Some((first, last)) => ip(first).zip(ip(last)).is_some_and(|(first, last)| first <= last),
            None => ip(value).is_some(),
        },
        _ => false,
    }
}

fn read_places(body: &Map<String, Value>, fields: &mut Map<String, Value>) -> Result<(), Problem> {
    let given = |name: &str| body.get(name).filter(|value| !value.is_null());
    let places = places(given("locations"))?;
    let (proxy, systems) = (given("proxyType"), given("asns"));
    if proxy.is_some_and(|proxy| !proxy.is_string()) {
        return Err(Problem::malformed());
    }
    if places.is_empty() && proxy.is_none() && systems.is_none() {
        let cause = "At least one of 'locations', 'proxyType' and 'asns' has to be given";
        return Err(fault("locations", cause));
    }
    let places = if places.is_empty() { Value::Null } else { json!(places) };
    fields.insert("locations".into(), places);
    fields.insert("proxyType".into(), proxy.cloned().unwrap_or_default());
    if let Some(systems) = systems {
        fields.insert("asns".into(), systems.clone());
    }
    Ok(())
}

/// Locations with all their fields, in the order Okta gives them back however they came.
fn places(given: Option<&Value>) -> Result<Vec<Value>, Problem> {
    let mut places: Vec<(String, Option<String>)> = Vec::new();
    for place in given.and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| place[name].as_str().map(str::to_owned);
        let Some(country) = text("country").filter(|code| code.len() == 2) else {
            return Err(fault(
                "locations",
                "A location needs a country of two letters (ISO 3166-1)",
            ));
        };
        places.push((country, text("region")));
    }
    places.sort();
    let shown = |(country, region): &(String, Option<String>)| json!({"country": country, "region": region});
    Ok(places.iter().map(shown).collect())
}

fn read_enhanced(body: &Map<String, Value>, fields: &mut Map<String, Value>) -> Result<(), Problem> {
    let none = json!({"include": [], "exclude": []});
    let mut some = false;
    for name in ["locations", "ipServiceCategories", "asns"] {
        let mut list = complete(&none, body.get(name));
        if !list.is_object() {
            return Err(Problem::malformed());
        }
        if name == "locations" {
            for side in ["include", "exclude"] {
                list[side] = places(list.get(side))?.into();
            }
        }
        some |= ["include", "exclude"]
            .iter()
            .any(|side| list[side].as_array().is_some_and(|list| !list.is_empty()));
        fields.insert(name.into(), list);
    }
    if some {
        return Ok(());
    }
    let cause = "At least one of 'asns', 'locations' and 'ipServiceCategories' has to be given";
    Err(fault("locations", cause))
}

/// The zones of every org.
pub fn founded(now: Time) -> Vec<Record> {
    let zone = |number: u64, fields: Value| {
        let id = Id::founded(Zones::KIND, number);
        Record::new(id, "zones", now, fields.as_object().cloned().unwrap_or_default()).founded()
    };
    let all = json!({"include": [], "exclude": []});
    vec![
        zone(
            1,
            json!({"type": "IP", "name": "LegacyIpZone", "usage": "POLICY", "gateways": null, "proxies": null}),
        ),
        zone(
            2,
            json!({"type": "IP", "name": "BlockedIpZone", "usage": "BLOCKLIST", "gateways": null, "proxies": null}),
        ),
        zone(
            3,
            json!({
                "type": "DYNAMIC_V2", "name": "DefaultEnhancedDynamicZone", "usage": "BLOCKLIST", "locations": all,
                "ipServiceCategories": {"include": ["ALL_ANONYMIZERS"], "exclude": []}, "asns": all,
            }),
        ),
    ]
}
