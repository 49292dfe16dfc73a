//! Secrets: in the system's keychain; where none answers, in an encrypted file.

use std::path::Path;

use joinery_connector::Secret;

use crate::error::Error;

/// Where secrets are kept on this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretPlace {
    /// The system's keychain.
    Keychain,
    /// `secrets.enc` beside the store, with a key file of mode 0600.
    File(std::path::PathBuf),
}

/// Secrets by connection and field.
pub struct Secrets {}

impl Secrets {
    /// Asks the keychain whether it answers and falls back to the encrypted file in `folder`.
    /// With `keychain` off the file is used without asking.
    ///
    /// # Errors
    /// [`Error::File`] when the fallback cannot be made.
    pub fn open(folder: &Path, keychain: bool) -> Result<Self, Error> {
        let _ = (folder, keychain);
        todo!()
    }

    /// Where they are kept.
    pub fn place(&self) -> SecretPlace {
        todo!()
    }

    /// Keeps a secret under `connection/field`.
    ///
    /// # Errors
    /// [`Error::Secret`], [`Error::File`].
    pub fn set(&self, connection: &str, field: &str, secret: &Secret) -> Result<(), Error> {
        let _ = (connection, field, secret);
        todo!()
    }

    /// The secret, if there is one.
    ///
    /// # Errors
    /// [`Error::Secret`], [`Error::File`].
    pub fn get(&self, connection: &str, field: &str) -> Result<Option<Secret>, Error> {
        let _ = (connection, field);
        todo!()
    }

    /// Forgets it. Forgetting what is not there is fine.
    ///
    /// # Errors
    /// [`Error::Secret`], [`Error::File`].
    pub fn remove(&self, connection: &str, field: &str) -> Result<(), Error> {
        let _ = (connection, field);
        todo!()
    }
}
