//! The use cases. Every front (the window, the command line, the protocols) comes in through here.

pub mod assertions;
pub mod bodies;
pub mod connections;
pub mod connectors;
pub mod error;
pub mod event;
pub mod export;
pub mod files;
pub mod highlight;
mod host;
pub mod requests;
pub mod runs;
pub mod sandbox;
pub mod settings;
mod sign;
pub mod studio;
pub mod workspaces;
pub mod writes;

pub use error::{Code, Error};
pub use event::Event;
pub use joinery_connector::{
    Connector, FileKind, HttpRequest, HttpResponse, Manifest, Problem, Severity,
    request::{Assertion, Pair, RequestBody, SavedRequest},
    variables,
};
pub use joinery_http::Exchange;
pub use joinery_script::{ConsoleLevel, ConsoleLine, ScriptError};
pub use studio::{Studio, StudioOptions, version};
