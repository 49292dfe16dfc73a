//! The sandbox org: an Okta API over HTTP on loopback. Shares no code with the engine, so that a misreading of Okta
//! cannot sit on both sides.

mod clock;
mod jobs;
mod manners;
mod okta;
mod random;
mod seed;
mod server;
mod state;

pub use server::{Error, Options, Sandbox, Seed, start};
