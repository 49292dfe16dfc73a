//! Profile mappings: which attribute of a user comes from where. The sandbox has those of identity providers.

use axum::http::Method;
use axum::http::header::LINK;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::ids::{Id, Kind};
use super::paging::Limits;
use super::record::Record;
use super::shape::fault;
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "mappings", list),
    Route(Method::GET, "mappings/{}", get),
    Route(Method::POST, "mappings/{}", update),
];

const PLACE: &str = "mappings";
const MAPPING: Kind = Kind::Record(b"prm");
const LIMITS: Limits = Limits { default: 20, most: 200 };
const UPDATED: EventKind = EventKind("directory.mapping.update", "Update mapping", "directory.mapping.update");

/// Attributes of a user and where they come from, for a provider that speaks SAML.
const SAML: &[(&str, &str)] = &[
    ("firstName", "source.firstName"),
    ("lastName", "source.lastName"),
    ("email", "source.email"),
    ("mobilePhone", "source.mobilePhone"),
    ("login", "source.userName"),
];
/// The same for all others.
const OPENID: &[(&str, &str)] = &[
    ("login", "appuser.email"),
    ("displayName", "appuser.displayName"),
    ("nickName", "appuser.nickname"),
    ("firstName", "appuser.firstName"),
    ("middleName", "appuser.middleName"),
    ("lastName", "appuser.lastName"),
    ("email", "appuser.email"),
    ("profileUrl", "appuser.profile"),
    (
        "timezone",
        "appuser.zoneinfo == null ? \"America/Los_Angeles\" : appuser.zoneinfo",
    ),
    ("primaryPhone", "appuser.phoneNumber"),
    ("streetAddress", "appuser.street_address"),
    ("city", "appuser.locality"),
    ("state", "appuser.region"),
    ("zipCode", "appuser.postalCode"),
    ("countryCode", "appuser.country"),
];

/// Adds the mapping of a new identity provider.
pub fn add(org: &mut Org, idp: Id, now: Time) {
    let kind = org.records.get(&idp).map_or("", |idp| idp.text("type")).to_owned();
    let (name, attributes) = match kind.as_str() {
        "SAML2" => ("saml_idp".to_owned(), SAML),
        "OIDC" => ("oidc_idp".to_owned(), OPENID),
        kind => (kind.to_lowercase(), OPENID),
    };
    let properties: Map<String, Value> = attributes
        .iter()
        .map(|(name, from)| {
            (
                (*name).to_owned(),
                json!({"expression": from, "pushStatus": "DONT_PUSH"}),
            )
        })
        .collect();
    let fields = json!({"source": idp, "name": name, "properties": properties});
    let id = org.ids.next(MAPPING);
    org.add_record(Record::new(
        id,
        PLACE,
        now,
        fields.as_object().cloned().unwrap_or_default(),
    ));
}

/// Removes the mapping of an identity provider.
pub fn remove(org: &mut Org, idp: Id) {
    org.records.remove_at(PLACE, |it| it.text("source") == idp.as_str());
}

fn find<'a>(org: &'a Org, id: &str) -> Result<&'a Record, Problem> {
    org.record_at(PLACE, id)
        .ok_or_else(|| Problem::not_found(id, "Mapping"))
}

fn shown(mapping: &Record, org: &Org, url: &str, whole: bool) -> Value {
    let href = |path: String| json!({"href": format!("{url}/api/v1/{path}")});
    let source = mapping.text("source");
    let schema = org.user_type.of_kind(Kind::Schema);
    let mut shown = json!({
        "id": mapping.id,
        "source": {
            "id": source, "name": mapping.get("name"), "type": "appuser",
            "_links": {
                "self": href(format!("apps/{source}")), "schema": href(format!("meta/schemas/apps/{source}/default")),
            },
        },
        "target": {
            "id": org.user_type, "name": "user", "type": "user",
            "_links": {
                "self": href(format!("meta/types/user/{}", org.user_type)),
                "schema": href(format!("meta/schemas/user/{schema}")),
            },
        },
    });
    if whole {
        shown["properties"] = mapping.get("properties").clone();
    }
    shown["_links"] = json!({"self": href(mapping.path())});
    shown
}

/// The link of the list to itself names the limit only, as recorded.
fn list(call: &Call<'_>) -> Answer {
    let limit = LIMITS.of(call)?;
    let org = call.state.read();
    let wanted = |mapping: &&Record| {
        let target = org.user_type;
        call.query
            .filled("sourceId")
            .is_none_or(|id| mapping.text("source") == id)
            && call.query.filled("targetId").is_none_or(|id| target.as_str() == id)
    };
    let found = org.records_at(PLACE).filter(wanted).take(limit);
    let list: Vec<Value> = found
        .map(|mapping| shown(mapping, &org, call.state.url(), false))
        .collect();
    let own = format!("<{}/api/v1/mappings?limit={limit}>; rel=\"self\"", call.state.url());
    Ok(Reply::json(&list).with_header(LINK, &own))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    Ok(Reply::json(&shown(
        find(&org, call.part(0))?,
        &org,
        call.state.url(),
        true,
    )))
}

/// Changes what is named; `null` and an empty expression take an attribute out.
fn update(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let changes = body.get("properties").and_then(Value::as_object);
    let changes = changes.ok_or_else(|| fault("properties", "The field cannot be left blank"))?;
    let mut org = call.state.write();
    let mut mapping = find(&org, call.part(0))?.clone();
    let mut properties = mapping.get("properties").as_object().cloned().unwrap_or_default();
    for (name, property) in changes {
        if org.default_schema().get(name).is_none() {
            return Err(fault("properties", &format!("Users have no attribute '{name}'")));
        }
        let expression = property["expression"].as_str().unwrap_or_default();
        if expression.is_empty() {
            properties.shift_remove(name);
            continue;
        }
        let push = property["pushStatus"].as_str().unwrap_or("DONT_PUSH");
        properties.insert(name.clone(), json!({"expression": expression, "pushStatus": push}));
    }
    mapping.fields.insert("properties".into(), Value::Object(properties));
    mapping.last_updated = call.now.whole_seconds();
    let (reply, party) = (
        Reply::json(&shown(&mapping, &org, call.state.url(), true)),
        mapping.party("ProfileMapping"),
    );
    org.add_record(mapping);
    org.record(call, UPDATED, vec![party]);
    Ok(reply)
}
