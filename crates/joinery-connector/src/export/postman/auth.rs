//! Ways to sign in.

use serde_json::{Map, Value, json};

use super::super::RequestSet;
use super::text::text;
use crate::request::RequestAuth;

/// How Postman writes it; nothing where it is inherited, or cannot be said.
pub(super) fn written(set: &mut RequestSet, auth: &RequestAuth, place: &str) -> Option<Value> {
    let (kind, settings) = match auth {
        RequestAuth::Inherit => return None,
        RequestAuth::None => return Some(json!({ "type": "noauth" })),
        RequestAuth::Own { kind, settings } => (kind.clone(), settings.clone()),
        RequestAuth::Connector { id } => {
            let choice = set.connector.manifest.auth.iter().find(|choice| choice.id == *id)?;
            (choice.kind.clone(), choice.settings.clone())
        }
    };
    let given = Given { settings: &settings };
    let (kind, rows) = match kind.as_str() {
        "none" => return Some(json!({ "type": "noauth" })),
        "basic" | "digest" => (
            kind.as_str(),
            vec![
                ("username", given.asked("username")),
                ("password", given.asked("password")),
            ],
        ),
        "bearer" => ("bearer", vec![("token", given.asked("token"))]),
        "api_key" => {
            let value = given.text("prefix") + &given.asked("token");
            let (place, key) = match given.text("query") {
                query if query.is_empty() => ("header", given.or("header", "Authorization")),
                query => ("query", query),
            };
            let rows = vec![("key", key), ("value", value), ("in", place.to_owned())];
            ("apikey", rows)
        }
        "aws_sigv4" => (
            "awsv4",
            vec![
                ("accessKey", given.asked("access_key_id")),
                ("secretKey", given.asked("secret_access_key")),
                ("region", given.text("region")),
                ("service", given.text("service")),
                ("sessionToken", given.text("session_token")),
            ],
        ),
        kind if kind.starts_with("oauth2_") => ("oauth2", oauth2(set, kind, given, place)),
        other => {
            let what = format!("the way to sign in {other}");
            set.leave(place, what, "Postman has no such way: choose one there");
            return None;
        }
    };
    let rows: Vec<Value> = rows
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| json!({ "key": key, "value": text(set, &value, place), "type": "string" }))
        .collect();
    let mut auth = json!({ "type": kind });
    auth[kind] = rows.into();
    Some(auth)
}

fn oauth2(set: &mut RequestSet, kind: &str, given: Given, place: &str) -> Vec<(&'static str, String)> {
    let pkce = given.settings.get("pkce") == Some(&Value::Bool(true));
    let grant = match (kind, pkce) {
        ("oauth2_client_credentials", _) => "client_credentials",
        ("oauth2_password", _) => "password_credentials",
        (_, true) => "authorization_code_with_pkce",
        _ => "authorization_code",
    };
    let way = given.text("client_auth");
    if way.starts_with("private_key") || given.settings.contains_key("dpop") {
        let what = "signing in with a private key or a proof of possession";
        set.leave(place, what, "Postman cannot: set a client secret there, or a token");
    }
    let by_secret = !way.starts_with("private_key")
        && (grant == "client_credentials" || given.settings.contains_key("client_secret"));
    let scopes = match given.settings.get("scopes") {
        Some(Value::Array(scopes)) => scopes.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    };
    let mut rows = vec![
        ("grant_type", grant.to_owned()),
        ("accessTokenUrl", given.text("token_url")),
        ("authUrl", given.text("authorization_url")),
        ("clientId", given.asked("client_id")),
        ("scope", scopes),
        ("audience", given.text("audience")),
    ];
    if by_secret {
        let body = way.ends_with("post");
        rows.push(("clientSecret", given.asked("client_secret")));
        rows.push(("client_authentication", if body { "body" } else { "header" }.to_owned()));
    }
    if grant == "password_credentials" {
        rows.push(("username", given.asked("username")));
        rows.push(("password", given.asked("password")));
    }
    rows
}

#[derive(Clone, Copy)]
struct Given<'a> {
    settings: &'a Map<String, Value>,
}

impl Given<'_> {
    fn text(self, name: &str) -> String {
        self.settings
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    }

    fn or(self, name: &str, other: &str) -> String {
        match self.text(name) {
            text if text.is_empty() => other.to_owned(),
            text => text,
        }
    }

    /// What a connection is asked for stands as a variable of that name.
    fn asked(self, name: &str) -> String {
        self.or(name, &format!("{{{{{name}}}}}"))
    }
}
