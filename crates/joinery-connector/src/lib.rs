//! Connectors as files: the nouns every other crate speaks. Pure: no async, no network, no clock, no environment.

pub mod action;
pub mod cassette;
pub mod charset;
pub mod connector;
pub mod error;
pub mod export;
pub mod file;
pub mod form;
pub mod http;
pub mod import;
pub mod manifest;
pub mod package;
pub mod problem;
pub mod request;
pub mod schema;
pub mod secret;
pub mod story;
pub mod test_file;
mod toml_table;
pub mod variables;

pub use connector::{Connector, ConnectorFile, FileKind, RequestEntry, RequestTree, allowing};
pub use error::Error;
pub use http::{Header, HttpRequest, HttpResponse};
pub use manifest::Manifest;
pub use problem::{Problem, Severity};
pub use secret::Secret;
