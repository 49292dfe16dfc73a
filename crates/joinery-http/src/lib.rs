//! Sends a request, returns a response and its trace. The only crate that names reqwest.

pub mod auth;
mod body_store;
mod cookies;
pub mod error;
mod rate_limit;
mod redirect;
mod send;
mod trace;
mod transport;

pub use body_store::Body;
pub use error::Error;
pub use send::{Connection, Exchange, SentRequest, send};
pub use transport::{Client, ClientOptions};
