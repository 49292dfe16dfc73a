//! Identity providers: list, create, get, replace, delete, switch. What a provider holds by its type is in
//! `super::idp`. Nobody can sign in through one.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::Call;
use super::errors::Problem;
use super::event::EventKind;
use super::ids::{Id, Kind};
use super::paging::Limits;
use super::record::Record;
use super::resource::{self, Events, Page, Place, Resource, link};
use super::shape::{fault, need_free, need_text, one_of};
use super::{idp, mappings};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "idps", resource::list::<IdentityProviders>),
    Route(Method::POST, "idps", resource::create::<IdentityProviders>),
    Route(Method::GET, "idps/{}", resource::get::<IdentityProviders>),
    Route(Method::PUT, "idps/{}", resource::replace::<IdentityProviders>),
    Route(Method::DELETE, "idps/{}", resource::delete::<IdentityProviders>),
    Route(
        Method::POST,
        "idps/{}/lifecycle/activate",
        resource::activate::<IdentityProviders>,
    ),
    Route(
        Method::POST,
        "idps/{}/lifecycle/deactivate",
        resource::deactivate::<IdentityProviders>,
    ),
];

/// Identity providers.
pub struct IdentityProviders;

impl Resource for IdentityProviders {
    const CLASS: &'static str = "IdpTrust";
    const KIND: Kind = Kind::App;
    const KEYS: &'static [&'static str] = &[
        "id",
        "issuerMode",
        "name",
        "status",
        "created",
        "lastUpdated",
        "protocol",
        "policy",
        "properties",
        "type",
        "_links",
    ];
    const EVENTS: Events = Events {
        create: EventKind(
            "system.idp.lifecycle.create",
            "Create IdP",
            "system.idp.lifecycle.create",
        ),
        update: EventKind(
            "system.idp.lifecycle.update",
            "Update IdP",
            "system.idp.lifecycle.update",
        ),
        delete: EventKind(
            "system.idp.lifecycle.delete",
            "Delete IdP",
            "system.idp.lifecycle.delete",
        ),
        activate: EventKind(
            "system.idp.lifecycle.activate",
            "Activate IdP",
            "system.idp.lifecycle.activate",
        ),
        deactivate: EventKind(
            "system.idp.lifecycle.deactivate",
            "Deactivate IdP",
            "system.idp.lifecycle.deactivate",
        ),
    };
    const PARTY: &'static str = "IdentityProvider";
    const REPLACES_STATUS: bool = false;
    const PAGE: Page = Page::Limited(Limits { default: 20, most: 200 });

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("idps"))
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let kind = one_of(body, "type", idp::TYPES, old.map(|old| old.text("type")))?;
        if old.is_some_and(|old| old.text("type") != kind) {
            return Err(fault("type", "The type of an identity provider cannot be changed"));
        }
        let name = need_text(body, "name", 100)?;
        need_free(org, place, "name", &name, old)?;
        let given = body.get("protocol").filter(|protocol| protocol.is_object());
        let given = given.ok_or_else(|| fault("protocol", "The field cannot be left blank"))?;
        let mut fields = Map::new();
        if kind != "SAML2" && kind != "X509" {
            let modes = ["ORG_URL", "CUSTOM_URL", "DYNAMIC"];
            fields.insert(
                "issuerMode".into(),
                one_of(body, "issuerMode", &modes, Some("ORG_URL"))?.into(),
            );
        }
        fields.insert("name".into(), name.into());
        fields.insert(
            "protocol".into(),
            idp::protocol(&kind, given, old.map(|old| old.get("protocol")))?,
        );
        fields.insert("policy".into(), idp::policy(&kind, body.get("policy")));
        if let Some(properties) = body.get("properties").filter(|properties| !properties.is_null()) {
            fields.insert("properties".into(), properties.clone());
        }
        fields.insert("type".into(), kind.into());
        Ok(fields)
    }

    fn links(record: &Record, at: &str, url: &str) -> Value {
        if record.text("type") != "SAML2" {
            let parameters = "client_id={clientId}&response_type={responseType}&response_mode={responseMode}&\
                              scope={scopes}&redirect_uri={redirectUri}&state={state}&nonce={nonce}";
            let authorize = format!("{url}/oauth2/v1/authorize?idp={}&{parameters}", record.id);
            return json!({
                "authorize": {"href": authorize, "templated": true, "hints": {"allow": ["GET"]}},
                "clientRedirectUri": link(&format!("{url}/oauth2/v1/authorize/callback"), &["POST"]),
            });
        }
        let xml =
            |href: &str, allow: &str| json!({"href": href, "type": "application/xml", "hints": {"allow": [allow]}});
        let act = if record.active { "deactivate" } else { "activate" };
        json!({
            "metadata": xml(&format!("{at}/metadata.xml"), "GET"),
            "acs": xml(&format!("{url}/sso/saml2/{}", record.id), "POST"),
            "users": link(&format!("{at}/users"), &["GET"]),
            act: link(&format!("{at}/lifecycle/{act}"), &["POST"]),
        })
    }

    fn is_wanted(call: &Call<'_>, record: &Record) -> bool {
        let starts = |start: &str| record.text("name").to_lowercase().starts_with(&start.to_lowercase());
        call.query.filled("q").is_none_or(starts)
            && call.query.filled("type").is_none_or(|kind| record.text("type") == kind)
    }

    fn keep_in_step(org: &mut Org, id: Id, call: &Call<'_>, new: bool) {
        if new {
            mappings::add(org, id, call.now);
        }
    }

    fn after_delete(org: &mut Org, gone: &Record) {
        mappings::remove(org, gone.id);
    }
}
