//! Signing in to the sandbox org in every way it takes, from the key pair to the token that renews itself.
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

#[path = "sign_in/desk.rs"]
mod desk;
#[path = "sign_in/person.rs"]
mod person;
#[path = "sign_in/secrets.rs"]
mod secrets;
#[path = "sign_in/service.rs"]
mod service;
#[path = "sign_in/tested.rs"]
mod tested;
