//! An app: its state, and the object Okta shows. What each kind of app consists of is in `app_shape`.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::app_connections::Connection;
use super::app_provisioning::Provisioning;
use super::app_schema::AppSchema;
use super::app_shape::{self, Shape};
use super::errors::Problem;
use super::event::Party;
use super::ids::Id;
use super::oauth::client::Client;
use super::signing_key::{CertificateRequest, Key};
use super::user::User;
use crate::clock::Time;
use crate::state::Org;

/// An app.
#[derive(Clone, Serialize, Deserialize)]
pub struct App {
    /// Its id.
    pub id: Id,
    /// Its name in the catalogue, or one the org made for it.
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
    pub parts: Map<String, Value>,
    /// Whether the org made its name, as it does for an app that the catalogue does not have.
    pub is_own: bool,
    /// The client secret a caller chose, until the client takes it over.
    pub chosen_secret: Option<String>,
    /// The users assigned one by one.
    pub users: BTreeMap<Id, Assignment>,
    /// The groups assigned.
    pub groups: BTreeMap<Id, GroupAssignment>,
    /// The keys it signs with; `credentials.signing.kid` names the one in use.
    pub keys: Vec<Key>,
    /// The requests for certificates that were not answered so far.
    pub requests: Vec<CertificateRequest>,
    /// The connections it asked for, to other apps.
    pub connections: Vec<Connection>,
    /// How users get into it by themselves.
    pub provisioning: Provisioning,
    /// The attributes of its users.
    pub schema: AppSchema,
    /// The policy that says how one signs in to it.
    pub access_policy: Option<Id>,
    /// The policy that says what one is asked before.
    pub enrollment_policy: Option<Id>,
    /// The picture somebody uploaded for it.
    pub logo: Option<Logo>,
}

/// An uploaded picture.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Logo {
    /// Where it is, below the org.
    pub path: String,
    /// Its media type.
    pub kind: String,
}

