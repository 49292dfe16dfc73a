//! A request of the tester, as saved in `requests/**/*.toml`, and how it becomes one that can be sent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    http::HttpRequest,
    problem::Problem,
    variables::{Missing, Placeholder, Variables, placeholders},
};

mod curl;
mod folder;
mod read;
mod render;
mod resolve;

pub use curl::curl;
pub use folder::RequestFolder;
pub(crate) use resolve::inside_string;

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
    pub query: Vec<Pair>,
    /// Headers in order.
    pub headers: Vec<Pair>,
    /// The body.
    pub body: RequestBody,
    /// Values of this request's own variables.
    pub variables: BTreeMap<String, String>,
    /// What to check in the answer.
    #[serde(rename = "assert")]
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
    /// Whether it is sent.
    #[serde(default = "yes")]
    #[ts(as = "Option<bool>", optional)]
    pub enabled: bool,
    /// A note for people.
    #[serde(default)]
    #[ts(as = "Option<String>", optional)]
    pub description: String,
}

fn yes() -> bool {
    true
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
    /// `status`, `time_ms`, `header:<name>`, or a `JSONPath` such as `$.profile.login`.
    pub subject: String,
    /// What it must equal; for `time_ms`, the most it may be.
    pub equals: serde_json::Value,
}

/// A variable of a request and the first place it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Its name.
    pub name: String,
    /// `url`, `query.limit`, `headers.Accept`, `body`.
    pub place: String,
}

impl SavedRequest {
    /// Reads a request file. Unknown keys come back as warnings.
    ///
    /// # Errors
    /// The first mistake, with line and column in `file`.
    pub fn parse(text: &str, file: &str) -> Result<(Self, Vec<Problem>), Problem> {
        read::request(text, file)
    }

    /// The text to save. Given the text that stands there now, keeps its comments, order and unknown keys.
    pub fn render(&self, before: Option<&str>) -> String {
        render::request(self, before)
    }

    /// Fills in the variables and builds the request to send. Values put into the path are percent-encoded as one
    /// segment; a value of `base_url` stands as it is. A URL that begins with `/` is below `base_url`. The request's
    /// own variables count unless `variables` has them in a later scope.
    ///
    /// # Errors
    /// Every variable that has no value, with where it stands.
    pub fn resolve(&self, variables: &Variables) -> Result<HttpRequest, Vec<Missing>> {
        resolve::request(self, variables)
    }

    /// The same request as a curl command, secrets shown as their variable.
    pub fn to_curl(&self, variables: &Variables) -> String {
        curl::saved(self, variables)
    }

    /// Every variable the request would need when sent, each once, in the order of URL, query, headers and body.
    /// Variables inside the values of others are not followed.
    pub fn mentions(&self) -> Vec<Mention> {
        let mut mentions: Vec<Mention> = Vec::new();
        for (text, place) in self.texts() {
            for Placeholder { name, .. } in placeholders(text) {
                if mentions.iter().all(|mention| mention.name != name) {
                    mentions.push(Mention {
                        name,
                        place: place.clone(),
                    });
                }
            }
        }
        mentions
    }

    /// Every text that is sent, with its place.
    fn texts(&self) -> Vec<(&str, String)> {
        let mut texts = vec![(self.url.as_str(), "url".to_owned())];
        for (rows, place) in [(&self.query, "query"), (&self.headers, "headers")] {
            for pair in rows.iter().filter(|pair| pair.enabled) {
                let place = format!("{place}.{}", pair.name);
                texts.push((&pair.name, place.clone()));
                texts.push((&pair.value, place));
            }
        }
        match &self.body {
            RequestBody::None => {}
            RequestBody::Json { text } => texts.push((text, "body".to_owned())),
            RequestBody::Raw { content_type, text } => {
                texts.push((content_type, "body".to_owned()));
                texts.push((text, "body".to_owned()));
            }
            RequestBody::Form { fields } => {
                for pair in fields.iter().filter(|pair| pair.enabled) {
                    let place = format!("body.{}", pair.name);
                    texts.push((&pair.name, place.clone()));
                    texts.push((&pair.value, place));
                }
            }
        }
        texts
    }
}

#[cfg(test)]
mod tests;
