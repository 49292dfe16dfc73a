//! A client: an app that may ask for tokens. What it is allowed, and how it proves who it is.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::jose;
use crate::clock::Time;
use crate::okta::ids::{Id, Kind};
use crate::random;

/// A registered client. Its id is the id of its app.
#[derive(Clone, Serialize, Deserialize)]
pub struct Client {
    /// Its id.
    pub id: Id,
    /// The name it goes by: its id, unless whoever made its app chose another.
    pub goes_by: String,
    /// When it was made.
    pub created: Time,
    /// Its name.
    pub name: String,
    /// `web`, `native`, `browser` or `service`.
    pub kind: String,
    /// How it proves who it is: `private_key_jwt`, `client_secret_basic`, `client_secret_post` or `none`.
    pub method: String,
    /// Its secrets, the newest last.
    pub secrets: Vec<ClientSecret>,
    /// Its public keys.
    pub keys: Vec<Value>,
    /// The grants it may use.
    pub grant_types: Vec<String>,
    /// Where an authorization may be sent to.
    pub redirect_uris: Vec<String>,
    /// Whether its tokens are bound to a key it holds.
    pub dpop: bool,
    /// Whether a code takes a verifier.
    pub pkce: bool,
    /// Whether a refresh gives a new refresh token.
    pub rotates: bool,
    /// Whether it may ask for tokens at all.
    pub active: bool,
    /// The scopes an admin granted it.
    pub grants: Vec<Grant>,
    /// The settings that change nothing here, to show them again.
    rest: Map<String, Value>,
}

/// Shows no secret.
impl fmt::Debug for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Client")
            .field("id", &self.id)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A secret of a client.
#[derive(Clone, Serialize, Deserialize)]
pub struct ClientSecret {
    /// Its id.
    pub id: Id,
    /// When it was made.
    pub created: Time,
    /// When it changed.
    pub last_updated: Time,
    /// Whether it is accepted.
    pub active: bool,
    /// The secret itself.
    pub value: String,
}

/// Shows no secret.
impl fmt::Debug for ClientSecret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ClientSecret")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl ClientSecret {
    /// A secret in use; made at random where nobody chose one.
    pub fn new(id: Id, chosen: Option<String>, now: Time) -> Self {
        let now = now.whole_seconds();
        Self {
            id,
            created: now,
            last_updated: now,
            active: true,
            value: chosen.unwrap_or_else(|| random::text(64)),
        }
    }
}

/// A scope that an admin granted to a client.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Grant {
    /// Its id.
    pub id: Id,
    /// The scope.
    pub scope: String,
    /// When it was granted.
    pub created: Time,
}

const KINDS: &[&str] = &["web", "native", "browser", "service"];
const METHODS: &[&str] = &[
    "private_key_jwt",
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
    "none",
];

