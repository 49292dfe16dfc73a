//! Saved responses.

use serde_json::{Map, Value};

use super::{Reader, list, text_of};
use crate::{
    http::Header,
    request::{Example, ExampleResponse},
};

impl Reader {
    /// A saved response; one without a status says nothing.
    pub(super) fn example(&mut self, answer: &Value, place: &str) -> Option<Example> {
        let name = text_of(&answer["name"]);
        let Some(status) = answer["code"].as_u64().and_then(|status| u16::try_from(status).ok()) else {
            self.leave(place, format!("the saved response {name}"), "it has no status");
            return None;
        };
        let headers = list(&answer["header"]).iter();
        let body = text_of(&answer["body"]);
        Some(Example {
            name,
            request: Map::new(),
            response: ExampleResponse {
                status,
                reason: text_of(&answer["status"]),
                headers: headers
                    .map(|row| Header::new(text_of(&row["key"]), text_of(&row["value"])))
                    .collect(),
                body: match serde_json::from_str(&body) {
                    Ok(json @ (Value::Object(_) | Value::Array(_))) => json,
                    _ => body.into(),
                },
            },
        })
    }
}
