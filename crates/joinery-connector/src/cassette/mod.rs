//! A cassette: the HTTP exchanges of one test case, as a file that reads well in a diff. Recording and replaying are
//! done elsewhere; what a cassette says, how it is matched and how it is masked is here.

mod body;
mod given;
mod mask;
mod people;
mod playback;
mod settings;
mod text;
mod veil;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use body::RecordedBody;
pub use given::{Given, given, shown_input};
pub use mask::Masking;
pub use playback::{Miss, MissReason, Playback};
pub use settings::{MaskRule, TestSettings};
pub use veil::{COVER, Veil};

pub(crate) use playback::difference;

use crate::problem::{Problem, Severity};

/// The one version of the cassette format there is.
const FORMAT: u32 = 1;

/// Where cassettes lie in a connector.
const FOLDER: &str = "tests/cassettes";

/// What was sent and answered when a case was recorded, secrets and personal data masked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cassette {
    /// The version of the cassette format.
    #[serde(rename = "cassette")]
    format: u32,
    /// When it was recorded (RFC 3339).
    pub recorded: String,
    /// The base URL that stands for the org's own in everything recorded.
    pub base_url: String,
    /// The connection's fields that are not secret, as the script sees them when it is replayed.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub connection: Map<String, Value>,
    /// Names of the connection's secrets: the script gets stand-ins for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    /// What the clock said, each time the script asked (RFC 3339).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clock: Vec<String>,
    /// What chance gave, as hex.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub random: String,
    /// What was decrypted with a secret, in order: a replay has no key to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opened: Vec<RecordedBody>,
    /// Every message and its answer: redirects, retries and pages too, signing in not.
    pub exchanges: Vec<RecordedExchange>,
}

/// One message and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedExchange {
    /// Whether it was under way together with the one before it: such exchanges may be replayed in any order.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub parallel: bool,
    /// What was asked.
    pub request: RecordedRequest,
    /// What was answered.
    pub response: RecordedResponse,
}

/// A request as recorded. Its headers are for reading only: they are not matched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedRequest {
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// `name: value` lines that the script wrote itself; credentials are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<String>,
    /// The body.
    #[serde(flatten)]
    pub body: RecordedBody,
}

/// An answer as recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedResponse {
    /// The status code.
    pub status: u16,
    /// `name: value` lines in the order received.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<String>,
    /// The body, decoded.
    #[serde(flatten)]
    pub body: RecordedBody,
}

impl Cassette {
    /// An empty cassette, recorded at that time.
    pub fn new(recorded: impl Into<String>, base_url: impl Into<String>) -> Self {
        Self {
            format: FORMAT,
            recorded: recorded.into(),
            base_url: base_url.into(),
            connection: Map::new(),
            secrets: Vec::new(),
            clock: Vec::new(),
            random: String::new(),
            opened: Vec::new(),
            exchanges: Vec::new(),
        }
    }

    /// Where the cassette of that name of an action or trigger lies.
    pub fn path(script: &str, name: &str) -> String {
        format!("{FOLDER}/{script}/{name}.json")
    }

    /// Where the snapshot of that name lies: beside the cassettes.
    pub fn snapshot_path(script: &str, name: &str) -> String {
        format!("{FOLDER}/{script}/{name}.snapshot.json")
    }

    /// Reads the text of a cassette.
    ///
    /// # Errors
    /// What makes it unusable, with line and column.
    pub fn parse(text: &str, file: &str) -> Result<Self, Problem> {
        let wrong = |line: usize, column: usize, message: String, hint: &str| Problem {
            file: file.to_owned(),
            line: u32::try_from(line).unwrap_or(0),
            column: u32::try_from(column).unwrap_or(0),
            end_column: None,
            severity: Severity::Error,
            code: "cassette".to_owned(),
            message,
            hint: Some(hint.to_owned()),
        };
        let cassette: Self = serde_json::from_str(text).map_err(|error| {
            let said = error.to_string();
            let said = said.split(" at line ").next().unwrap_or_default();
            wrong(
                error.line(),
                error.column(),
                format!("this is not a cassette: {said}"),
                "record it again with `joinery test --record`",
            )
        })?;
        if cassette.format != FORMAT {
            return Err(wrong(
                1,
                1,
                format!(
                    "this cassette has format {}; this Joinery reads format {FORMAT}",
                    cassette.format
                ),
                "open it with a newer Joinery, or record it again",
            ));
        }
        Ok(cassette)
    }

    /// The text to keep: the same cassette gives the same text.
    ///
    /// # Panics
    /// Never: a cassette has text keys and plain values.
    pub fn render(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a cassette has text keys and plain values");
        text.push('\n');
        text
    }
}

impl RecordedResponse {
    /// Names and values of the headers.
    pub fn header_pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name, value.trim_start()))
        })
    }
}

/// The text that stands for a connection's secret of that name, in cassettes and when they are replayed.
pub fn secret_stand_in(name: &str) -> String {
    format!("redacted-{name}")
}

#[cfg(test)]
mod tests;
