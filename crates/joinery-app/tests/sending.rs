//! Sending over real HTTP: how requests are signed, filled in, followed, repeated, and what is said of the answers.
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

#[path = "sending/answers.rs"]
mod answers;
#[path = "sending/auth.rs"]
mod auth;
#[path = "sending/bodies.rs"]
mod bodies;
#[path = "sending/desk.rs"]
mod desk;
#[path = "sending/docs.rs"]
mod docs;
#[path = "sending/many.rs"]
mod many;
#[path = "sending/okta.rs"]
mod okta;
#[path = "sending/pages.rs"]
mod pages;
#[path = "sending/secrets.rs"]
mod secrets;
#[path = "sending/values.rs"]
mod values;
