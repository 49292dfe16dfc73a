//! The whole product, through the `joinery` binary: real files, real HTTP on loopback, real exit codes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has to stop, here too")]

mod adding;
mod cases;
mod cookies;
mod debugging;
mod expected;
mod flows;
mod guide;
mod history;
mod home;
mod layers;
mod lsp;
mod mock;
mod okta_requests;
mod packages;
mod samples;
mod sandbox;
mod saving;
mod sign_in;
mod soak;
mod watch;
mod zips;
