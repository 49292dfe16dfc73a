//! Inline hooks: list, create, get, replace, delete, switch, and the preview. How one is asked is in
//! `super::inline_hook`.

use axum::http::Method;
use serde_json::{Map, Value, json};
use url::Url;

use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::ids::Kind;
use super::record::Record;
use super::resource::{self, Events, Place, Resource, link};
use super::shape::{fault, need_free, need_text, one_of};
use super::{Route, inline_hook};
use crate::state::Org;
use crate::webhook;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "inlineHooks", resource::list::<InlineHooks>),
    Route(Method::POST, "inlineHooks", resource::create::<InlineHooks>),
    Route(Method::GET, "inlineHooks/{}", resource::get::<InlineHooks>),
    Route(Method::PUT, "inlineHooks/{}", resource::replace::<InlineHooks>),
    Route(Method::POST, "inlineHooks/{}", resource::replace::<InlineHooks>),
    Route(Method::DELETE, "inlineHooks/{}", resource::delete::<InlineHooks>),
    Route(
        Method::POST,
        "inlineHooks/{}/lifecycle/activate",
        resource::activate::<InlineHooks>,
    ),
    Route(
        Method::POST,
        "inlineHooks/{}/lifecycle/deactivate",
        resource::deactivate::<InlineHooks>,
    ),
    Route(Method::POST, "inlineHooks/{}/execute", execute),
];

/// Inline hooks.
pub struct InlineHooks;

const TYPES: &[&str] = &[
    "com.okta.import.transform",
    "com.okta.oauth2.tokens.transform",
    "com.okta.saml.tokens.transform",
    "com.okta.telephony.provider",
    "com.okta.user.credential.password.import",
    "com.okta.user.pre-registration",
];
/// Fields of a channel that are kept but never shown.
const SECRETS: [&str; 2] = ["clientSecret", "value"];

impl Resource for InlineHooks {
    const CLASS: &'static str = "Webhook";
    const KIND: Kind = Kind::Record(b"cal");
    const KEYS: &'static [&'static str] = &[
        "id",
        "status",
        "name",
        "type",
        "version",
        "channel",
        "created",
        "lastUpdated",
        "_links",
    ];
    const EVENTS: Events = Events {
        create: EventKind("inline_hook.created", "Inline hook created", "inline_hook.created"),
        update: EventKind("inline_hook.updated", "Inline hook updated", "inline_hook.updated"),
        delete: EventKind("inline_hook.deleted", "Inline hook deleted", "inline_hook.deleted"),
        activate: EventKind(
            "inline_hook.activated",
            "Inline hook activated",
            "inline_hook.activated",
        ),
        deactivate: EventKind(
            "inline_hook.deactivated",
            "Inline hook deactivated",
            "inline_hook.deactivated",
        ),
    };
    const PARTY: &'static str = "InlineHook";
    const CREATES_INACTIVE: bool = false;
    const REPLACES_STATUS: bool = false;
    const DELETES_ACTIVE: bool = false;

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("inlineHooks"))
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let name = need_text(body, "name", 255)?;
        need_free(org, place, "name", &name, old)?;
        let kind = one_of(body, "type", TYPES, old.map(|old| old.text("type")))?;
        if old.is_some_and(|old| old.text("type") != kind) {
            return Err(fault("type", "The type of an inline hook cannot be changed"));
        }
        let version = need_text(body, "version", 20)?;
        let channel = body.get("channel").unwrap_or(&Value::Null);
        let url = channel["config"]["uri"].as_str().and_then(|uri| Url::parse(uri).ok());
        if !url.is_some_and(|url| url.scheme() == "https" || webhook::is_local(&url)) {
            let cause = "The address must start with https://, or with http:// on this machine";
            return Err(fault("channel.config.uri", cause));
        }
        let secrets = secrets(channel).or_else(|| old.map(|old| old.get("secrets").clone()));
        let fields = json!({
            "name": name, "type": kind, "version": version, "channel": shown_channel(channel), "secrets": secrets,
        });
        Ok(fields.as_object().cloned().unwrap_or_default())
    }

    fn links(record: &Record, at: &str, _url: &str) -> Value {
        let own = json!({"href": at});
        let act = |name: &str| link(&format!("{at}/{name}"), &["POST"]);
        if record.active {
            json!({"self": own, "execute": act("execute"), "deactivate": act("lifecycle/deactivate")})
        } else {
            json!({"activate": act("lifecycle/activate"), "self": own, "delete": link(at, &["DELETE"])})
        }
    }

    fn is_wanted(call: &Call<'_>, record: &Record) -> bool {
        call.query.filled("type").is_none_or(|kind| record.text("type") == kind)
    }
}

/// Sends a hook what the caller made up, and answers what the hook did.
fn execute(call: &Call<'_>) -> Answer {
    let question = Value::Object(call.object()?);
    let org = call.state.read();
    let hook = resource::find::<InlineHooks>(&org, call)?;
    if !hook.active {
        return Err(fault("inlineHook", "An inactive inline hook cannot be executed"));
    }
    let asked = inline_hook::ask(hook, &question, |_, answer| match answer {
        Ok(answer) => Ok(Reply::json(&answer)),
        Err(cause) => Err(fault(
            "inlineHook",
            &format!("The inline hook could not be executed: {cause}"),
        )),
    });
    asked.map(Reply::after)
}

/// A channel as Okta shows it: completed, without its secrets.
fn shown_channel(channel: &Value) -> Value {
    let config = &channel["config"];
    let scheme = &config["authScheme"];
    let scheme = match scheme["key"].as_str() {
        Some(key) => json!({"type": scheme["type"].as_str().unwrap_or("HEADER"), "key": key}),
        None => Value::Null,
    };
    let headers = config.get("headers").filter(|headers| headers.is_array()).cloned();
    let mut shown = json!({
        "uri": config["uri"], "headers": headers.unwrap_or_else(|| json!([])),
        "method": config["method"].as_str().unwrap_or("POST"), "authScheme": scheme,
    });
    for (name, value) in config.as_object().into_iter().flatten() {
        if shown.get(name).is_none() && !SECRETS.contains(&name.as_str()) {
            shown[name] = value.clone();
        }
    }
    json!({
        "type": channel["type"].as_str().unwrap_or("HTTP"), "version": channel["version"].as_str().unwrap_or("1.0.0"),
        "config": shown,
    })
}

/// The secrets of a channel, where it brings any.
fn secrets(channel: &Value) -> Option<Value> {
    let config = &channel["config"];
    let value = config["authScheme"]
        .get("value")
        .or_else(|| config.get("clientSecret"))?;
    Some(value.clone())
}
