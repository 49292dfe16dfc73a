//! An app: its state, and the object Okta shows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::errors::Problem;
use super::event::Party;
use super::ids::Id;
use super::oauth::client::Client;
use super::user::User;
use crate::clock::Time;
use crate::random;
use crate::state::Org;

/// The apps of the catalogue that the sandbox knows, and how one signs in to them.
const CATALOGUE: &[(&str, &str)] = &[
    ("bookmark", "BOOKMARK"),
    ("template_basic_auth", "BASIC_AUTH"),
    ("template_swa", "BROWSER_PLUGIN"),
    ("template_swa3field", "BROWSER_PLUGIN"),
    ("template_sps", "SECURE_PASSWORD_STORE"),
    ("oidc_client", "OPENID_CONNECT"),
];
const MODES: &[&str] = &[
    "AUTO_LOGIN",
    "BASIC_AUTH",
    "BOOKMARK",
    "BROWSER_PLUGIN",
    "OPENID_CONNECT",
    "SAML_1_1",
    "SAML_2_0",
    "SECURE_PASSWORD_STORE",
    "WS_FEDERATION",
];
/// The parts of an app that callers set and that Okta completes.
const PARTS: &[&str] = &["accessibility", "visibility", "credentials", "settings"];

/// An app.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct App {
    /// Its id.
    pub id: Id,
    /// Its name in the catalogue.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// How one signs in to it.
    pub mode: String,
    /// Whether it is in use.
    pub active: bool,
    /// When it was made.
    pub created: Time,
    /// When it changed.
    pub last_updated: Time,
    /// `accessibility`, `visibility`, `credentials` and `settings`.
    parts: Map<String, Value>,
    /// The users assigned one by one.
    pub users: BTreeMap<Id, Assignment>,
    /// The groups assigned.
    pub groups: BTreeMap<Id, GroupAssignment>,
}

/// What a user has in an app.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Assignment {
    /// Since when.
    pub created: Time,
    /// When it changed.
    pub last_updated: Time,
    /// The name there.
    pub user_name: String,
    /// The attributes there.
    pub profile: Map<String, Value>,
}

/// What a group has in an app.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GroupAssignment {
    /// When it changed.
    pub last_updated: Time,
    /// The lowest wins where a user comes by several.
    pub priority: u64,
    /// The attributes its members get.
    pub profile: Map<String, Value>,
}

impl From<&App> for Party {
    fn from(app: &App) -> Self {
        Self {
            id: app.id,
            kind: "AppInstance",
            alternate_id: app.label.clone(),
            display_name: app.label.clone(),
        }
    }
}

