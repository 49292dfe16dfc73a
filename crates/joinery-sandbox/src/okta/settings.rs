//! Settings an org has once: kept as records, each at a place of its own. And the smallest of them: how rate limits are
//! reported, what `ThreatInsight` does.

#![allow(clippy::unnecessary_wraps, reason = "every route answers with a result")]

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::event::{EventKind, Party};
use super::ids::{Id, Kind};
use super::record::Record;
use super::resource::link;
use super::shape::{complete, fault, names, one_of};
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "threats/configuration", get_threats),
    Route(Method::POST, "threats/configuration", set_threats),
    Route(
        Method::GET,
        "rate-limit-settings/admin-notifications",
        get_notifications,
    ),
    Route(
        Method::PUT,
        "rate-limit-settings/admin-notifications",
        set_notifications,
    ),
    Route(Method::GET, "rate-limit-settings/per-client", get_per_client),
    Route(Method::PUT, "rate-limit-settings/per-client", set_per_client),
    Route(Method::GET, "rate-limit-settings/warning-threshold", get_threshold),
    Route(Method::PUT, "rate-limit-settings/warning-threshold", set_threshold),
];

/// An event about the org itself.
pub const ORG_UPDATE: EventKind = EventKind("support.org.update", "Update org settings", "support.org.update");
const THREATS_UPDATE: EventKind = EventKind(
    "security.threat.configuration.update",
    "Update ThreatInsight configuration",
    "security.threat.configuration.update",
);

/// A group of settings.
///
/// # Panics
/// Where the org was not founded with it.
pub fn of<'a>(org: &'a Org, name: &str) -> &'a Record {
    let found = org.records_at(&place(name)).next();
    found.expect("an org is founded with its settings")
}

fn place(name: &str) -> String {
    format!("settings/{name}")
}

/// Changes a group of settings and writes it into the log.
pub fn change(org: &mut Org, call: &Call<'_>, name: &str, kind: EventKind, changes: Map<String, Value>) {
    let mut record = of(org, name).clone();
    record.fields.extend(changes);
    record.last_updated = call.now.whole_seconds();
    let party = Party {
        display_name: name.to_owned(),
        ..record.party("Settings")
    };
    org.add_record(record);
    org.record(call, kind, vec![party]);
}

/// A group of settings that an org has from its first change on; `usual` before.
pub fn or_usual(org: &Org, name: &str, usual: &Value) -> Value {
    let kept = org.records_at(&place(name)).next();
    complete(usual, kept.map(|kept| Value::Object(kept.fields.clone())).as_ref())
}

/// Changes such a group of settings and writes it into the log.
pub fn keep(org: &mut Org, call: &Call<'_>, name: &str, kind: EventKind, changes: Map<String, Value>) {
    if org.records_at(&place(name)).next().is_none() {
        let id = org.ids.next(Kind::Record(b"set"));
        org.add_record(Record::new(id, place(name), call.now, Map::new()).founded());
    }
    change(org, call, name, kind, changes);
}

/// One change.
pub fn one(name: &str, value: impl Into<Value>) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), value.into())])
}

fn shown_threats(org: &Org, url: &str) -> Value {
    let threats = of(org, "threats");
    json!({
        "action": threats.get("action"), "excludeZones": threats.get("excludeZones"), "created": threats.created,
        "lastUpdated": threats.last_updated,
        "_links": {"self": link(&format!("{url}/api/v1/threats/configuration"), &["GET", "POST"])},
    })
}

fn get_threats(call: &Call<'_>) -> Answer {
    Ok(Reply::json(&shown_threats(&call.state.read(), call.state.url())))
}

fn set_threats(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let action = one_of(&body, "action", &["none", "audit", "block"], None)?;
    let zones = body.get("excludeZones").filter(|zones| !zones.is_null()).cloned();
    let zones = zones.unwrap_or_else(|| json!([]));
    let mut org = call.state.write();
    if let Some(unknown) = names(&zones).find(|zone| org.record_at("zones", zone).is_none()) {
        return Err(fault("excludeZones", &format!("'{unknown}' is not a network zone")));
    }
    let mut changes = one("action", action);
    changes.extend(one("excludeZones", zones));
    change(&mut org, call, "threats", THREATS_UPDATE, changes);
    Ok(Reply::json(&shown_threats(&org, call.state.url())))
}

