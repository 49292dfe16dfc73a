//! Sending over real connections on loopback.
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod bodies;
mod breaking;
mod hops;
mod kinds;
mod outgoing;
mod replay;
mod support;
mod tokens;
