//! A System Log event: what happened, who did it, to whom, and in which call.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::call::Call;
pub use super::event_kinds as kinds;
use super::group::Group;
use super::ids::{Id, Kind};
use super::oauth::access::Caller;
use super::user::User;
use crate::clock::Time;
use crate::intern::{self, Word};
use crate::state::Org;

/// A kind of event: its type, its text and its type of old.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct EventKind(
    #[serde(deserialize_with = "intern::word")] pub Word,
    #[serde(deserialize_with = "intern::word")] pub Word,
    #[serde(deserialize_with = "intern::word")] pub Word,
);

/// A user or group that an event is about, as it was then.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Party {
    /// Its id.
    pub id: Id,
    /// `User` or `UserGroup`.
    #[serde(deserialize_with = "intern::word")]
    pub kind: Word,
    /// Its login; `unknown` for a group, as in Okta's log.
    pub alternate_id: String,
    /// Its name.
    pub display_name: String,
}

impl From<&User> for Party {
    fn from(user: &User) -> Self {
        Self {
            id: user.id,
            kind: "User",
            alternate_id: user.login().to_owned(),
            display_name: user.full_name(),
        }
    }
}

impl From<&Group> for Party {
    fn from(group: &Group) -> Self {
        Self {
            id: group.id,
            kind: "UserGroup",
            alternate_id: "unknown".into(),
            display_name: group.name.clone(),
        }
    }
}

/// An event of the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Event {
    /// When it happened.
    pub published: Time,
    /// What it is.
    pub kind: EventKind,
    /// Its id.
    pub uuid: String,
    /// Who did it.
    pub actor: Party,
    /// What it was done to.
    pub targets: Vec<Party>,
    /// Why it failed, where it did.
    pub failure: Option<String>,
    /// The call behind it; nothing where Okta did it by itself.
    origin: Option<Origin>,
}

/// The call that led to an event.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Origin {
    request_id: String,
    request_uri: String,
    user_agent: String,
    token_id: Id,
}

impl Org {
    /// Writes an event into the log: what the caller did.
    pub fn record(&mut self, call: &Call<'_>, kind: EventKind, targets: Vec<Party>) {
        self.record_outcome(call, kind, targets, None);
    }

    /// Writes an event into the log that may tell of a failure.
    pub fn record_outcome(&mut self, call: &Call<'_>, kind: EventKind, targets: Vec<Party>, failure: Option<String>) {
        let actor = match call.caller {
            Caller::Owner => self.users.get(self.owner).map(Party::from),
            Caller::User(id) => self.users.get(id).map(Party::from),
            Caller::Client(id) => self.oauth.clients.get(&id).map(Party::from),
        };
        if let Some(actor) = actor {
            self.push_event(call, actor, kind, targets, failure);
        }
    }

    /// Writes an event into the log: what somebody else than the caller did by the call.
    pub fn record_as(&mut self, call: &Call<'_>, actor: Party, kind: EventKind, targets: Vec<Party>) {
        self.push_event(call, actor, kind, targets, None);
    }

    fn push_event(
        &mut self,
        call: &Call<'_>,
        actor: Party,
        kind: EventKind,
        targets: Vec<Party>,
        failure: Option<String>,
    ) {
        self.log.push(Event {
            published: call.now,
            kind,
            uuid: uuid::Uuid::new_v4().to_string(),
            actor,
            targets,
            failure,
            origin: Some(Origin {
                request_id: call.request_id.to_owned(),
                request_uri: call.path.to_owned(),
                user_agent: call
                    .header(&axum::http::header::USER_AGENT)
                    .unwrap_or("UNKNOWN")
                    .to_owned(),
                token_id: self.token_id,
            }),
        });
    }

    /// Writes an event into the log that no call led to: the org itself did it.
    pub fn record_job(&mut self, now: Time, kind: EventKind, targets: Vec<Party>, failure: Option<String>) {
        let actor = Party {
            id: self.owner.of_kind(Kind::System),
            kind: "SystemPrincipal",
            alternate_id: "system@okta.com".into(),
            display_name: "Okta System".into(),
        };
        self.log.push(Event {
            published: now,
            kind,
            uuid: uuid::Uuid::new_v4().to_string(),
            actor,
            targets,
            failure,
            origin: None,
        });
    }
}

impl Event {
    /// The whole event, in Okta's shape.
    pub fn shown(&self) -> Value {
        let party = |party: &Party| {
            json!({
                "id": party.id, "type": party.kind, "alternateId": party.alternate_id,
                "displayName": party.display_name, "detailEntry": null,
            })
        };
        let call = self.origin.as_ref();
        let session = call.map(|call| format!("trs{}", call.token_id));
        let place = json!({
            "city": null, "state": null, "country": null, "postalCode": null, "geolocation": null,
        });
        json!({
            "actor": party(&self.actor),
            "client": {
                "userAgent": {"rawUserAgent": call.map(|call| &call.user_agent), "os": "Unknown", "browser": "UNKNOWN"},
                "zone": "null", "device": "Unknown", "id": null, "ipAddress": "127.0.0.1",
                "geographicalContext": place,
            },
            "device": null,
            "authenticationContext": {
                "authenticationProvider": null, "credentialProvider": null, "credentialType": null, "issuer": null,
                "interface": null, "authenticationStep": 0, "rootSessionId": session,
                "externalSessionId": session,
            },
            "displayMessage": self.kind.1,
            "eventType": self.kind.0,
            "outcome": {
                "result": if self.failure.is_some() { "FAILURE" } else { "SUCCESS" }, "reason": self.failure,
            },
            "published": self.published,
            "securityContext": {"asNumber": null, "asOrg": null, "isp": null, "domain": null, "isProxy": null},
            "severity": "INFO",
            "debugContext": {"debugData": {
                "requestId": call.map(|call| &call.request_id), "requestUri": call.map(|call| &call.request_uri),
                "url": call.map(|call| &call.request_uri),
                "dtHash": null, "threatSuspected": "false",
            }},
            "legacyEventType": self.kind.2,
            "transaction": {
                "type": if call.is_some() { "WEB" } else { "JOB" },
                "id": call.map_or(&self.uuid, |call| &call.request_id),
                "detail": call.map_or_else(|| json!({}), |call| json!({"requestApiTokenId": call.token_id})),
            },
            "uuid": self.uuid,
            "version": "0",
            "request": {"ipChain": [{
                "ip": "127.0.0.1", "geographicalContext": place, "version": "V4", "source": null,
            }]},
            "target": self.targets.iter().map(party).collect::<Vec<_>>(),
        })
    }
}