/// Some of the settings about rate limits.
fn shown_limits(org: &Org, fields: &[&str]) -> Reply {
    let limits = of(org, "rate-limits");
    let some = fields
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), limits.fields.get(*name)?.clone())));
    Reply::json(&Value::Object(some.collect()))
}

fn get_notifications(call: &Call<'_>) -> Answer {
    Ok(shown_limits(&call.state.read(), &["notificationsEnabled"]))
}

fn set_notifications(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let enabled = body.get("notificationsEnabled").and_then(Value::as_bool);
    let enabled = enabled.ok_or_else(|| fault("notificationsEnabled", "The field cannot be left blank"))?;
    let mut org = call.state.write();
    change(
        &mut org,
        call,
        "rate-limits",
        ORG_UPDATE,
        one("notificationsEnabled", enabled),
    );
    Ok(shown_limits(&org, &["notificationsEnabled"]))
}

const PER_CLIENT: [&str; 2] = ["defaultMode", "useCaseModeOverrides"];

fn get_per_client(call: &Call<'_>) -> Answer {
    Ok(shown_limits(&call.state.read(), &PER_CLIENT))
}

fn set_per_client(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut changes = one(
        "defaultMode",
        one_of(&body, "defaultMode", &["ENFORCE", "DISABLE", "PREVIEW"], None)?,
    );
    let overrides = body.get("useCaseModeOverrides").cloned();
    changes.extend(overrides.map(|overrides| ("useCaseModeOverrides".to_owned(), overrides)));
    let mut org = call.state.write();
    change(&mut org, call, "rate-limits", ORG_UPDATE, changes);
    Ok(shown_limits(&org, &PER_CLIENT))
}

fn get_threshold(call: &Call<'_>) -> Answer {
    Ok(shown_limits(&call.state.read(), &["warningThreshold"]))
}

fn set_threshold(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let threshold = body.get("warningThreshold").and_then(Value::as_i64);
    let Some(threshold) = threshold.filter(|threshold| (30..=90).contains(threshold)) else {
        return Err(fault("warningThreshold", "The threshold has to be between 30 and 90"));
    };
    let mut org = call.state.write();
    change(
        &mut org,
        call,
        "rate-limits",
        ORG_UPDATE,
        one("warningThreshold", threshold),
    );
    Ok(shown_limits(&org, &["warningThreshold"]))
}

/// The settings of every org. `owner` is whom Okta would call.
pub fn founded(owner: Id, now: Time) -> Vec<Record> {
    let group = |number: u64, prefix: &'static [u8; 3], name: &str, fields: Value| {
        let id = Id::founded(Kind::Record(prefix), number);
        let fields = fields.as_object().cloned().unwrap_or_default();
        Record::new(id, place(name), now, fields).founded()
    };
    let org = json!({
        "subdomain": "acme", "companyName": "Acme", "website": "https://acme.example", "phoneNumber": null,
        "endUserSupportHelpURL": null, "supportPhoneNumber": null, "address1": null, "address2": null, "city": null,
        "state": null, "country": null, "postalCode": null, "showEndUserFooter": true, "optOutEmailUsers": false,
        "support": "DISABLED", "expiration": null, "BILLING": owner, "TECHNICAL": owner, "thirdPartyAdmin": false,
        "clientPrivilegesSetting": false, "autoAssignAdminAppSetting": false, "captchaId": null, "enabledPages": [],
        "factors": ["okta_email", "okta_password", "okta_verify"],
    });
    vec![
        group(1, b"00o", "org", org),
        group(2, b"thr", "threats", json!({"action": "none", "excludeZones": []})),
        group(
            3,
            b"rls",
            "rate-limits",
            json!({"notificationsEnabled": true, "defaultMode": "ENFORCE", "warningThreshold": 90}),
        ),
    ]
}
