//! `connector.toml`: what a connector is and how it signs in. Unknown keys are kept on save and reported.

use serde::{Deserialize, Serialize};

use crate::{form::FormField, problem::Problem};

/// The contents of `connector.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the file format; 1.
    pub format: u32,
    /// Lower-case letters, digits, `_` and `-`.
    pub id: String,
    /// The name on screen.
    pub title: String,
    /// Semantic version.
    pub version: String,
    /// One sentence.
    pub description: String,
    /// Host patterns scripts may call, `{{variables}}` allowed. The base URL's host is always allowed.
    pub hosts: Vec<String>,
    /// How it talks HTTP.
    pub http: HttpSettings,
    /// What a connection profile holds besides its auth kind's settings.
    pub fields: Vec<FormField>,
    /// The ways to sign in that a user can choose among.
    pub auth: Vec<AuthChoice>,
}

/// The `[http]` table.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct HttpSettings {
    /// The base URL, `{{variables}}` allowed.
    pub base_url: String,
    /// When to repeat a request.
    pub retry: Option<RetryRule>,
    /// What `http.pages` follows.
    pub pagination: Option<String>,
}

/// When and how a request is repeated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RetryRule {
    /// Statuses that are repeated.
    pub statuses: Vec<u16>,
    /// How often at most.
    pub max: u32,
    /// How long to wait in between.
    pub wait: RetryWait,
}

/// What the wait before a retry is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetryWait {
    /// `X-Rate-Limit-Reset` minus the `Date` header, plus one second (as Okta's SDKs do).
    XRateLimitReset,
    /// The `Retry-After` header.
    RetryAfter,
    /// 1 s, 2 s, 4 s ...
    Exponential,
}

/// One `[[auth]]` table: an auth kind with that kind's own settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuthChoice {
    /// Its name in this connector.
    pub id: String,
    /// Its name on screen.
    pub label: String,
    /// The auth kind, such as `api_key`.
    pub kind: String,
    /// The kind's own settings.
    #[serde(flatten)]
    pub settings: serde_json::Map<String, serde_json::Value>,
}

impl Manifest {
    /// Reads the text of a `connector.toml`. Unknown keys come back as warnings with their place.
    ///
    /// # Errors
    /// The first mistake that makes the file unusable, with line and column.
    pub fn parse(text: &str) -> Result<(Self, Vec<Problem>), Problem> {
        let _ = text;
        todo!()
    }
}
