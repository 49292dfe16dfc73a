//! Ways to sign in as security schemes.

use serde_json::{Map, Value, json};

use super::super::RequestSet;
use super::path::shown;
use crate::request::RequestAuth;

/// The schemes of `connector.toml`, and that any of them will do.
pub(super) fn of_connector(set: &mut RequestSet) -> (Map<String, Value>, Vec<Value>) {
    let (mut schemes, mut any) = (Map::new(), Vec::new());
    let own = set
        .top
        .requests()
        .into_iter()
        .filter_map(|request| match &request.whole.auth {
            RequestAuth::Own { kind, settings } => Some((kind.clone(), kind.clone(), settings.clone(), false)),
            _ => None,
        });
    let own: Vec<_> = own.collect();
    let choices = set.connector.manifest.auth.iter();
    let choices = choices.map(|choice| (choice.id.clone(), choice.kind.clone(), choice.settings.clone(), true));
    for (id, kind, settings, offered) in choices.chain(own).collect::<Vec<_>>() {
        match scheme(set, &kind, &settings) {
            Some(scheme) => {
                if offered {
                    any.push(json!({ &id: scopes(&settings) }));
                }
                schemes.entry(id).or_insert(scheme);
            }
            None if kind == "none" => any.push(json!({})),
            None => set.leave(
                "connector.toml",
                format!("the way to sign in {id}"),
                "OpenAPI has no such scheme",
            ),
        }
    }
    (schemes, any)
}

/// What one request says; nothing where it is as all.
pub(super) fn of_request(set: &mut RequestSet, auth: &RequestAuth, place: &str) -> Option<Value> {
    match auth {
        RequestAuth::Inherit => None,
        RequestAuth::None => Some(json!([])),
        RequestAuth::Connector { id } => {
            let choice = set.connector.manifest.auth.iter().find(|choice| choice.id == *id)?;
            Some(json!([{ id: scopes(&choice.settings) }]))
        }
        RequestAuth::Own { kind, settings } if scheme(set, kind, settings).is_some() => {
            Some(json!([{ kind: scopes(settings) }]))
        }
        RequestAuth::Own { kind, .. } => {
            set.leave(
                place,
                format!("the way to sign in {kind}"),
                "OpenAPI has no such scheme",
            );
            None
        }
    }
}

fn scopes(settings: &Map<String, Value>) -> Value {
    match settings.get("scopes") {
        Some(Value::Array(scopes)) => scopes.clone().into(),
        _ => json!([]),
    }
}

fn scheme(set: &RequestSet, kind: &str, settings: &Map<String, Value>) -> Option<Value> {
    let text = |name: &str| settings.get(name).and_then(Value::as_str).unwrap_or_default();
    let address = |name: &str| shown(set, text(name));
    let named: Map<String, Value> = match settings.get("scopes") {
        Some(Value::Array(scopes)) => {
            let scopes = scopes.iter().filter_map(Value::as_str);
            scopes.map(|scope| (scope.to_owned(), Value::from(scope))).collect()
        }
        _ => Map::new(),
    };
    Some(match kind {
        "basic" | "bearer" | "digest" => json!({ "type": "http", "scheme": kind }),
        "api_key" => {
            let (place, name) = match (text("query"), text("header")) {
                ("", "") => ("header", "Authorization"),
                ("", header) => ("header", header),
                (query, _) => ("query", query),
            };
            let mut scheme = json!({ "type": "apiKey", "in": place, "name": name });
            if !text("prefix").is_empty() {
                scheme["description"] = format!("The key follows `{}`.", text("prefix")).into();
            }
            scheme
        }
        "oauth2_client_credentials" => {
            let flow = json!({ "tokenUrl": address("token_url"), "scopes": named });
            json!({ "type": "oauth2", "flows": { "clientCredentials": flow } })
        }
        "oauth2_password" => {
            let flow = json!({ "tokenUrl": address("token_url"), "scopes": named });
            json!({ "type": "oauth2", "flows": { "password": flow } })
        }
        "oauth2_authorization_code" => {
            let flow = json!({
                "authorizationUrl": address("authorization_url"),
                "tokenUrl": address("token_url"),
                "scopes": named,
            });
            json!({ "type": "oauth2", "flows": { "authorizationCode": flow } })
        }
        _ => return None,
    })
}
