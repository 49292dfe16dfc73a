//! A request of the tester, as saved in `requests/**/*.toml`, and how it becomes one that can be sent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    http::HttpRequest,
    problem::Problem,
    variables::{Missing, Variables},
};

/// A saved request. `{{variables}}` may stand in every text.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct SavedRequest {
    /// What it does, in words: `Get a user`.
    pub name: String,
    /// The method, upper case.
    pub method: String,
    /// The URL up to the query; path variables as `{{name}}`.
    pub url: String,
    /// Query parameters in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<Pair>,
    /// Headers in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Pair>,
    /// The body.
    #[serde(skip_serializing_if = "RequestBody::is_none")]
    pub body: RequestBody,
    /// Values of this request's own variables.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
    /// What to check in the answer.
    #[serde(rename = "assert", skip_serializing_if = "Vec::is_empty")]
    pub assertions: Vec<Assertion>,
}

/// One row of a parameter or header table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Pair {
    /// The key.
    pub name: String,
    /// The value.
    #[serde(default)]
    pub value: String,
    /// Whether it is sent. Written only when off.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub enabled: bool,
    /// A note for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_true(value: &bool) -> bool {
    *value
}

/// What a saved request carries.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum RequestBody {
    /// Nothing.
    #[default]
    None,
    /// JSON text, variables allowed in and out of strings.
    Json {
        /// The text.
        text: String,
    },
    /// Form fields.
    Form {
        /// The fields in order.
        fields: Vec<Pair>,
    },
    /// Any text.
    Raw {
        /// Its media type.
        content_type: String,
        /// The text.
        text: String,
    },
}

impl RequestBody {
    /// Whether there is no body.
    pub fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// A check on the answer, without code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Assertion {
    /// `status`, `time_ms`, `header:<name>`, or a JSONPath such as `$.profile.login`.
    pub subject: String,
    /// What it must equal; for `time_ms`, the most it may be.
    pub equals: serde_json::Value,
}

impl SavedRequest {
    /// Reads a request file. Unknown keys come back as warnings.
    ///
    /// # Errors
    /// The first mistake, with line and column in `file`.
    pub fn parse(text: &str, file: &str) -> Result<(Self, Vec<Problem>), Problem> {
        let _ = (text, file);
        todo!()
    }

    /// The text to save. Given the text that stands there now, keeps its comments, order and unknown keys.
    pub fn render(&self, before: Option<&str>) -> String {
        let _ = before;
        todo!()
    }

    /// Fills in the variables and builds the request to send. Values put into the path are percent-encoded as one
    /// segment; a value of `base_url` stands as it is.
    ///
    /// # Errors
    /// Every variable that has no value, with where it stands.
    pub fn resolve(&self, variables: &Variables) -> Result<HttpRequest, Vec<Missing>> {
        let _ = variables;
        todo!()
    }

    /// The same request as a curl command, secrets shown as their variable.
    pub fn to_curl(&self, variables: &Variables) -> String {
        let _ = variables;
        todo!()
    }
}
