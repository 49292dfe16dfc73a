//! The `YubiKey`s of an org, by the seeds that an admin uploaded; none is given to a user here. Seeds are kept and never
//! shown.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::ids::{Id, Kind};
use super::paging::{self, Limits};
use super::record::Record;
use super::resource::link;
use super::shape::{fault, need_text};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "org/factors/yubikey_token/tokens", list),
    Route(Method::POST, "org/factors/yubikey_token/tokens", upload),
    Route(Method::GET, "org/factors/yubikey_token/tokens/{}", get),
];

const PLACE: &str = "org/factors/yubikey_token/tokens";
const UPLOADED: EventKind = EventKind(
    "system.mfa.factor.activate",
    "Activate a factor",
    "system.mfa.factor.activate",
);

fn shown(key: &Record, url: &str) -> Value {
    let at = format!("{url}/api/v1/{}", key.path());
    json!({
        "id": key.id, "created": key.created, "lastVerified": key.created, "lastUpdated": key.last_updated,
        "status": "UNASSIGNED", "profile": {"serial": key.get("serial")},
        "_links": {"self": link(&at, &["GET", "DELETE"])},
    })
}

fn list(call: &Call<'_>) -> Answer {
    let limit = Limits { default: 20, most: 200 }.of(call)?;
    let org = call.state.read();
    let after = call
        .query
        .filled("after")
        .map(|after| Id::parse(after).ok_or_else(Problem::cursor));
    let after = after.transpose()?;
    let found: Vec<&Record> = org
        .records_at(PLACE)
        .filter(|key| after.is_none_or(|after| key.id > after))
        .collect();
    let page = &found[..found.len().min(limit)];
    let next = page.last().filter(|_| found.len() > limit).map(|key| key.id);
    let list: Vec<Value> = page.iter().map(|key| shown(key, call.state.url())).collect();
    Ok(paging::link(
        Reply::json(&list),
        call,
        limit,
        next.as_ref().map(Id::as_str),
    ))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let key = org.record_at(PLACE, call.part(0));
    let key = key.ok_or_else(|| Problem::not_found(call.part(0), "YubiKeyToken"))?;
    Ok(Reply::json(&shown(key, call.state.url())))
}

fn upload(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let serial = need_text(&body, "serialNumber", 12)?;
    if !serial.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(fault("serialNumber", "The serial number has to be digits"));
    }
    let serial = format!("{serial:0>12}");
    for (field, length) in [("privateId", 12), ("aesKey", 32)] {
        let text = need_text(&body, field, length)?;
        if text.len() != length || hex::decode(&text).is_err() {
            return Err(fault(
                field,
                &format!("The field has to be {length} hexadecimal digits"),
            ));
        }
    }
    let mut fields = body
        .into_iter()
        .filter(|(name, _)| name != "serialNumber")
        .collect::<Map<_, _>>();
    fields.insert("serial".into(), serial.as_str().into());
    let mut org = call.state.write();
    if is_known(&org, &serial) {
        return Err(fault(
            "serialNumber",
            "A YubiKey with this serial number was uploaded already",
        ));
    }
    let key = Record::new(org.ids.next(Kind::Record(b"ykk")), PLACE, call.now, fields);
    let (reply, party) = (Reply::json(&shown(&key, call.state.url())), key.party("YubiKeyToken"));
    org.add_record(key);
    org.record(call, UPLOADED, vec![party]);
    Ok(reply)
}

fn is_known(org: &Org, serial: &str) -> bool {
    org.records_at(PLACE).any(|key| key.text("serial") == serial)
}
