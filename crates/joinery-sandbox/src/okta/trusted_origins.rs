//! Trusted origins: which web pages may call the org or be redirected to.

use axum::http::Method;
use serde_json::{Map, Value, json};
use url::Url;

use super::Route;
use super::call::Call;
use super::errors::Problem;
use super::event::EventKind;
use super::ids::{Id, Kind};
use super::oauth::access::Caller;
use super::paging::Limits;
use super::record::Record;
use super::resource::{self, Events, Page, Place, Resource};
use super::shape::{fault, need_free, need_text};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "trustedOrigins", resource::list::<TrustedOrigins>),
    Route(Method::POST, "trustedOrigins", resource::create::<TrustedOrigins>),
    Route(Method::GET, "trustedOrigins/{}", resource::get::<TrustedOrigins>),
    Route(Method::PUT, "trustedOrigins/{}", resource::replace::<TrustedOrigins>),
    Route(Method::DELETE, "trustedOrigins/{}", resource::delete::<TrustedOrigins>),
    Route(
        Method::POST,
        "trustedOrigins/{}/lifecycle/activate",
        resource::activate::<TrustedOrigins>,
    ),
    Route(
        Method::POST,
        "trustedOrigins/{}/lifecycle/deactivate",
        resource::deactivate::<TrustedOrigins>,
    ),
];

/// Trusted origins.
pub struct TrustedOrigins;

const SCOPES: [&str; 3] = ["CORS", "REDIRECT", "IFRAME_EMBED"];

impl Resource for TrustedOrigins {
    const CLASS: &'static str = "TrustedOrigin";
    const KIND: Kind = Kind::Record(b"tos");
    const KEYS: &'static [&'static str] = &[
        "id",
        "name",
        "origin",
        "scopes",
        "status",
        "created",
        "createdBy",
        "lastUpdated",
        "lastUpdatedBy",
        "_links",
    ];
    const EVENTS: Events = Events {
        create: EventKind(
            "security.trusted_origin.create",
            "Create trusted origin",
            "security.trusted_origin.create",
        ),
        update: EventKind(
            "security.trusted_origin.update",
            "Update trusted origin",
            "security.trusted_origin.update",
        ),
        delete: EventKind(
            "security.trusted_origin.delete",
            "Delete trusted origin",
            "security.trusted_origin.delete",
        ),
        activate: EventKind(
            "security.trusted_origin.activate",
            "Activate trusted origin",
            "security.trusted_origin.activate",
        ),
        deactivate: EventKind(
            "security.trusted_origin.deactivate",
            "Deactivate trusted origin",
            "security.trusted_origin.deactivate",
        ),
    };
    const PAGE: Page = Page::Limited(Limits { default: 20, most: 200 });
    const FILTERED: &'static [&'static str] = &["name", "origin", "status"];

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("trustedOrigins"))
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let name = need_text(body, "name", 255)?;
        let origin = need_text(body, "origin", 255)?;
        if Url::parse(&origin).is_ok_and(|url| url.has_host()) {
            need_free(org, place, "origin", &origin, old)?;
        } else {
            return Err(fault("origin", "The origin has to be a URL with a host"));
        }
        let scopes = body
            .get("scopes")
            .and_then(Value::as_array)
            .filter(|scopes| !scopes.is_empty());
        let Some(scopes) = scopes else {
            return Err(fault("scopes", "The field cannot be left blank"));
        };
        if scopes
            .iter()
            .any(|scope| !SCOPES.iter().any(|known| scope["type"] == *known))
        {
            return Err(fault(
                "scopes",
                &format!("The type of a scope has to be one of {}", SCOPES.join(", ")),
            ));
        }
        let mut fields = old.map(|old| old.fields.clone()).unwrap_or_default();
        fields.insert("name".into(), name.into());
        fields.insert("origin".into(), origin.into());
        fields.insert("scopes".into(), json!(scopes));
        Ok(fields)
    }

    fn is_wanted(call: &Call<'_>, record: &Record) -> bool {
        let holds = |part: &str| ["name", "origin"].iter().any(|field| record.text(field).contains(part));
        call.query.filled("q").is_none_or(holds)
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
        }
    }
}