impl App {
    /// Reads a new app, or what is to stand in the place of `old`. The id is the caller's.
    ///
    /// # Errors
    /// E0000001.
    pub fn read(id: Id, body: &Map<String, Value>, old: Option<&Self>, now: Time) -> Result<Self, Problem> {
        let fault = |field: &str, cause: &str| Err(Problem::validation(field, vec![format!("{field}: {cause}")]));
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let label = text("label").unwrap_or_default().trim();
        if label.is_empty() || label.chars().count() > 100 {
            return fault("label", "The field must have 1 to 100 characters");
        }
        let name = old.map(|old| old.name.as_str()).or_else(|| text("name"));
        let listed = CATALOGUE.iter().find(|(known, _)| Some(*known) == name);
        let mode = old
            .map(|old| old.mode.as_str())
            .or_else(|| text("signOnMode"))
            .or(listed.map(|(_, mode)| *mode));
        let Some(mode) = mode.filter(|mode| MODES.contains(mode)) else {
            return fault("signOnMode", "The field has to be one of Okta's sign-on modes");
        };
        if listed.is_some_and(|(_, wanted)| *wanted != mode) {
            return fault("signOnMode", "The app does not support this sign-on mode");
        }
        // An app that is not in the catalogue gets a name of the org's own.
        let made = || {
            format!(
                "acme_{}_1",
                label.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "")
            )
        };
        let name = name.map_or_else(made, str::to_owned);
        let mut parts = defaults(id, &name, mode, body);
        for part in PARTS {
            if let (Some(place), Some(sent)) = (parts.get_mut(*part), body.get(*part)) {
                merge(place, sent);
            }
        }
        if let Some(client) = old.and_then(|old| old.parts["credentials"].get("oauthClient")) {
            parts["credentials"]["oauthClient"]["client_id"] = client["client_id"].clone();
            if let Some(secret) = client.get("client_secret") {
                parts["credentials"]["oauthClient"]["client_secret"] = secret.clone();
            }
        }
        if matches!(mode, "BOOKMARK" | "BASIC_AUTH") && !parts["settings"]["app"]["url"].is_string() {
            return fault("url", "The field cannot be left blank");
        }
        let now = now.whole_seconds();
        let app = Self {
            id,
            name,
            label: label.to_owned(),
            mode: mode.to_owned(),
            active: old.is_none_or(|old| old.active),
            created: old.map_or(now, |old| old.created),
            last_updated: now,
            parts,
            users: old.map(|old| old.users.clone()).unwrap_or_default(),
            groups: old.map(|old| old.groups.clone()).unwrap_or_default(),
        };
        if let Some(settings) = app.client_settings() {
            Client::read(id, now, &settings).map_err(|fault| Problem::validation("oauthClient", vec![fault]))?;
        }
        Ok(app)
    }

    /// The settings of the client that an `OpenID` Connect app is, in the names of a registration.
    pub fn client_settings(&self) -> Option<Map<String, Value>> {
        let mut settings = self.parts.get("settings")?.get("oauthClient")?.as_object()?.clone();
        let credentials = self.parts.get("credentials")?.get("oauthClient")?.as_object()?;
        settings.extend(credentials.clone());
        settings.insert("client_name".into(), self.label.as_str().into());
        Some(settings)
    }

    /// Gives the client that the app is another secret.
    pub fn set_client_secret(&mut self, secret: &str) {
        if let Some(credentials) = self.parts.get_mut("credentials") {
            credentials["oauthClient"]["client_secret"] = secret.into();
        }
    }

    /// Whether a user has it, itself or by a group.
    pub fn has_user(&self, user: &User) -> bool {
        self.users.contains_key(&user.id) || self.group_of(user).is_some()
    }

    /// The group by which a user has it; the one with the highest priority.
    pub fn group_of(&self, user: &User) -> Option<&GroupAssignment> {
        let groups = user.groups.iter().filter_map(|group| self.groups.get(group));
        groups.min_by_key(|group| group.priority)
    }

    /// Everybody who has it.
    pub fn all_users(&self, org: &Org) -> Vec<Id> {
        let by_group = self.groups.keys().filter_map(|id| org.groups.get(id));
        let mut all: Vec<Id> = by_group.flat_map(|group| group.members.iter().copied()).collect();
        all.extend(self.users.keys());
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The object as Okta shows it.
    pub fn shown(&self, url: &str) -> Value {
        let mut shown = json!({
            "id": self.id,
            "orn": format!("orn:okta:idp:00osandbox0000000000:apps:{}:{}", self.name, self.id),
            "name": self.name,
            "label": self.label,
            "status": if self.active { "ACTIVE" } else { "INACTIVE" },
            "lastUpdated": self.last_updated,
            "created": self.created,
            "accessibility": self.parts["accessibility"],
            "visibility": self.parts["visibility"],
            "features": [],
            "signOnMode": self.mode,
            "credentials": self.parts["credentials"],
            "universalLogout": {"status": "UNSUPPORTED"},
            "settings": self.parts["settings"],
        });
        shown["_links"] = self.links(url);
        shown
    }

    /// Where a user opens it.
    pub fn home(&self, url: &str) -> String {
        format!("{url}/home/{}/{}/2557", self.name, self.id)
    }

    fn links(&self, url: &str) -> Value {
        let path = format!("{url}/api/v1/apps/{}", self.id);
        let link = if self.mode == "OPENID_CONNECT" {
            "oidc_client_link"
        } else {
            "login"
        };
        let mut links = json!({
            "uploadLogo": {"href": format!("{path}/logo"), "hints": {"allow": ["POST"]}},
            "appLinks": [{"name": link, "href": self.home(url), "type": "text/html"}],
            "groups": {"href": format!("{path}/groups")},
            "logo": [{"name": "medium", "href": format!("{url}/assets/img/logos/default.png"), "type": "image/png"}],
            "users": {"href": format!("{path}/users")},
        });
        if self.mode == "SAML_2_0" {
            links["metadata"] = json!({"href": format!("{path}/sso/saml/metadata"), "type": "application/xml"});
        }
        let change = if self.active { "deactivate" } else { "activate" };
        links[change] = json!({"href": format!("{path}/lifecycle/{change}")});
        links
    }
}

