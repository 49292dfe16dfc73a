//! Every format that requests can be taken from. A new format is one file here and one line in [`FORMATS`].

mod bruno;
mod bundle;
mod curl;
pub(crate) mod guard;
mod har;
mod insomnia;
mod openapi;
mod parts;
mod place;
mod postman;
mod words;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::request::{Example, RequestFolder, SavedRequest};

pub use bundle::{files as bundle_files, read as bundle};
pub use curl::{Keep, curl, curl_with};
pub use guard::{Literal, RequestPart, literals, with_variable};
pub use har::har;
pub use insomnia::insomnia;
pub use openapi::openapi;
pub(crate) use parts::is_secret_name;

/// What a file held, as far as it can be carried.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Imported {
    /// What the file calls itself.
    pub name: Option<String>,
    /// The address that `{{base_url}}` stands for in its requests.
    pub base_url: Option<String>,
    /// The requests, each with the folders it lies in, outermost first.
    pub requests: Vec<(Vec<String>, SavedRequest)>,
    /// What folders share, by their place.
    pub folders: Vec<(Vec<String>, RequestFolder)>,
    /// Answers saved beside a request, by its place in `requests`.
    pub examples: Vec<(usize, Example)>,
    /// Sets of values, by name.
    pub environments: Vec<(String, BTreeMap<String, String>)>,
    /// Whether the order of its requests is one that people chose.
    pub ordered: bool,
    /// What cannot be carried.
    pub not_carried: Vec<NotCarried>,
}

/// Something of a file that Joinery has no place for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NotCarried {
    /// Where it stands: a request's name, an option of a command.
    pub place: String,
    /// What it is.
    pub what: String,
    /// Why it is left out, or what to do instead.
    pub why: String,
}

impl NotCarried {
    /// Something left out.
    pub fn new(place: impl Into<String>, what: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
            why: why.into(),
        }
    }

    /// Whether it is a secret, for which a variable stands now.
    pub fn is_secret(&self) -> bool {
        self.why.starts_with(SECRETS)
    }
}

/// How every reader begins to say why a secret is left out.
const SECRETS: &str = "secrets are not kept in files";

/// Why a file cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// Its line and column, from 1, where they are known.
    pub place: Option<(u32, u32)>,
}

impl Refused {
    /// A file that is not what it should be.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            place: None,
        }
    }
}

impl From<serde_json::Error> for Refused {
    fn from(error: serde_json::Error) -> Self {
        let place = |number: usize| u32::try_from(number).unwrap_or(0);
        let message = error.to_string();
        Self {
            message: format!(
                "it is not JSON: {}",
                message.split(" at line ").next().unwrap_or_default()
            ),
            place: Some((place(error.line()), place(error.column()))),
        }
    }
}

/// One import format.
pub struct Format {
    /// The word after `joinery import`.
    pub id: &'static str,
    /// The name on screen.
    pub label: &'static str,
    /// Whether a text looks like one.
    pub detect: fn(&str) -> bool,
    /// Reads it.
    reader: Read,
}

impl Format {
    /// Reads a file of this format. What is secret in it is not in what comes of it.
    ///
    /// # Errors
    /// A text that is not of this format, with its place where that is known.
    pub fn read(&self, text: &str) -> Result<Imported, Refused> {
        Ok((self.reader)(text)?.guarded())
    }
}

/// Reads the text of a file.
type Read = fn(&str) -> Result<Imported, Refused>;

/// The formats, in the order they are tried.
pub const FORMATS: &[Format] = &[
    Format {
        id: "curl",
        label: "curl command",
        detect: curl::detect,
        reader: |text| curl(text).map(Imported::from),
    },
    Format {
        id: "postman",
        label: "Postman collection or environment",
        detect: postman::detect,
        reader: postman::read,
    },
    Format {
        id: "openapi",
        label: "OpenAPI description",
        detect: openapi::detect,
        reader: openapi,
    },
    Format {
        id: "har",
        label: "HAR recording",
        detect: har::detect,
        reader: har,
    },
    Format {
        id: "bruno",
        label: "Bruno collection",
        detect: bruno::detect,
        reader: bruno::read,
    },
    Format {
        id: "insomnia",
        label: "Insomnia export",
        detect: insomnia::detect,
        reader: insomnia,
    },
];

impl From<(SavedRequest, Vec<NotCarried>)> for Imported {
    fn from((request, not_carried): (SavedRequest, Vec<NotCarried>)) -> Self {
        Self {
            requests: vec![(Vec::new(), request)],
            not_carried,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests;
