//! The servers an org sends its emails by. The sandbox sends none: a test of a server answers and no more.

use axum::http::Method;
use serde_json::{Map, Value};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::ids::Kind;
use super::labelled;
use super::record::Record;
use super::resource::{self, Events, Place, Resource};
use super::shape::{fault, need_text, one_of};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "email-servers", list),
    Route(Method::POST, "email-servers", resource::create::<EmailServers>),
    Route(Method::GET, "email-servers/{}", resource::get::<EmailServers>),
    Route(Method::PATCH, "email-servers/{}", resource::replace::<EmailServers>),
    Route(Method::DELETE, "email-servers/{}", resource::delete::<EmailServers>),
    Route(Method::POST, "email-servers/{}/test", test),
];

/// Email servers.
struct EmailServers;

const UPDATE: EventKind = EventKind(
    "system.custom_email_server.lifecycle.update",
    "Update custom email server",
    "system.custom_email_server.lifecycle.update",
);

impl Resource for EmailServers {
    const CLASS: &'static str = "EmailServer";
    const KIND: Kind = Kind::Record(b"esv");
    // Neither the password nor a client's secret is ever shown.
    const KEYS: &'static [&'static str] = &["id", "alias", "host", "port", "username", "authType", "enabled"];
    const EVENTS: Events = Events {
        create: EventKind(
            "system.custom_email_server.lifecycle.create",
            "Create custom email server",
            "system.custom_email_server.lifecycle.create",
        ),
        update: UPDATE,
        delete: EventKind(
            "system.custom_email_server.lifecycle.delete",
            "Delete custom email server",
            "system.custom_email_server.lifecycle.delete",
        ),
        activate: UPDATE,
        deactivate: UPDATE,
    };
    const CREATED: u16 = 201;

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("email-servers"))
    }

    /// A change may leave out what stays as it is.
    fn read(
        _org: &Org,
        _place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let mut fields = old.map(|old| old.fields.clone()).unwrap_or_default();
        fields.extend(
            body.iter()
                .filter(|(name, _)| *name != "id")
                .map(|(name, value)| (name.clone(), value.clone())),
        );
        for field in ["alias", "host", "username"] {
            need_text(&fields, field, 255)?;
        }
        let kinds = [
            "BASIC_SMTP_AUTH",
            "OAUTH2_CLIENT_CREDENTIALS",
            "OAUTH2_JWT_BEARER_GRANT",
        ];
        let kind = one_of(&fields, "authType", &kinds, Some(kinds[0]))?;
        if kind == kinds[0] {
            need_text(&fields, "password", 255)?;
        }
        fields.insert("authType".into(), kind.into());
        if !fields
            .get("port")
            .and_then(Value::as_u64)
            .is_some_and(|port| (1..=65535).contains(&port))
        {
            return Err(fault("port", "The port has to be between 1 and 65535"));
        }
        let enabled = fields.get("enabled").and_then(Value::as_bool).unwrap_or(false);
        fields.insert("enabled".into(), enabled.into());
        Ok(fields)
    }
}

fn list(call: &Call<'_>) -> Answer {
    labelled::list::<EmailServers>(call, "email-servers")
}

fn test(call: &Call<'_>) -> Answer {
    resource::find::<EmailServers>(&call.state.read(), call)?;
    let body = call.object()?;
    for field in ["fromAddress", "toAddress"] {
        if !need_text(&body, field, 255)?.contains('@') {
            return Err(fault(field, "The field has to be an email address"));
        }
    }
    Ok(Reply::no_content())
}
