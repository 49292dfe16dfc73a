//! Answers saved beside their request: `requests/users/get_user.examples/not_found.json`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::http::Header;

/// An answer saved beside its request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// Its name, which is that of the file: `not_found`.
    #[serde(skip)]
    pub name: String,
    /// The request it answered, as it was sent.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub request: Map<String, Value>,
    /// The answer.
    pub response: ExampleResponse,
}

/// The answer of an example.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ExampleResponse {
    /// Its status.
    pub status: u16,
    /// The reason that came with it.
    #[serde(default)]
    pub reason: String,
    /// Its headers.
    #[serde(default)]
    pub headers: Vec<Header>,
    /// Its body: JSON, or text.
    #[serde(default)]
    pub body: Value,
}

impl ExampleResponse {
    /// The body as text.
    pub fn text(&self) -> String {
        match &self.body {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            body => serde_json::to_string_pretty(body).unwrap_or_default(),
        }
    }

    /// The media type that its headers tell.
    pub fn content_type(&self) -> Option<&str> {
        crate::http::header(&self.headers, "content-type")
    }
}