/// What Okta fills in where the caller says nothing.
fn defaults(id: Id, name: &str, mode: &str, body: &Map<String, Value>) -> Map<String, Value> {
    let is_oidc = mode == "OPENID_CONNECT";
    let link = if is_oidc { "oidc_client_link" } else { "login" };
    let mut credentials =
        json!({"userNameTemplate": {"template": "${source.login}", "type": "BUILT_IN"}, "signing": {}});
    let mut settings = json!({
        "app": {},
        "notifications": {"vpn": {"network": {"connection": "DISABLED"}, "message": null, "helpUrl": null}},
        "manualProvisioning": false,
        "implicitAssignment": false,
        "notes": {"admin": null, "enduser": null},
    });
    match mode {
        "BOOKMARK" => settings["app"] = json!({"requestIntegration": false, "url": null}),
        "BASIC_AUTH" | "BROWSER_PLUGIN" | "SECURE_PASSWORD_STORE" => {
            credentials = json!({
                "scheme": "EDIT_USERNAME_AND_PASSWORD",
                "userNameTemplate": {"template": "${source.login}", "type": "BUILT_IN"},
                "revealPassword": false,
                "signing": {},
            });
        }
        "SAML_2_0" if name.starts_with("acme_") => {
            settings["signOn"] = json!({
                "defaultRelayState": null, "ssoAcsUrl": null, "idpIssuer": "http://www.okta.com/${org.externalKey}",
                "audience": null, "recipient": null, "destination": null, "subjectNameIdTemplate": "${user.userName}",
                "subjectNameIdFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
                "responseSigned": true, "assertionSigned": true, "signatureAlgorithm": "RSA_SHA256",
                "digestAlgorithm": "SHA256", "honorForceAuthn": true,
                "authnContextClassRef": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
                "requestCompressed": false, "attributeStatements": [],
            });
        }
        "SAML_2_0" => {
            settings["signOn"] = json!({
                "defaultRelayState": null, "ssoAcsUrlOverride": null, "audienceOverride": null,
                "recipientOverride": null, "destinationOverride": null, "attributeStatements": [],
            });
        }
        "OPENID_CONNECT" => {
            let method = body
                .get("credentials")
                .and_then(|sent| sent["oauthClient"]["token_endpoint_auth_method"].as_str())
                .unwrap_or("client_secret_basic");
            let mut client = json!({"autoKeyRotation": true, "client_id": id});
            if method.starts_with("client_secret") {
                client["client_secret"] = random::text(64).into();
            }
            client["token_endpoint_auth_method"] = method.into();
            client["pkce_required"] = (method == "none").into();
            credentials["oauthClient"] = client;
            settings["oauthClient"] = json!({
                "client_uri": null, "logo_uri": null, "redirect_uris": [], "response_types": ["code"],
                "grant_types": ["authorization_code"], "application_type": "web", "consent_method": "TRUSTED",
                "issuer_mode": "DYNAMIC", "idp_initiated_login": {"mode": "DISABLED", "default_scope": []},
                "wildcard_redirect": "DISABLED", "dpop_bound_access_tokens": false,
            });
        }
        _ => {}
    }
    let parts = json!({
        "accessibility": {"selfService": false, "errorRedirectUrl": null, "loginRedirectUrl": null},
        "visibility": {
            "autoLaunch": false, "autoSubmitToolbar": false, "hide": {"iOS": is_oidc, "web": is_oidc},
            "appLinks": {link: true},
        },
        "credentials": credentials,
        "settings": settings,
    });
    match parts {
        Value::Object(parts) => parts,
        _ => Map::new(),
    }
}

/// Puts what was sent over what is there, object by object.
fn merge(place: &mut Value, sent: &Value) {
    match (place, sent) {
        (Value::Object(place), Value::Object(sent)) => {
            for (key, value) in sent {
                merge(place.entry(key).or_insert(Value::Null), value);
            }
        }
        (place, Value::Null) if !place.is_null() => {}
        (place, sent) => *place = sent.clone(),
    }
}
