//! The scopes of authorization servers.

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
use super::shape::{fault, need_free, need_text, one_of, text};
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(
        Method::GET,
        "authorizationServers/{}/scopes",
        resource::list::<ServerScopes>,
    ),
    Route(
        Method::POST,
        "authorizationServers/{}/scopes",
        resource::create::<ServerScopes>,
    ),
    Route(
        Method::GET,
        "authorizationServers/{}/scopes/{}",
        resource::get::<ServerScopes>,
    ),
    Route(
        Method::PUT,
        "authorizationServers/{}/scopes/{}",
        resource::replace::<ServerScopes>,
    ),
    Route(
        Method::DELETE,
        "authorizationServers/{}/scopes/{}",
        resource::delete::<ServerScopes>,
    ),
];

/// The scopes of an authorization server.
pub struct ServerScopes;

const UPDATED: EventKind = EventKind(
    "oauth2.scope.updated",
    "OAuth 2.0 scope updated",
    "oauth2.scope.updated",
);

/// The scopes of `OpenID` Connect, which every server has, and what they say of themselves.
const USUAL: &[(&str, &str, &str)] = &[
    ("openid", "openid", "Signals that a request is an OpenID request."),
    (
        "profile",
        "View your profile information.",
        "What the profile holds, such as name, time zone and picture.",
    ),
    (
        "email",
        "View your email address.",
        "This allows the app to view your email address.",
    ),
    (
        "address",
        "View your address.",
        "This allows the app to view your address: street, city, state and zip code.",
    ),
    (
        "phone",
        "View your phone number.",
        "This allows the app to view your phone number.",
    ),
    (
        "offline_access",
        "Keep you signed in to the app.",
        "This keeps you signed in, even when you do not use the app.",
    ),
    (
        "device_sso",
        "Sign in to other apps on the device.",
        "This allows sign-in to other apps of the same device.",
    ),
];

impl Resource for ServerScopes {
    const CLASS: &'static str = "OAuth2Scope";
    const KIND: Kind = Kind::Record(b"scp");
    const KEYS: &'static [&'static str] = &[
        "id",
        "name",
        "displayName",
        "description",
        "system",
        "metadataPublish",
        "consent",
        "optional",
        "apiResourceId",
        "default",
        "_links",
    ];
    const EVENTS: Events = Events {
        create: EventKind(
            "oauth2.scope.created",
            "OAuth 2.0 scope created",
            "oauth2.scope.created",
        ),
        update: UPDATED,
        delete: EventKind(
            "oauth2.scope.deleted",
            "OAuth 2.0 scope deleted",
            "oauth2.scope.deleted",
        ),
        activate: UPDATED,
        deactivate: UPDATED,
    };
    const CREATED: u16 = 201;
    const FILTERED: &'static [&'static str] = &["name", "id"];

    fn place(org: &Org, call: &Call<'_>) -> Result<Place, Problem> {
        servers::below(org, call, "scopes")
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let name = need_text(body, "name", 255)?;
        if name
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || !c.is_ascii())
        {
            return Err(fault("name", "The name of a scope may not hold spaces"));
        }
        if name == "okta" || name.starts_with("okta.") {
            return Err(fault("name", "Names that start with 'okta.' are Okta's own"));
        }
        need_free(org, place, "name", &name, old)?;
        let flag = |name: &str| body.get(name).and_then(Value::as_bool).unwrap_or(false);
        let published = one_of(
            body,
            "metadataPublish",
            &["ALL_CLIENTS", "NO_CLIENTS"],
            Some("NO_CLIENTS"),
        )?;
        let consent = one_of(
            body,
            "consent",
            &["REQUIRED", "IMPLICIT", "FLEXIBLE", "ADMIN"],
            Some("IMPLICIT"),
        )?;
        let name = old
            .filter(|old| old.system)
            .map_or(name, |old| old.text("name").to_owned());
        let fields = json!({
            "name": name, "displayName": text(body, "displayName")?, "description": text(body, "description")?,
            "metadataPublish": published, "consent": consent, "optional": flag("optional"), "default": flag("default"),
            "apiResourceId": null,
        });
        Ok(fields.as_object().cloned().unwrap_or_default())
    }

    fn links(_record: &Record, at: &str, _url: &str) -> Value {
        servers::own_link(at)
    }

    fn is_wanted(call: &Call<'_>, record: &Record) -> bool {
        call.query
            .filled("q")
            .is_none_or(|part| record.text("name").contains(part))
    }
}

/// The scopes of a new server; their ids are the caller's.
pub fn usual(server: &str, now: Time) -> Vec<Record> {
    let scope = |(name, title, about): &(&str, &str, &str)| {
        let fields = json!({
            "name": name, "displayName": title, "description": about, "metadataPublish": "ALL_CLIENTS",
            "consent": "IMPLICIT", "optional": false, "default": false, "apiResourceId": null,
        });
        servers::part_of::<ServerScopes>(server, "scopes", fields, now)
    };
    USUAL.iter().map(scope).collect()
}
