//! The use cases. Every front (the window, the command line, the protocols) comes in through here.

pub mod assertions;
pub mod bodies;
mod chance;
pub mod connections;
pub mod connectors;
pub mod crash;
pub mod demo;
pub mod descriptions;
pub mod environments;
pub mod error;
pub mod event;
pub mod export;
pub mod file_templates;
pub mod files;
pub mod fixtures;
pub mod flows;
pub mod highlight;
pub mod history;
mod host;
pub mod import;
pub mod okta;
pub mod reference;
pub mod request_tree;
pub mod requests;
mod run_files;
pub mod runs;
pub mod samples;
pub mod sandbox;
pub mod settings;
pub mod studio;
pub mod tests;
pub mod triggers;
pub mod versions;
mod waiting;
pub mod workspaces;
pub mod writes;

pub use error::{Code, Error};
pub use event::Event;
pub use joinery_connector::{
    Connector, FileKind, Header, HttpRequest, HttpResponse, Manifest, Problem, Severity, charset,
    request::{Assertion, Capture, Demand, Pair, Part, RequestAuth, RequestBody, RequestFolder, SavedRequest},
    secret::{MASK, Secret},
    variables,
};
pub use joinery_http::Exchange;
pub use joinery_script::{ConsoleLevel, ConsoleLine, Program, ScriptError};
pub use studio::{Studio, StudioOptions, version};

/// Makes this process a worker, if that is what it was started as, and ends it when the worker is done. To be called
/// before anything else, by every program whose [`Program`] is itself.
pub fn serve_if_asked() {
    bodies::serve_if_asked();
    joinery_script::serve_if_asked();
}
