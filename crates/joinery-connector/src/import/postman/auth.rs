//! Ways to sign in, of collections, folders and requests.

use serde_json::{Map, Value};

use super::{Reader, list, text_of};
use crate::request::RequestAuth;

impl Reader {
    /// How something is signed. v2.1 lists settings as `{key, value}`, v2.0 has an object.
    pub(super) fn auth(&mut self, auth: &Value, place: &str) -> RequestAuth {
        let kind = match auth["type"].as_str() {
            None => return RequestAuth::Inherit,
            Some("noauth") => return RequestAuth::None,
            Some(kind) => kind,
        };
        let given = &auth[kind];
        let get = |key: &str| match given {
            Value::Array(rows) => rows
                .iter()
                .find(|row| row["key"] == key)
                .map_or_else(String::new, |row| text_of(&row["value"])),
            given => text_of(&given[key]),
        };
        let mut own = Own {
            reader: self,
            place,
            settings: Map::new(),
        };
        let kind = match kind {
            "basic" | "digest" => {
                own.text("username", &get("username"));
                own.secret("password", &get("password"));
                kind
            }
            "bearer" => {
                own.secret("token", &get("token"));
                kind
            }
            "apikey" => {
                let setting = if get("in") == "query" { "query" } else { "header" };
                own.text(setting, &get("key"));
                let value = get("value");
                // `SSWS {{token}}`: the word before the key is no secret.
                let prefix = value
                    .split_once(' ')
                    .filter(|(word, _)| word.chars().all(char::is_alphabetic));
                if let Some((prefix, _)) = prefix.filter(|(word, _)| !word.is_empty()) {
                    own.text("prefix", &format!("{prefix} "));
                }
                own.secret("token", prefix.map_or(value.as_str(), |(_, token)| token));
                "api_key"
            }
            "awsv4" => {
                own.text("access_key_id", &get("accessKey"));
                own.secret("secret_access_key", &get("secretKey"));
                own.text("region", &get("region"));
                own.text("service", &get("service"));
                if !get("sessionToken").is_empty() {
                    own.secret("session_token", &get("sessionToken"));
                }
                "aws_sigv4"
            }
            "oauth2" => match own.oauth2(get) {
                Some(kind) => kind,
                None => return RequestAuth::Inherit,
            },
            other => {
                let what = format!("authorization {other}");
                self.leave(
                    place,
                    what,
                    "there is no such way to sign in: choose one in the connection",
                );
                return RequestAuth::Inherit;
            }
        };
        RequestAuth::Own {
            kind: kind.to_owned(),
            settings: own.settings,
        }
    }

    /// A header that signs: its scheme stays, the rest is a secret.
    pub(super) fn signing_header(&mut self, name: &str, value: &str, place: &str) -> Option<String> {
        let (scheme, secret, variable) = match name.to_ascii_lowercase().as_str() {
            "authorization" | "proxy-authorization" => match value.split_once(' ') {
                Some((scheme, secret)) => (format!("{scheme} "), secret, "token"),
                None => (String::new(), value, "token"),
            },
            "cookie" => (String::new(), value, "cookie"),
            "x-api-key" | "api-key" | "apikey" | "x-auth-token" => (String::new(), value, "api_key"),
            _ => return None,
        };
        Some(scheme + &self.secret(variable, secret, place))
    }
}

/// Settings of a way to sign in, as they are found.
struct Own<'a> {
    reader: &'a mut Reader,
    place: &'a str,
    settings: Map<String, Value>,
}

impl Own<'_> {
    fn text(&mut self, setting: &str, value: &str) {
        if !value.is_empty() {
            let value = self.reader.text(value, self.place);
            self.settings.insert(setting.to_owned(), value.into());
        }
    }

    fn secret(&mut self, setting: &str, value: &str) {
        let value = self.reader.secret(setting, value, self.place);
        self.settings.insert(setting.to_owned(), value.into());
    }

    /// The kind that a grant is here; none is left out with its reason.
    fn oauth2(&mut self, get: impl Fn(&str) -> String) -> Option<&'static str> {
        let grant = get("grant_type");
        let kind = match grant.as_str() {
            "client_credentials" => "oauth2_client_credentials",
            "password_credentials" | "password" => "oauth2_password",
            "authorization_code" | "authorization_code_with_pkce" => "oauth2_authorization_code",
            "" => {
                self.secret("token", &get("accessToken"));
                return Some("bearer");
            }
            other => {
                let what = format!("OAuth 2.0 grant {other}");
                self.reader.leave(
                    self.place,
                    what,
                    "there is no such way to sign in: choose one in the connection",
                );
                return None;
            }
        };
        self.text("token_url", &get("accessTokenUrl"));
        self.text("client_id", &get("clientId"));
        let by_secret = !get("clientSecret").is_empty();
        if by_secret {
            self.secret("client_secret", &get("clientSecret"));
            let way = if get("client_authentication") == "body" {
                "post"
            } else {
                "basic"
            };
            self.settings
                .insert("client_auth".to_owned(), format!("client_secret_{way}").into());
        }
        if kind == "oauth2_password" {
            self.text("username", &get("username"));
            self.secret("password", &get("password"));
        } else if kind == "oauth2_authorization_code" {
            self.text("authorization_url", &get("authUrl"));
            self.settings
                .insert("pkce".to_owned(), (grant != "authorization_code").into());
        }
        self.text("audience", &get("audience"));
        let scopes: Vec<Value> = get("scope").split_whitespace().map(Value::from).collect();
        if !scopes.is_empty() {
            self.settings.insert("scopes".to_owned(), scopes.into());
        }
        Some(kind)
    }
}

impl Reader {
    /// `protocolProfileBehavior`: what is not among `known` is left out.
    pub(super) fn leave_behavior(&mut self, behavior: &Value, place: &str, known: &[&str]) {
        let keys = behavior.as_object().into_iter().flat_map(Map::keys);
        for key in keys.filter(|key| !known.contains(&key.as_str())) {
            self.leave(
                place,
                format!("the setting {key}"),
                "requests are sent as the connection says",
            );
        }
    }

    /// Scripts of collections and folders, which requests would share. Lines that give variables a value are given
    /// back, all others are left out.
    pub(super) fn shared_scripts(&mut self, events: &Value, place: &str) -> Vec<(String, String)> {
        let mut values = Vec::new();
        for event in list(events) {
            let lines = super::script::lines(event);
            let set = super::script::values_of(&lines).filter(|_| event["listen"] == "prerequest");
            if let Some(set) = set {
                values.extend(set);
            } else if !lines.is_empty() {
                let what = format!("the script {}", text_of(&event["listen"]));
                self.leave(place, what, "folders have no scripts");
            }
        }
        values
    }
}
