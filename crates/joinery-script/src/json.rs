//! Script values to JSON and back. Text is read by `order`.

use joinery_connector::secret::MASK;
use rhai::{Blob, Dynamic, FnPtr};
use serde_json::{Number, Value};

use crate::{host::secret_mark, meter, secret::SecretValue};

/// How deep a value may be nested and still be turned into JSON. No deeper than JSON can be read again.
pub const MAX_DEPTH: usize = 128;

/// What stands in JSON for a secret.
#[derive(Clone, Copy, PartialEq)]
pub enum SecretsAs {
    /// Stars: for results, the console and text that a script sees.
    Mask,
    /// The mark that the host replaces when it sends the request.
    Mark,
}

/// Why a value cannot be JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Nested too deep.
    #[error("the value is nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// One text that stands in a list many times is written as often.
    #[error("the value is too large to be written as JSON")]
    TooLarge,
    /// A function, a response, an iterator ...
    #[error("a {kind} cannot be written as JSON (at {path})")]
    NotJson {
        /// What it is.
        kind: String,
        /// Where it is: `profile.name`.
        path: String,
    },
}

/// The script value of `value`.
pub fn to_dynamic(value: &Value) -> Dynamic {
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => number.as_i64().map_or_else(
            || Dynamic::from_float(number.as_f64().unwrap_or(f64::NAN)),
            Dynamic::from_int,
        ),
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => Dynamic::from_array(items.iter().map(to_dynamic).collect()),
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(key, member)| (key.as_str().into(), to_dynamic(member)));
            // `into` would put every member into another map.
            Dynamic::from_map(members.collect())
        }
    }
}

/// The JSON of a script value.
///
/// # Errors
/// [`JsonError`] naming what cannot be JSON.
pub fn to_value(value: &Dynamic, secrets: SecretsAs) -> Result<Value, JsonError> {
    convert(value, secrets, &mut Vec::new())
}

fn convert(value: &Dynamic, secrets: SecretsAs, path: &mut Vec<String>) -> Result<Value, JsonError> {
    if path.len() >= MAX_DEPTH {
        return Err(JsonError::TooDeep);
    }
    if meter::is_full() {
        return Err(JsonError::TooLarge);
    }
    if value.is_unit() {
        return Ok(Value::Null);
    }
    if let Ok(flag) = value.as_bool() {
        return Ok(flag.into());
    }
    if let Ok(number) = value.as_int() {
        return Ok(number.into());
    }
    if let Ok(number) = value.as_float() {
        return Ok(Number::from_f64(number).map_or(Value::Null, Value::Number));
    }
    if let Ok(character) = value.as_char() {
        return Ok(character.to_string().into());
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        return Ok(text.as_str().into());
    }
    if let Ok(items) = value.as_array_ref() {
        let mut array = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            path.push(format!("[{index}]"));
            array.push(convert(item, secrets, path)?);
            path.pop();
        }
        return Ok(Value::Array(array));
    }
    if let Ok(members) = value.as_map_ref() {
        let mut object = serde_json::Map::with_capacity(members.len());
        for (key, member) in members.iter() {
            path.push(key.to_string());
            object.insert(key.to_string(), convert(member, secrets, path)?);
            path.pop();
        }
        return Ok(Value::Object(object));
    }
    if let Some(secret) = value.read_lock::<SecretValue>() {
        return Ok(match secrets {
            SecretsAs::Mask => MASK.into(),
            SecretsAs::Mark => secret_mark(&secret.name).into(),
        });
    }
    if let Some(bytes) = value.read_lock::<Blob>() {
        use base64::Engine as _;
        return Ok(base64::engine::general_purpose::STANDARD.encode(&*bytes).into());
    }
    let kind = if value.is::<FnPtr>() {
        "function"
    } else {
        value.type_name()
    };
    let kind = kind.rsplit("::").next().unwrap_or(kind).to_lowercase();
    Err(JsonError::NotJson {
        kind,
        path: if path.is_empty() {
            "the top".into()
        } else {
            path.join(".")
        },
    })
}
