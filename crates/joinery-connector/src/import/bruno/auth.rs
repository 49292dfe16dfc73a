//! Ways to sign in.

use serde_json::{Map, Value};

use super::{Reader, text_of};
use crate::request::RequestAuth;

impl Reader {
    /// How something is signed: a word, or an object with the kind and its settings.
    pub(super) fn auth(&mut self, auth: &Value, place: &str) -> RequestAuth {
        let word = auth.as_str().or(auth["mode"].as_str()).or(auth["type"].as_str());
        let kind = match word.unwrap_or_default() {
            "" | "inherit" => return RequestAuth::Inherit,
            "none" => return RequestAuth::None,
            kind => kind,
        };
        let given = if auth[kind].is_object() { &auth[kind] } else { auth };
        let mut own = Own {
            reader: self,
            place,
            given,
            settings: Map::new(),
        };
        let name = match kind {
            "basic" | "digest" => {
                own.text("username", &["username"]);
                own.secret("password", &["password"]);
                kind
            }
            "bearer" => {
                own.secret("token", &["token"]);
                kind
            }
            "apikey" => {
                let query = matches!(own.get(&["placement"]).as_str(), "queryparams" | "query");
                own.text(if query { "query" } else { "header" }, &["key"]);
                let value = own.get(&["value"]);
                let word = value
                    .split_once(' ')
                    .filter(|(word, _)| word.chars().all(char::is_alphabetic));
                let (prefix, token) = word.unwrap_or(("", &value));
                if !prefix.is_empty() {
                    own.settings.insert("prefix".to_owned(), format!("{prefix} ").into());
                }
                own.keep("token", token);
                "api_key"
            }
            "awsv4" => {
                own.text("access_key_id", &["accessKeyId"]);
                own.secret("secret_access_key", &["secretAccessKey"]);
                own.text("region", &["region"]);
                own.text("service", &["service"]);
                "aws_sigv4"
            }
            "oauth2" => match own.oauth2() {
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
            kind: name.to_owned(),
            settings: own.settings,
        }
    }
}

struct Own<'a> {
    reader: &'a mut Reader,
    place: &'a str,
    given: &'a Value,
    settings: Map<String, Value>,
}

impl Own<'_> {
    fn get(&self, names: &[&str]) -> String {
        let found = names.iter().map(|name| text_of(&self.given[*name]));
        found.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
    }

    fn text(&mut self, setting: &str, names: &[&str]) {
        let value = self.get(names);
        if !value.is_empty() {
            let value = self.reader.text(&value, self.place);
            self.settings.insert(setting.to_owned(), value.into());
        }
    }

    fn secret(&mut self, setting: &str, names: &[&str]) {
        let value = self.get(names);
        self.keep(setting, &value);
    }

    fn keep(&mut self, setting: &str, value: &str) {
        let value = self.reader.text(value, self.place);
        let left = &mut self.reader.imported.not_carried;
        let value = crate::import::parts::secret(&value, setting, self.place, left);
        self.settings.insert(setting.to_owned(), value.into());
    }

    fn oauth2(&mut self) -> Option<&'static str> {
        let grant = self.get(&["grant_type", "grantType", "flow"]);
        let kind = match grant.as_str() {
            "client_credentials" => "oauth2_client_credentials",
            "password" | "resource_owner_password_credentials" | "resource_owner_password" => "oauth2_password",
            "authorization_code" => "oauth2_authorization_code",
            other => {
                let what = format!("OAuth 2.0 grant {other}");
                let why = "there is no such way to sign in: choose one in the connection";
                self.reader.leave(self.place, what, why);
                return None;
            }
        };
        self.text("token_url", &["access_token_url", "accessTokenUrl"]);
        self.text("client_id", &["client_id", "clientId"]);
        if !self.get(&["client_secret", "clientSecret"]).is_empty() {
            self.secret("client_secret", &["client_secret", "clientSecret"]);
            let header = self
                .get(&["credentials_placement", "credentialsPlacement"])
                .starts_with("basic");
            let way = if header { "basic" } else { "post" };
            self.settings
                .insert("client_auth".to_owned(), format!("client_secret_{way}").into());
        }
        if kind == "oauth2_password" {
            self.text("username", &["username"]);
            self.secret("password", &["password"]);
        } else if kind == "oauth2_authorization_code" {
            self.text("authorization_url", &["authorization_url", "authorizationUrl"]);
            self.settings
                .insert("pkce".to_owned(), (self.get(&["pkce"]) == "true").into());
        }
        let scopes: Vec<Value> = self.get(&["scope"]).split_whitespace().map(Value::from).collect();
        if !scopes.is_empty() {
            self.settings.insert("scopes".to_owned(), scopes.into());
        }
        Some(kind)
    }
}
