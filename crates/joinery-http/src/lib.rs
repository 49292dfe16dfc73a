//! Sends a request, returns a response and its trace. The only crate that names reqwest.

pub mod auth;
mod body_store;
mod certificate;
mod cookies;
mod course;
pub mod error;
mod failure;
pub mod multipart;
pub mod network;
pub mod pages;
mod patience;
mod rate_limit;
mod receive;
mod recording;
pub mod redact;
mod redirect;
mod retry;
mod send;
mod tape;
mod tls;
mod trace;
mod transport;

pub use body_store::{Body, BodyFile};
pub use certificate::Certificate;
pub use cookies::{Cookie, Jar};
pub use error::{Error, Phase};
pub use network::Network;
pub use patience::Waits;
pub use recording::Recording;
pub use send::{Connection, Exchange, SentRequest, send};
pub use tape::Taped;
pub use transport::{Client, ClientOptions, is_loopback};