/// Shows no secret.
impl fmt::Debug for App {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("App")
            .field("id", &self.id)
            .field("label", &self.label)
            .finish_non_exhaustive()
    }
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
    /// When the password there was set, where one was.
    pub password_changed: Option<Time>,
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
    pub fn read(id: Id, org: &Org, body: &Map<String, Value>, old: Option<&Self>, now: Time) -> Result<Self, Problem> {
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let label = text("label").unwrap_or_default().trim();
        if label.is_empty() || label.chars().count() > 100 {
            return Err(fault("label", "The field must have 1 to 100 characters"));
        }
        let now = now.whole_seconds();
        let given = text("name").filter(|name| !name.is_empty());
        let mode = match old {
            Some(old) => old.mode.clone(),
            None => app_shape::mode(given, text("signOnMode"))?,
        };
        let name = match old {
            Some(old) => old.name.clone(),
            None => given.map_or_else(|| own_name(org, label), str::to_owned),
        };
        let is_own = old.map_or(given.is_none(), |old| old.is_own);
        let shape = Shape {
            name: &name,
            mode: &mode,
            is_own,
        };
        let mut parts = shape.read(body)?;
        let keys = match old {
            Some(old) => old.keys.clone(),
            None => vec![Key::of_app(id, org, &mode, now)],
        };
        if shape.signs() {
            keep_kid(&mut parts, &keys, old);
        }
        let chosen_secret = app_shape::take_secret(&mut parts);
        if let Some(client) = parts["credentials"].get_mut("oauthClient") {
            let own = old.and_then(|old| old.parts["credentials"]["oauthClient"]["client_id"].as_str());
            app_shape::set_client_id(client, id, own)?;
        }
        let app = Self {
            id,
            label: label.to_owned(),
            active: old.is_none_or(|old| old.active),
            created: old.map_or(now, |old| old.created),
            last_updated: now,
            parts,
            is_own,
            chosen_secret,
            users: old.map(|old| old.users.clone()).unwrap_or_default(),
            groups: old.map(|old| old.groups.clone()).unwrap_or_default(),
            keys,
            requests: old.map(|old| old.requests.clone()).unwrap_or_default(),
            connections: old.map(|old| old.connections.clone()).unwrap_or_default(),
            provisioning: old.map(|old| old.provisioning.clone()).unwrap_or_default(),
            schema: old.map_or_else(|| AppSchema::new(now), |old| old.schema.clone()),
            access_policy: old.map_or_else(|| founded(org, "ACCESS_POLICY"), |old| old.access_policy),
            enrollment_policy: old.map_or_else(|| founded(org, "PROFILE_ENROLLMENT"), |old| old.enrollment_policy),
            logo: old.and_then(|old| old.logo.clone()),
            name,
            mode,
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

    /// The key it signs with.
    pub fn kid(&self) -> Option<&str> {
        self.parts["credentials"]["signing"]["kid"].as_str()
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
        format!(
            "{url}/home/{}/{}/{}",
            self.name,
            self.id,
            app_shape::link_id(&self.name, self.id)
        )
    }

    /// Where its picture is, and the picture's media type.
    pub fn logo(&self, url: &str) -> (String, &str) {
        match &self.logo {
            Some(logo) => (format!("{url}/{}", logo.path), &logo.kind),
            None => (format!("{url}/assets/img/logos/default.png"), "image/png"),
        }
    }

    fn links(&self, url: &str) -> Value {
        let path = format!("{url}/api/v1/apps/{}", self.id);
        let mut links = Map::new();
        if self.mode.starts_with("SAML") {
            let help = format!(
                "{url}/app/{}/{}/setup/help/{}/instructions",
                self.name, self.id, self.mode
            );
            links.insert("help".into(), json!({"href": help, "type": "text/html"}));
            let metadata = json!({"href": format!("{path}/sso/saml/metadata"), "type": "application/xml"});
            links.insert("metadata".into(), metadata);
        }
        let mut put = |name: &str, link: Value| links.insert(name.into(), link);
        put(
            "uploadLogo",
            json!({"href": format!("{path}/logo"), "hints": {"allow": ["POST"]}}),
        );
        let name = app_shape::link_name(&self.name, self.is_own);
        put(
            "appLinks",
            json!([{"name": name, "href": self.home(url), "type": "text/html"}]),
        );
        if !self.active {
            put("activate", json!({"href": format!("{path}/lifecycle/activate")}));
        }
        put(
            "policies",
            json!({"href": format!("{path}/policies"), "hints": {"allow": ["PUT"]}}),
        );
        put("groups", json!({"href": format!("{path}/groups")}));
        let (logo, kind) = self.logo(url);
        put("logo", json!([{"name": "medium", "href": logo, "type": kind}]));
        if self.mode == "OPENID_CONNECT" {
            let secrets = format!("{path}/credentials/secrets");
            put("clientCredentials", json!([{"name": "secrets", "href": secrets}]));
        }
        let policies = [
            ("profileEnrollment", self.enrollment_policy),
            ("accessPolicy", self.access_policy),
        ];
        for (name, policy) in policies {
            if let Some(policy) = policy {
                put(name, json!({"href": format!("{url}/api/v1/policies/{policy}")}));
            }
        }
        put("users", json!({"href": format!("{path}/users")}));
        if self.active {
            put("deactivate", json!({"href": format!("{path}/lifecycle/deactivate")}));
        }
        Value::Object(links)
    }
}

impl Org {
    /// Gives the apps that had a policy which is gone the one that the org was founded with.
    pub fn forget_policy(&mut self, gone: Id) {
        let (access, enrollment) = (founded(self, "ACCESS_POLICY"), founded(self, "PROFILE_ENROLLMENT"));
        for app in self.apps.values_mut() {
            if app.access_policy == Some(gone) {
                app.access_policy = access;
            }
            if app.enrollment_policy == Some(gone) {
                app.enrollment_policy = enrollment;
            }
        }
    }
}

/// E0000001 about one field.
pub fn fault(field: &str, cause: &str) -> Problem {
    Problem::validation(field, vec![format!("{field}: {cause}")])
}

/// The policy of a type that the org was founded with.
fn founded(org: &Org, kind: &str) -> Option<Id> {
    let mut policies = org.records_at("policies");
    policies
        .find(|policy| policy.system && policy.text("type") == kind)
        .map(|policy| policy.id)
}

/// An app that is not in the catalogue gets a name of the org's own, with a number that tells it from its namesakes.
fn own_name(org: &Org, label: &str) -> String {
    let plain = label.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "");
    let start = format!("acme_{plain}_");
    let taken = |number: usize| org.apps.values().any(|app| app.name == format!("{start}{number}"));
    // Of one number more than there are apps, one is free.
    let number = (1..=org.apps.len() + 1).find(|number| !taken(*number));
    format!("{start}{}", number.unwrap_or_default())
}

/// The key in use stays, unless a caller names another one of the app's own.
fn keep_kid(parts: &mut Map<String, Value>, keys: &[Key], old: Option<&App>) {
    let sent = parts["credentials"]["signing"]["kid"].as_str();
    let wanted = sent.filter(|kid| keys.iter().any(|key| key.kid == *kid));
    let kid = wanted.or_else(|| old.and_then(App::kid));
    let kid = kid.or_else(|| keys.first().map(|key| key.kid.as_str()));
    if let Some(kid) = kid {
        parts["credentials"]["signing"] = json!({"kid": kid});
    }
}
