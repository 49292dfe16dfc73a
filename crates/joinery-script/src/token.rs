//! What signs in: the map that `acquire` returns, as `apply` and `refresh` see it. Its texts are opaque there, like the
//! connection's own secrets; numbers and switches stay readable.

use rhai::{Array, Dynamic, Map};
use serde_json::Value;

use crate::{
    error::ScriptError,
    functions::Request,
    json::{self, SecretsAs},
    secret::SecretValue,
};

/// The name that a text of the token goes by among the secrets: `path` is `access_token`, or `user.name`.
pub fn token_secret(path: &str) -> String {
    format!("token/{path}")
}

/// Every text of a token by its [`token_secret`].
pub fn token_secrets(token: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    texts(token, "", &mut |path, text| {
        found.push((token_secret(path), text.to_owned()));
    });
    found
}

/// The same token without its texts: what a worker needs to know of it is where they stand.
pub(crate) fn emptied(token: &Value) -> Value {
    match token {
        Value::String(_) => Value::String(String::new()),
        Value::Array(items) => items.iter().map(emptied).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), emptied(member)))
            .collect(),
        plain => plain.clone(),
    }
}

fn texts(value: &Value, path: &str, found: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => found(path, text),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                texts(item, &within(path, &index.to_string()), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                texts(member, &within(path, name), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The token as scripts see it.
pub(crate) fn to_dynamic(token: &Value) -> Dynamic {
    opaque(token, "")
}

fn opaque(value: &Value, path: &str) -> Dynamic {
    match value {
        Value::String(_) => Dynamic::from(SecretValue {
            name: token_secret(path),
        }),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| opaque(item, &within(path, &index.to_string())))
            .collect::<Array>()
            .into(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.as_str().into(), opaque(member, &within(path, name))))
            .collect::<Map>()
            .into(),
        plain => json::to_dynamic(plain),
    }
}

fn within(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// What `acquire` or `refresh` returned.
///
/// # Errors
/// `token`: it is no map.
pub(crate) fn of_dynamic(value: &Dynamic, function: &str, file: &str) -> Result<Value, ScriptError> {
    match json::to_value(value, SecretsAs::Mark) {
        Ok(token @ Value::Object(_)) => Ok(token),
        Ok(_) => Err(
            ScriptError::new("token", format!("`{function}` must return a map"), file)
                .with_hint("Return what `apply` needs: #{ access_token: ... }"),
        ),
        Err(error) => Err(ScriptError::new(
            "token",
            format!("the token cannot be kept: {error}"),
            file,
        )),
    }
}

/// What `apply` returned.
///
/// # Errors
/// `apply`: it is no request.
pub(crate) fn signed(value: &Dynamic, file: &str) -> Result<Value, ScriptError> {
    let request = value.read_lock::<Request>().and_then(|request| request.to_json());
    request.ok_or_else(|| {
        ScriptError::new("apply", "`apply` must return the request", file)
            .with_hint("End it with: request.header(\"Authorization\", token.access_token)")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_opaque_wherever_they_stand_and_the_rest_is_plain() {
        let token = json!({ "a": "hush", "n": 7, "deep": { "list": ["hush", true] } });
        assert_eq!(
            token_secrets(&token),
            [
                ("token/a".to_owned(), "hush".to_owned()),
                ("token/deep.list.0".to_owned(), "hush".to_owned())
            ]
        );
        assert_eq!(
            emptied(&token),
            json!({ "a": "", "n": 7, "deep": { "list": ["", true] } })
        );
        let shown = format!("{:?}", to_dynamic(&token));
        assert!(!shown.contains("hush") && shown.contains('7'), "{shown}");
    }
}
