//! The use cases. Every front (the window, the command line, the protocols) comes in through here.

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
pub mod studio;
pub mod workspaces;

pub use error::{Code, Error};
pub use event::Event;
pub use studio::{Studio, StudioOptions};
