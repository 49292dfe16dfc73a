//! A System Log event: what happened, who did it, to whom, and in which call.

use serde_json::{Value, json};

use super::call::Call;
use super::group::Group;
use super::ids::{Id, Kind};
use super::oauth::access::Caller;
use super::user::User;
use crate::clock::Time;
use crate::state::Org;

/// A kind of event: its type, its text and its type of old.
#[derive(Debug, Clone, Copy)]
pub struct EventKind(pub &'static str, pub &'static str, pub &'static str);

/// Every event the org records.
pub mod kinds {
    use super::EventKind;

    pub const USER_CREATE: EventKind = EventKind(
        "user.lifecycle.create",
        "Create okta user",
        "core.user.config.user_creation.success",
    );
    pub const USER_ACTIVATE: EventKind = EventKind(
        "user.lifecycle.activate",
        "Activate Okta user",
        "core.user.config.user_activated.success",
    );
    pub const USER_REACTIVATE: EventKind = EventKind(
        "user.lifecycle.reactivate",
        "Reactivate Okta user",
        "core.user.config.user_reactivated.success",
    );
    pub const USER_DEACTIVATE: EventKind = EventKind(
        "user.lifecycle.deactivate",
        "Deactivate Okta user",
        "core.user.config.user_deactivated.success",
    );
    pub const USER_SUSPEND: EventKind = EventKind(
        "user.lifecycle.suspend",
        "Suspend Okta user",
        "core.user.config.user_suspended.success",
    );
    pub const USER_UNSUSPEND: EventKind = EventKind(
        "user.lifecycle.unsuspend",
        "Unsuspend Okta user",
        "core.user.config.user_unsuspended.success",
    );
    pub const USER_DELETE_INITIATED: EventKind = EventKind(
        "user.lifecycle.delete.initiated",
        "Delete Okta user initiated",
        "core.user.config.delete.initiated",
    );
    pub const USER_DELETE_COMPLETED: EventKind = EventKind(
        "user.lifecycle.delete.completed",
        "Delete Okta user completed",
        "core.user.config.delete.completed",
    );
    pub const USER_UPDATE: EventKind = EventKind(
        "user.account.update_profile",
        "Update user profile for Okta",
        "core.user.config.profile_update.success",
    );
    pub const USER_TYPE_CHANGE: EventKind = EventKind(
        "user.account.update_user_type",
        "User type update",
        "core.user.config.user_type_update.success",
    );
    pub const SCHEMA_UPDATE: EventKind = EventKind(
        "directory.user_profile.update",
        "Update universal directory user profile",
        "core.directory.user_profile.update",
    );
    pub const USER_PASSWORD: EventKind = EventKind(
        "user.account.update_password",
        "User update password for Okta",
        "core.user.config.password_update.success",
    );
    pub const USER_RESET: EventKind = EventKind(
        "user.account.reset_password",
        "Fired when the user's Okta password is reset",
        "core.user.config.password_reset.success",
    );
    pub const USER_EXPIRE: EventKind = EventKind(
        "user.account.expire_password",
        "Expire password",
        "core.user.config.password_expire.success",
    );
    pub const USER_UNLOCK: EventKind = EventKind(
        "user.account.unlock_by_admin",
        "Unlock user account for Okta by admin",
        "core.user.config.user_unlock_by_admin.success",
    );
    pub const SESSION_START: EventKind = EventKind(
        "user.session.start",
        "User login to Okta",
        "core.user_auth.login_success",
    );
    pub const AUTHORIZE_CODE: EventKind = EventKind(
        "app.oauth2.authorize.code",
        "OIDC authorization code request",
        "app.oauth2.authorize.code_success",
    );
    pub const TOKEN_GRANT: EventKind = EventKind(
        "app.oauth2.token.grant.access_token",
        "OIDC access token is granted",
        "app.oauth2.token.grant.access_token_success",
    );
    pub const TOKEN_REUSE: EventKind = EventKind(
        "app.oauth2.token.detect_reuse",
        "OAuth2 refresh token reuse detected",
        "app.oauth2.token.detect_reuse",
    );
    pub const SESSION_CLEAR: EventKind = EventKind(
        "user.session.clear",
        "Clear user session",
        "core.user.config.session_clear.success",
    );
    pub const FACTORS_RESET: EventKind = EventKind(
        "user.mfa.factor.reset_all",
        "Reset all factors for user",
        "core.user.factor.reset_all",
    );
    pub const FACTOR_ACTIVATE: EventKind = EventKind(
        "user.mfa.factor.activate",
        "Activate factor for user",
        "core.user.factor.activate",
    );
    pub const FACTOR_DEACTIVATE: EventKind = EventKind(
        "user.mfa.factor.deactivate",
        "Reset factor for user",
        "core.user.factor.deactivate",
    );
    pub const MEMBER_ADD: EventKind = EventKind(
        "group.user_membership.add",
        "Add user to group membership",
        "core.user_group_member.user_add",
    );
    pub const MEMBER_REMOVE: EventKind = EventKind(
        "group.user_membership.remove",
        "Remove user from group membership",
        "core.user_group_member.user_remove",
    );
    pub const RULE_TRIGGER: EventKind = EventKind(
        "group.user_membership.rule.trigger",
        "Trigger group membership rule",
        "core.user_group_member.rule.trigger",
    );
    pub const RULE_DEACTIVATED: EventKind = EventKind(
        "group.user_membership.rule.deactivated",
        "Deactivate group membership rule",
        "core.user_group_member.rule.deactivated",
    );
    pub const RULE_EXCLUSION: EventKind = EventKind(
        "group.user_membership.rule.add_exclusion",
        "Add user to group membership exclusion rule",
        "core.user_group_member.rule.add_exclusion",
    );
    pub const APP_CREATE: EventKind = EventKind(
        "application.lifecycle.create",
        "Create application",
        "app.generic.config.app_created",
    );
    pub const APP_UPDATE: EventKind = EventKind(
        "application.lifecycle.update",
        "Update application",
        "app.generic.config.app_updated",
    );
    pub const APP_ACTIVATE: EventKind = EventKind(
        "application.lifecycle.activate",
        "Activate application",
        "app.generic.config.app_activated",
    );
    pub const APP_DEACTIVATE: EventKind = EventKind(
        "application.lifecycle.deactivate",
        "Deactivate application",
        "app.generic.config.app_deactivated",
    );
    pub const APP_DELETE: EventKind = EventKind(
        "application.lifecycle.delete",
        "Delete application",
        "app.generic.config.app_deleted",
    );
    pub const APP_USER_ADD: EventKind = EventKind(
        "application.user_membership.add",
        "Add user to application membership",
        "app.generic.provision.assign_user_to_app",
    );
    pub const APP_USER_REMOVE: EventKind = EventKind(
        "application.user_membership.remove",
        "Remove user's application membership",
        "app.generic.provision.deactivate_user_from_app",
    );
    pub const APP_GROUP_ADD: EventKind = EventKind(
        "group.application_assignment.add",
        "Add assigned application to group",
        "core.user_group.application_assignment.add",
    );
    pub const APP_GROUP_REMOVE: EventKind = EventKind(
        "group.application_assignment.remove",
        "Remove assigned application from group",
        "core.user_group.application_assignment.remove",
    );
    pub const HOOK_CREATE: EventKind = EventKind("event_hook.created", "Event hook created", "event_hook.created");
    pub const HOOK_UPDATE: EventKind = EventKind("event_hook.updated", "Event hook updated", "event_hook.updated");
    pub const HOOK_ACTIVATE: EventKind =
        EventKind("event_hook.activated", "Event hook activated", "event_hook.activated");
    pub const HOOK_DEACTIVATE: EventKind = EventKind(
        "event_hook.deactivated",
        "Event hook deactivated",
        "event_hook.deactivated",
    );
    pub const HOOK_DELETE: EventKind = EventKind("event_hook.deleted", "Event hook deleted", "event_hook.deleted");
    pub const HOOK_VERIFY: EventKind = EventKind("event_hook.verified", "Event hook verified", "event_hook.verified");
    pub const HOOK_DELIVERY: EventKind = EventKind("event_hook.delivery", "Event hook delivery", "event_hook.delivery");
    pub const GROUP_CREATE: EventKind = EventKind(
        "group.lifecycle.create",
        "Create Okta group",
        "core.user_group.create.success",
    );
    pub const GROUP_DELETE: EventKind = EventKind(
        "group.lifecycle.delete",
        "Delete Okta group",
        "core.user_group.delete.success",
    );
    pub const GROUP_UPDATE: EventKind = EventKind(
        "group.profile.update",
        "Update Okta group",
        "core.user_group.update.success",
    );
}

/// A user or group that an event is about, as it was then.
#[derive(Debug, Clone)]
pub struct Party {
    /// Its id.
    pub id: Id,
    /// `User` or `UserGroup`.
    pub kind: &'static str,
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
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone)]
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
