//! What a recorded message carried: JSON as JSON, so that it reads well in a diff.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::test_file::same;

/// A body. JSON is kept as a value: the spacing between its members is not.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RecordedBody {
    /// A JSON object or list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) json: Option<Value>,
    /// Any other text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    /// Bytes that are not text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) base64: Option<String>,
}

impl RecordedBody {
    /// The body of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let mut body = Self::default();
        match std::str::from_utf8(bytes) {
            Ok("") => {}
            Ok(text) => match serde_json::from_str(text) {
                Ok(json @ (Value::Object(_) | Value::Array(_))) => body.json = Some(json),
                _ => body.text = Some(text.to_owned()),
            },
            Err(_) => body.base64 = Some(BASE64_STANDARD.encode(bytes)),
        }
        body
    }

    /// Its bytes.
    pub fn bytes(&self) -> Vec<u8> {
        match (&self.json, &self.text, &self.base64) {
            (Some(json), _, _) => json.to_string().into_bytes(),
            (_, Some(text), _) => text.clone().into_bytes(),
            (_, _, Some(base64)) => BASE64_STANDARD.decode(base64).unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// Whether both carry the same: JSON by value, anything else byte by byte.
    pub(super) fn matches(&self, other: &Self) -> bool {
        match (&self.json, &other.json) {
            (Some(one), Some(other)) => same(one, other),
            _ => self == other,
        }
    }

    /// As lines to be compared by a person.
    pub(super) fn lines(&self) -> Vec<String> {
        let text = match (&self.json, &self.text, &self.base64) {
            (Some(json), _, _) => format!("{json:#}"),
            (_, Some(text), _) => text.clone(),
            (_, _, Some(base64)) => format!("({} bytes that are not text)", base64.len() / 4 * 3),
            _ => String::new(),
        };
        text.lines().map(str::to_owned).collect()
    }
}
