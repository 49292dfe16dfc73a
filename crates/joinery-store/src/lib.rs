//! `SQLite` and the keychain. The only crate that names rusqlite or keyring.

pub mod error;
mod open;
pub mod secrets;
pub mod table;

pub use error::Error;
pub use open::Store;
pub use secrets::{SecretPlace, Secrets};
