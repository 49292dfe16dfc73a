//! An event hook: its state, and the object Okta shows.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;

use super::errors::Problem;
use super::event::Party;
use super::ids::Id;
use crate::clock::Time;
use crate::webhook;

/// How many types of events a hook may ask for.
const MOST_TYPES: usize = 300;

/// An event hook.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EventHook {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// Whether it is in use.
    pub active: bool,
    /// Whether its address answered the challenge.
    pub verified: bool,
    /// When it was made.
    pub created: Time,
    /// When it changed.
    pub last_updated: Time,
    /// Who made it.
    pub creator: Id,
    /// The types of events it asks for.
    pub types: Vec<String>,
    /// The first place in the log from which it gets events: what came before it was ready is not for it.
    pub since: usize,
    /// What it is for.
    description: Option<String>,
    /// A condition on its events that only Okta reads.
    filter: Value,
    /// Where events go, as written.
    uri: String,
    /// Where events go.
    pub url: Url,
    headers: Vec<(String, String)>,
    auth: Option<Auth>,
}

/// The header that proves to the receiver who is calling. Its value is never shown.
#[derive(Clone, Serialize, Deserialize)]
struct Auth {
    key: String,
    value: String,
}

impl fmt::Debug for Auth {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Auth").field("key", &self.key).finish_non_exhaustive()
    }
}

impl From<&EventHook> for Party {
    fn from(hook: &EventHook) -> Self {
        Self {
            id: hook.id,
            kind: "EventHook",
            alternate_id: hook.id.to_string(),
            display_name: hook.name.clone(),
        }
    }
}

impl EventHook {
    /// Reads a new hook, or what is to stand in the place of `old`.
    ///
    /// # Errors
    /// E0000001.
    pub fn read(body: &Map<String, Value>, old: Option<&Self>, creator: Id, now: Time) -> Result<Self, Problem> {
        let fault = |field: &str, cause: &str| Err(Problem::validation(field, vec![format!("{field}: {cause}")]));
        let body = Value::Object(body.clone());
        let texts = |list: &Value| -> Vec<String> {
            let texts = list.as_array().into_iter().flatten().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        };
        let name = body["name"].as_str().unwrap_or_default().trim();
        if name.is_empty() {
            return fault("name", "The field cannot be left blank");
        }
        let types = texts(&body["events"]["items"]);
        if types.is_empty() || types.len() > MOST_TYPES {
            return fault("events.items", "A hook needs 1 to 300 types of events");
        }
        if let Some(own) = types.iter().find(|kind| kind.starts_with("event_hook.")) {
            return fault("events.items", &format!("'{own}' cannot be sent by an event hook"));
        }
        let config = &body["channel"]["config"];
        let uri = config["uri"].as_str().unwrap_or_default();
        let url = Url::parse(uri).ok();
        let url = url.filter(|url| url.scheme() == "https" || webhook::is_local(url));
        let Some(url) = url else {
            let cause = "The address must start with https://, or with http:// on this machine";
            return fault("channel.config.uri", cause);
        };
        let headers = config["headers"].as_array().into_iter().flatten();
        let headers = headers
            .filter_map(|header| Some((header["key"].as_str()?.to_owned(), header["value"].as_str()?.to_owned())))
            .collect();
        let scheme = &config["authScheme"];
        let value = scheme["value"].as_str().map(str::to_owned);
        // Whoever sends back what a GET gave has no value to send: the old one stays.
        let value = value.or_else(|| Some(old?.auth.as_ref()?.value.clone()));
        let auth = scheme["key"].as_str().map(|key| Auth {
            key: key.to_owned(),
            value: value.unwrap_or_default(),
        });
        let now = now.whole_seconds();
        Ok(Self {
            id: old.map_or(creator, |old| old.id),
            name: name.to_owned(),
            active: match body["status"].as_str() {
                Some("ACTIVE") => true,
                Some("INACTIVE") => false,
                _ => old.is_none_or(|old| old.active),
            },
            verified: old.is_some_and(|old| old.verified && old.url == url),
            created: old.map_or(now, |old| old.created),
            last_updated: now,
            creator: old.map_or(creator, |old| old.creator),
            types,
            description: body["description"].as_str().map(str::to_owned),
            filter: body["events"]["filter"].clone(),
            uri: uri.to_owned(),
            since: old.map_or(0, |old| old.since),
            url,
            headers,
            auth,
        })
    }

    /// The headers of its calls.
    pub fn sent_headers(&self) -> Vec<(String, String)> {
        let auth = self.auth.iter().map(|auth| (auth.key.clone(), auth.value.clone()));
        self.headers.iter().cloned().chain(auth).collect()
    }

    /// The object as Okta shows it.
    pub fn shown(&self, url: &str) -> Value {
        let headers = self
            .headers
            .iter()
            .map(|(key, value)| json!({"key": key, "value": value}));
        let mut config = json!({
            "uri": self.uri, "headers": headers.collect::<Vec<_>>(), "method": "POST",
        });
        if let Some(auth) = &self.auth {
            config["authScheme"] = json!({"type": "HEADER", "key": auth.key});
        }
        json!({
            "id": self.id,
            "status": if self.active { "ACTIVE" } else { "INACTIVE" },
            "verificationStatus": if self.verified { "VERIFIED" } else { "UNVERIFIED" },
            "name": self.name,
            "description": self.description,
            "created": self.created,
            "createdBy": self.creator,
            "lastUpdated": self.last_updated,
            "events": {"type": "EVENT_TYPE", "items": self.types, "filter": self.filter},
            "channel": {"type": "HTTP", "version": "1.0.0", "config": config},
            "_links": self.links(url),
        })
    }

    fn links(&self, url: &str) -> Value {
        let path = format!("{url}/api/v1/eventHooks/{}", self.id);
        let act = |name: &str| json!({"href": format!("{path}/lifecycle/{name}"), "hints": {"allow": ["POST"]}});
        if self.active {
            json!({"self": {"href": path}, "verify": act("verify"), "deactivate": act("deactivate")})
        } else {
            let delete = json!({"href": path, "hints": {"allow": ["DELETE"]}});
            json!({"activate": act("activate"), "self": {"href": path}, "delete": delete})
        }
    }
}
