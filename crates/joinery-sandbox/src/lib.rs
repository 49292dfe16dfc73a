//! The sandbox org: an Okta API over HTTP on loopback. Shares no code with the engine, so that a misreading of Okta
//! cannot sit on both sides.

mod clock;
mod deliveries;
mod jobs;
mod manners;
mod okta;
mod random;
mod seed;
mod server;
mod state;
mod webhook;

pub use server::{Error, Options, Sandbox, Seed, start};