impl Client {
    /// A client from its settings, in the names of a registration (which those of an app's `settings.oauthClient` and
    /// `credentials.oauthClient` share).
    ///
    /// # Errors
    /// What is wrong with the first setting that does not fit.
    pub fn read(id: Id, created: Time, settings: &Map<String, Value>) -> Result<Self, String> {
        let text = |name: &str| settings.get(name).and_then(Value::as_str).map(str::to_owned);
        let texts = |name: &str| -> Option<Vec<String>> {
            let list = settings.get(name)?.as_array()?;
            Some(list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        };
        let name = text("client_name")
            .filter(|name| !name.trim().is_empty())
            .ok_or("'client_name': The field cannot be left blank")?;
        let kind = text("application_type").unwrap_or_else(|| "web".into());
        if !KINDS.contains(&kind.as_str()) {
            return Err(format!("'application_type': '{kind}' is not a valid application type"));
        }
        let method = text("token_endpoint_auth_method").unwrap_or_else(|| {
            let method = match kind.as_str() {
                "service" => "private_key_jwt",
                "web" => "client_secret_basic",
                _ => "none",
            };
            method.into()
        });
        if !METHODS.contains(&method.as_str()) {
            return Err(format!(
                "'token_endpoint_auth_method': '{method}' is not a valid authentication method"
            ));
        }
        let grant_types = texts("grant_types").unwrap_or_else(|| {
            let usual = if kind == "service" {
                "client_credentials"
            } else {
                "authorization_code"
            };
            vec![usual.into()]
        });
        let redirect_uris = texts("redirect_uris").unwrap_or_default();
        let keys = keys(settings)?;
        let secrets = if method.starts_with("client_secret") {
            vec![ClientSecret::new(
                id.of_kind(Kind::ClientSecret),
                text("client_secret"),
                created,
            )]
        } else {
            Vec::new()
        };
        let flag = |name: &str, usual: bool| settings.get(name).and_then(Value::as_bool).unwrap_or(usual);
        let rotation = &settings
            .get("refresh_token")
            .map_or(&Value::Null, |it| &it["rotation_type"]);
        Ok(Self {
            id,
            goes_by: text("client_id").unwrap_or_else(|| id.to_string()),
            created,
            name,
            // A public client has nothing else that ties a code to it.
            pkce: flag("pkce_required", method == "none"),
            dpop: flag("dpop_bound_access_tokens", false),
            rotates: *rotation != "STATIC",
            active: true,
            kind,
            method,
            secrets,
            keys,
            grant_types,
            redirect_uris,
            grants: Vec::new(),
            rest: settings.clone(),
        })
    }

    /// The client with new settings: id, age, secret and granted scopes stay.
    ///
    /// # Errors
    /// Those of [`Client::read`].
    pub fn with_settings(&self, settings: &Map<String, Value>) -> Result<Self, String> {
        let read = Self::read(self.id, self.created, settings)?;
        let mut secrets = read.secrets;
        if !secrets.is_empty() && !self.secrets.is_empty() {
            secrets.clone_from(&self.secrets);
            let chosen = settings.get("client_secret").and_then(Value::as_str);
            if let (Some(chosen), Some(newest)) = (chosen, secrets.last_mut()) {
                chosen.clone_into(&mut newest.value);
            }
        }
        Ok(Self {
            secrets,
            goes_by: self.goes_by.clone(),
            active: self.active,
            grants: self.grants.clone(),
            ..read
        })
    }

    /// The client, where it has what a registration asks for and an app may still lack.
    ///
    /// # Errors
    /// What is missing.
    pub fn complete(self) -> Result<Self, String> {
        if self.redirect_uris.is_empty() && self.may_use("authorization_code") {
            return Err(
                "'redirect_uris': At least one redirect URI is required for the authorization_code grant".into(),
            );
        }
        if self.method == "private_key_jwt" && self.keys.is_empty() {
            return Err("'jwks': The client needs a JWKSet for the private_key_jwt authentication method".into());
        }
        Ok(self)
    }

    /// Whether it may use a grant.
    pub fn may_use(&self, grant: &str) -> bool {
        self.grant_types.iter().any(|known| known == grant)
    }

    /// Whether users have to agree to what it asks for.
    pub fn asks_for_consent(&self) -> bool {
        self.rest
            .get("consent_method")
            .is_some_and(|method| method == "REQUIRED")
    }

    /// The newest secret in use.
    pub fn secret(&self) -> Option<&str> {
        let mut newest_first = self.secrets.iter().rev();
        newest_first
            .find(|secret| secret.active)
            .map(|secret| secret.value.as_str())
    }

    /// Whether this is one of its secrets.
    pub fn accepts(&self, text: &str) -> bool {
        self.secrets.iter().any(|secret| secret.active && secret.value == text)
    }

    /// Whether an admin granted it a scope of the API.
    pub fn is_granted(&self, scope: &str) -> bool {
        self.grants.iter().any(|grant| grant.scope == scope)
    }

    /// The client as a registration shows it. The secret is shown once, when it was made.
    pub fn shown(&self, with_secret: bool) -> Value {
        let mut shown = Map::new();
        shown.insert("client_id".into(), self.goes_by.as_str().into());
        if let Some(secret) = self.secret().filter(|_| with_secret) {
            shown.insert("client_secret".into(), secret.into());
        }
        shown.insert("client_id_issued_at".into(), self.created.seconds().into());
        if !self.secrets.is_empty() {
            shown.insert("client_secret_expires_at".into(), 0.into());
        }
        let rest = |name: &str| self.rest.get(name).cloned().unwrap_or_default();
        let usual = if self.kind == "service" { "token" } else { "code" };
        shown.insert("client_name".into(), self.name.as_str().into());
        shown.insert("client_uri".into(), rest("client_uri"));
        shown.insert("logo_uri".into(), rest("logo_uri"));
        shown.insert("redirect_uris".into(), json!(self.redirect_uris));
        let types = self.rest.get("response_types").cloned();
        shown.insert("response_types".into(), types.unwrap_or_else(|| json!([usual])));
        shown.insert("grant_types".into(), json!(self.grant_types));
        shown.insert("token_endpoint_auth_method".into(), self.method.as_str().into());
        shown.insert("application_type".into(), self.kind.as_str().into());
        if !self.keys.is_empty() {
            shown.insert("jwks".into(), json!({"keys": self.keys}));
        }
        for name in [
            "post_logout_redirect_uris",
            "initiate_login_uri",
            "tos_uri",
            "policy_uri",
        ] {
            if let Some(value) = self.rest.get(name) {
                shown.insert(name.into(), value.clone());
            }
        }
        shown.insert("dpop_bound_access_tokens".into(), self.dpop.into());
        Value::Object(shown)
    }
}

/// The public keys of a registration. A private key is refused: it must never leave the client.
fn keys(settings: &Map<String, Value>) -> Result<Vec<Value>, String> {
    let Some(set) = settings.get("jwks").filter(|set| !set.is_null()) else {
        return Ok(Vec::new());
    };
    let mut keys = set["keys"].as_array().cloned().unwrap_or_default();
    keys.retain(|key| key["status"] != "INACTIVE");
    for key in &keys {
        if jose::thumbprint(key).is_none() {
            return Err("'jwks': The JWKSet holds a key that is neither RSA nor EC, or lacks a part".into());
        }
        if key.get("d").is_some() {
            return Err("'jwks': The JWKSet must hold public keys only, without the member 'd'".into());
        }
    }
    if keys.len() > 1 && keys.iter().any(|key| key["kid"].as_str().is_none()) {
        return Err("'jwks': Every key of the JWKSet needs a 'kid' where there is more than one".into());
    }
    Ok(keys)
}
