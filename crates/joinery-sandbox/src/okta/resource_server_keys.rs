//! The keys by which an authorization server encrypts access tokens for a resource server, one of them in use at most.
//! Kept and shown; the sandbox signs its tokens and encrypts none.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::Call;
use super::errors::Problem;
use super::event::EventKind;
use super::ids::{Id, Kind};
use super::record::Record;
use super::resource::{self, Events, Place, Resource, link};
use super::servers;
use super::shape::{fault, need_free, need_text, one_of};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(
        Method::GET,
        "authorizationServers/{}/resourceservercredentials/keys",
        resource::list::<ServerKeys>,
    ),
    Route(
        Method::POST,
        "authorizationServers/{}/resourceservercredentials/keys",
        resource::create::<ServerKeys>,
    ),
    Route(
        Method::GET,
        "authorizationServers/{}/resourceservercredentials/keys/{}",
        resource::get::<ServerKeys>,
    ),
    Route(
        Method::DELETE,
        "authorizationServers/{}/resourceservercredentials/keys/{}",
        resource::delete::<ServerKeys>,
    ),
    Route(
        Method::POST,
        "authorizationServers/{}/resourceservercredentials/keys/{}/lifecycle/activate",
        resource::activate::<ServerKeys>,
    ),
    Route(
        Method::POST,
        "authorizationServers/{}/resourceservercredentials/keys/{}/lifecycle/deactivate",
        resource::deactivate::<ServerKeys>,
    ),
];

/// The keys of a resource server.
struct ServerKeys;

const ACTIVATED: EventKind = EventKind(
    "app.oauth2.as.resource_server.credentials.lifecycle.activate",
    "Activate access token encryption key",
    "app.oauth2.as.resource_server.credentials.lifecycle.activate",
);
const DEACTIVATED: EventKind = EventKind(
    "app.oauth2.as.resource_server.credentials.lifecycle.deactivate",
    "Deactivate access token encryption key",
    "app.oauth2.as.resource_server.credentials.lifecycle.deactivate",
);

impl Resource for ServerKeys {
    const CLASS: &'static str = "OAuth2ResourceServerJsonWebKey";
    const KIND: Kind = Kind::Record(b"apk");
    const KEYS: &'static [&'static str] = &[
        "id",
        "kid",
        "kty",
        "use",
        "e",
        "n",
        "status",
        "created",
        "lastUpdated",
        "_links",
    ];
    const EVENTS: Events = Events {
        create: EventKind(
            "app.oauth2.as.resource_server.credentials.lifecycle.create",
            "Create access token encryption key",
            "app.oauth2.as.resource_server.credentials.lifecycle.create",
        ),
        update: ACTIVATED,
        delete: EventKind(
            "app.oauth2.as.resource_server.credentials.lifecycle.delete",
            "Delete access token encryption key",
            "app.oauth2.as.resource_server.credentials.lifecycle.delete",
        ),
        activate: ACTIVATED,
        deactivate: DEACTIVATED,
    };
    const CREATED: u16 = 201;
    const DELETES_ACTIVE: bool = false;

    fn place(org: &Org, call: &Call<'_>) -> Result<Place, Problem> {
        servers::below(org, call, "resourceservercredentials/keys")
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        _old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let kid = need_text(body, "kid", 255)?;
        need_free(org, place, "kid", &kid, None)?;
        let fields = json!({
            "kid": kid, "kty": one_of(body, "kty", &["RSA"], None)?, "use": one_of(body, "use", &["enc"], None)?,
            "e": need_text(body, "e", 16)?, "n": need_text(body, "n", 2000)?,
        });
        Ok(fields.as_object().cloned().unwrap_or_default())
    }

    fn links(record: &Record, at: &str, _url: &str) -> Value {
        if record.active {
            return json!({"deactivate": link(&format!("{at}/lifecycle/deactivate"), &["POST"])});
        }
        json!({
            "activate": link(&format!("{at}/lifecycle/activate"), &["POST"]), "delete": link(at, &["DELETE"]),
        })
    }

    fn keep_in_step(org: &mut Org, id: Id, call: &Call<'_>, _new: bool) {
        only_one(org, id, call);
    }

    fn may_switch(org: &Org, record: &Record) -> Result<(), Problem> {
        let other = org
            .records_at(&record.place)
            .any(|other| other.active && other.id != record.id);
        if other && !record.active {
            return Err(fault("status", "Another key is active: deactivate it first"));
        }
        Ok(())
    }
}

/// A new key that is in use takes the place of the one before.
fn only_one(org: &mut Org, id: Id, call: &Call<'_>) {
    let Some(key) = org.records.get(&id).filter(|key| key.active) else {
        return;
    };
    let others = org
        .records_at(&key.place)
        .filter(|other| other.active && other.id != id);
    for other in others.map(|other| other.id).collect::<Vec<Id>>() {
        if let Some(other) = org.records.get_mut(&other) {
            other.active = false;
            other.last_updated = call.now.whole_seconds();
        }
    }
}
