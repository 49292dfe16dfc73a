//! A request of the tester, as saved in `requests/**/*.toml`, and how it becomes one that can be sent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use crate::{
    http::HttpRequest,
    problem::Problem,
    variables::{Missing, Placeholder, Variables, names_in, placeholders, prompts_in},
};

mod assertion;
mod curl;
mod example;
mod folder;
mod read;
mod render;
mod resolve;

pub use assertion::{Assertion, Capture, Demand};
pub use curl::curl;
pub use example::{Example, ExampleResponse};
pub use folder::RequestFolder;
pub(crate) use read::variables as read_variables;
pub(crate) use render::variables as render_variables;
pub(crate) use resolve::{component, inside_string};

/// A saved request. `{{variables}}` may stand in every text.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct SavedRequest {
    /// What it does, in words: `Get a user`.
    pub name: String,
    /// More about it, in Markdown.
    pub description: String,
    /// The method, upper case.
    pub method: String,
    /// The URL up to the query; path variables as `{{name}}`.
    pub url: String,
    /// Query parameters in order.
    pub query: Vec<Pair>,
    /// Headers in order.
    pub headers: Vec<Pair>,
    /// How it is signed.
    pub auth: RequestAuth,
    /// The body.
    pub body: RequestBody,
    /// Values of this request's own variables.
    pub variables: BTreeMap<String, String>,
    /// What to check in the answer.
    #[serde(rename = "assert")]
    pub assertions: Vec<Assertion>,
    /// What to keep of the answer.
    #[serde(rename = "capture")]
    pub captures: Vec<Capture>,
    /// How it is sent.
    pub settings: RequestSettings,
}

/// How a request, or all of a folder, is signed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(tag = "from", rename_all = "snake_case")]
#[ts(export)]
pub enum RequestAuth {
    /// As the folder says; where none says anything, as the connection.
    #[default]
    Inherit,
    /// Not at all.
    None,
    /// In one of the ways that `connector.toml` offers, with the connection's fields and secrets.
    Connector {
        /// The way's id.
        id: String,
    },
    /// In a way of its own.
    Own {
        /// The kind, such as `bearer`.
        kind: String,
        /// Its settings and fields. What is secret stands as a `{{variable}}`.
        settings: Map<String, Value>,
    },
}

/// How a request is sent. What is not set is as the connection says.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct RequestSettings {
    /// Seconds until it is given up, all hops and retries included.
    pub timeout: Option<f64>,
    /// Whether redirects are followed; they are.
    pub follow_redirects: Option<bool>,
    /// Whether the connection's retry rule applies; it does.
    pub retry: Option<bool>,
    /// Whether the connection's cookies are sent; they are.
    pub cookies: Option<bool>,
    /// How many pages are followed by `Link` headers and joined into one result: 0 for all of them.
    pub pages: Option<u32>,
}

impl RequestSettings {
    /// Lays them over what `request` has.
    pub fn apply(&self, request: &mut HttpRequest) {
        if let Some(seconds) = self.timeout {
            request.timeout_ms = (seconds * 1000.0).max(1.0) as u64;
        }
        request.follow_redirects = self.follow_redirects.unwrap_or(request.follow_redirects);
        request.retry = self.retry.unwrap_or(request.retry);
        request.cookies = self.cookies.unwrap_or(request.cookies);
    }
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
    /// `multipart/form-data`
    Multipart {
        /// The parts in order.
        parts: Vec<Part>,
    },
    /// The bytes of a file.
    File {
        /// Its path below the workspace's `fixtures` folder.
        path: String,
        /// Its media type; guessed from the name where there is none.
        content_type: Option<String>,
    },
    /// A GraphQL operation, sent as JSON.
    Graphql {
        /// The document.
        query: String,
        /// The operation to run, where the document has several.
        operation_name: Option<String>,
        /// The variables as JSON text.
        variables: String,
    },
}

/// One part of a `multipart/form-data` body: a text, or the bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct Part {
    /// The field's name.
    pub name: String,
    /// The text, where it is one.
    pub value: String,
    /// The file's path below the workspace's `fixtures` folder, where it is one.
    pub file: Option<String>,
    /// The name the server is told; a file's own where none is given.
    pub filename: Option<String>,
    /// The media type; for a file guessed from its name where none is given.
    pub content_type: Option<String>,
    /// Whether it is not sent.
    pub disabled: bool,
    /// A note for people.
    pub description: String,
}

impl RequestBody {
    /// Whether there is no body.
    pub fn is_none(&self) -> bool {
        *self == Self::None
    }
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
        self.each(names_in)
    }

    /// Every placeholder of the request, calls of template functions among them, as [`mentions`](Self::mentions).
    pub fn placeholders(&self) -> Vec<Mention> {
        self.each(|text| {
            let found = placeholders(text).into_iter();
            found.map(|Placeholder { name, .. }| name).collect()
        })
    }

    /// What the request asks a person when it is sent, each label once, with its default.
    pub fn prompts(&self) -> Vec<(String, Option<String>)> {
        let mut prompts: Vec<(String, Option<String>)> = Vec::new();
        let values = self.variables.values().map(String::as_str);
        let signing = match &self.auth {
            RequestAuth::Own { settings, .. } => settings.values().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let texts = self.texts().into_iter().map(|(text, _)| text);
        for text in texts.chain(values).chain(signing) {
            for (label, default) in prompts_in(text) {
                if prompts.iter().all(|(asked, _)| *asked != label) {
                    prompts.push((label, default));
                }
            }
        }
        prompts
    }

    fn each(&self, names: impl Fn(&str) -> Vec<String>) -> Vec<Mention> {
        let mut mentions: Vec<Mention> = Vec::new();
        for (text, place) in self.texts() {
            for name in names(text) {
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
            pairs(rows, place, &mut texts);
        }
        if let RequestAuth::Own { settings, .. } = &self.auth {
            let each = settings
                .iter()
                .filter_map(|(name, value)| Some((name, value.as_str()?)));
            texts.extend(each.map(|(name, text)| (text, format!("auth.{name}"))));
        }
        let body = || "body".to_owned();
        match &self.body {
            RequestBody::None => {}
            RequestBody::Json { text } => texts.push((text, body())),
            RequestBody::Raw { content_type, text } => {
                texts.push((content_type, body()));
                texts.push((text, body()));
            }
            RequestBody::Form { fields } => pairs(fields, "body", &mut texts),
            RequestBody::Multipart { parts } => {
                for part in parts.iter().filter(|part| !part.disabled) {
                    let given = [&part.file, &part.filename, &part.content_type];
                    let given = given.into_iter().filter_map(|text| text.as_deref());
                    for text in [part.name.as_str(), &part.value].into_iter().chain(given) {
                        texts.push((text, format!("body.{}", part.name)));
                    }
                }
            }
            RequestBody::File { path, content_type } => {
                texts.push((path, body()));
                texts.extend(content_type.as_deref().map(|text| (text, body())));
            }
            RequestBody::Graphql {
                query,
                variables,
                operation_name,
            } => {
                texts.push((query, body()));
                texts.push((variables, body()));
                texts.extend(operation_name.as_deref().map(|text| (text, body())));
            }
        }
        texts
    }
}

/// The names and values of rows that are sent.
fn pairs<'a>(rows: &'a [Pair], place: &str, texts: &mut Vec<(&'a str, String)>) {
    for pair in rows.iter().filter(|pair| pair.enabled) {
        let place = format!("{place}.{}", pair.name);
        texts.push((&pair.name, place.clone()));
        texts.push((&pair.value, place));
    }
}

#[cfg(test)]
mod tests;
