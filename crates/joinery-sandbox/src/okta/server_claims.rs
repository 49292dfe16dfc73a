//! The claims of authorization servers: what stands in their tokens beside what every token has.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::Call;
use super::errors::Problem;
use super::event::EventKind;
use super::ids::Kind;
use super::record::Record;
use super::resource::{self, Events, Place, Resource};
use super::servers;
use super::shape::{complete, fault, forbidden, need_text, one_of};
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(
        Method::GET,
        "authorizationServers/{}/claims",
        resource::list::<ServerClaims>,
    ),
    Route(
        Method::POST,
        "authorizationServers/{}/claims",
        resource::create::<ServerClaims>,
    ),
    Route(
        Method::GET,
        "authorizationServers/{}/claims/{}",
        resource::get::<ServerClaims>,
    ),
    Route(
        Method::PUT,
        "authorizationServers/{}/claims/{}",
        resource::replace::<ServerClaims>,
    ),
    Route(
        Method::DELETE,
        "authorizationServers/{}/claims/{}",
        resource::delete::<ServerClaims>,
    ),
];

/// The claims of an authorization server.
pub struct ServerClaims;

const UPDATED: EventKind = EventKind(
    "oauth2.claim.updated",
    "OAuth 2.0 claim updated",
    "oauth2.claim.updated",
);

/// The claims of an id token, their scope, and whether they are in it always.
const USUAL: &[(&str, &str, bool)] = &[
    ("address", "address", false),
    ("birthdate", "profile", false),
    ("email", "email", true),
    ("email_verified", "email", false),
    ("family_name", "profile", false),
    ("gender", "profile", false),
    ("given_name", "profile", false),
    ("locale", "profile", false),
    ("middle_name", "profile", false),
    ("name", "profile", true),
    ("nickname", "profile", false),
    ("phone_number", "phone", false),
    ("picture", "profile", false),
    ("preferred_username", "profile", true),
    ("profile", "profile", false),
    ("updated_at", "profile", false),
    ("website", "profile", false),
    ("zoneinfo", "profile", false),
];
const SUBJECT: &str = "(appuser != null) ? appuser.userName : app.clientId";

impl Resource for ServerClaims {
    const CLASS: &'static str = "OAuth2Claim";
    const KIND: Kind = Kind::Record(b"ocl");
    const KEYS: &'static [&'static str] = &[
        "id",
        "name",
        "status",
        "claimType",
        "valueType",
        "value",
        "group_filter_type",
        "conditions",
        "system",
        "alwaysIncludeInToken",
        "apiResourceId",
        "_links",
    ];
    const EVENTS: Events = Events {
        create: EventKind(
            "oauth2.claim.created",
            "OAuth 2.0 claim created",
            "oauth2.claim.created",
        ),
        update: UPDATED,
        delete: EventKind(
            "oauth2.claim.deleted",
            "OAuth 2.0 claim deleted",
            "oauth2.claim.deleted",
        ),
        activate: UPDATED,
        deactivate: UPDATED,
    };
    const CREATED: u16 = 201;

    fn place(org: &Org, call: &Call<'_>) -> Result<Place, Problem> {
        servers::below(org, call, "claims")
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let name = need_text(body, "name", 255)?;
        let kind = one_of(body, "claimType", &["RESOURCE", "IDENTITY"], None)?;
        let taken = org.records_at(place).any(|other| {
            other.text("name") == name && other.text("claimType") == kind && old.is_none_or(|old| old.id != other.id)
        });
        if taken {
            return Err(fault("name", "The server has a claim of this name already"));
        }
        let value_type = one_of(body, "valueType", &["EXPRESSION", "GROUPS", "SYSTEM"], None)?;
        if value_type == "SYSTEM" && old.is_none_or(|old| !old.system) {
            return Err(fault("valueType", "Only Okta's own claims are of the type SYSTEM"));
        }
        let always = body
            .get("alwaysIncludeInToken")
            .and_then(Value::as_bool)
            .unwrap_or(true);
        let mut fields = Map::new();
        fields.insert("name".into(), name.into());
        fields.insert("claimType".into(), kind.into());
        if value_type != "SYSTEM" {
            fields.insert("value".into(), need_text(body, "value", 2000)?.into());
        }
        if value_type == "GROUPS" {
            let filters = ["STARTS_WITH", "EQUALS", "CONTAINS", "REGEX"];
            fields.insert(
                "group_filter_type".into(),
                one_of(body, "group_filter_type", &filters, None)?.into(),
            );
        }
        fields.insert("valueType".into(), value_type.into());
        fields.insert(
            "conditions".into(),
            complete(&json!({"scopes": []}), body.get("conditions")),
        );
        fields.insert("alwaysIncludeInToken".into(), always.into());
        fields.insert("apiResourceId".into(), Value::Null);
        Ok(fields)
    }

    fn links(_record: &Record, at: &str, _url: &str) -> Value {
        servers::own_link(at)
    }

    fn is_wanted(call: &Call<'_>, record: &Record) -> bool {
        call.query
            .filled("includeClaims")
            .is_none_or(|wanted| record.text("claimType") == wanted)
    }

    fn may_replace(_org: &Org, record: &Record) -> Result<(), Problem> {
        if record.system && record.text("name") == "sub" {
            Err(forbidden())
        } else {
            Ok(())
        }
    }
}

/// The claims of a new server; their ids are the caller's.
pub fn usual(server: &str, now: Time) -> Vec<Record> {
    let subject = json!({
        "name": "sub", "claimType": "RESOURCE", "valueType": "EXPRESSION", "value": SUBJECT,
        "conditions": {"scopes": []}, "alwaysIncludeInToken": true, "apiResourceId": null,
    });
    let own = USUAL.iter().map(|(name, scope, always)| {
        json!({
            "name": name, "claimType": "IDENTITY", "valueType": "SYSTEM", "conditions": {"scopes": [scope]},
            "alwaysIncludeInToken": always, "apiResourceId": null,
        })
    });
    std::iter::once(subject)
        .chain(own)
        .map(|fields| servers::part_of::<ServerClaims>(server, "claims", fields, now))
        .collect()
}
