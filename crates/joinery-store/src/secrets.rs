//! Secrets: in the system's keychain; where none answers, in an encrypted file. Nothing is asked before a secret is.

mod file;
mod keychain;
mod seal;

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

use joinery_connector::Secret;

use self::file::SecretFile;
use crate::error::Error;

/// Where secrets are kept on this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretPlace {
    /// The system's keychain.
    Keychain,
    /// `secrets.enc` beside the store, with a key file of mode 0600.
    File(PathBuf),
}

/// Secrets by connection and field.
pub struct Secrets {
    file: SecretFile,
    /// Whether the keychain is used; asked at the first need, because asking costs time and wakes other programs.
    keychain: OnceLock<bool>,
    seal_key: OnceLock<seal::Key>,
}

impl Secrets {
    /// Asks the keychain whether it answers and falls back to the encrypted file in `folder`.
    /// With `keychain` off the file is used without asking. Nothing is asked, read or made before the first call of
    /// another method.
    ///
    /// # Errors
    /// [`Error::File`] when the fallback cannot be made.
    pub fn open(folder: &Path, keychain: bool) -> Result<Self, Error> {
        Self::open_with_passphrase(folder, keychain, None)
    }

    /// Like [`Secrets::open`]; the file is then encrypted with `passphrase` (through Argon2id) instead of a key file.
    ///
    /// # Errors
    /// As [`Secrets::open`].
    pub fn open_with_passphrase(folder: &Path, keychain: bool, passphrase: Option<Secret>) -> Result<Self, Error> {
        let answer = if keychain {
            OnceLock::new()
        } else {
            OnceLock::from(false)
        };
        Ok(Self {
            file: SecretFile::new(folder, passphrase),
            keychain: answer,
            seal_key: OnceLock::new(),
        })
    }

    /// Where they are kept. The first call asks the keychain, for at most two seconds.
    pub fn place(&self) -> SecretPlace {
        if self.has_keychain() {
            SecretPlace::Keychain
        } else {
            SecretPlace::File(self.file.path().to_owned())
        }
    }

    /// Keeps a secret under `connection/field`.
    ///
    /// # Errors
    /// [`Error::Secret`], [`Error::File`].
    pub fn set(&self, connection: &str, field: &str, secret: &Secret) -> Result<(), Error> {
        if !self.has_keychain() {
            return self.file.set(connection, field, secret);
        }
        keychain::set(connection, field, secret)?;
        // What the file holds wins in `get`: it can only be newer than the keychain while no keychain answered.
        self.file.remove(connection, field)
    }

    /// The secret, if there is one.
    ///
    /// # Errors
    /// [`Error::Secret`], [`Error::File`].
    pub fn get(&self, connection: &str, field: &str) -> Result<Option<Secret>, Error> {
        match self.file.get(connection, field)? {
            None if self.has_keychain() => keychain::get(connection, field),
            found => Ok(found),
        }
    }

    /// Forgets it. Forgetting what is not there is fine.
    ///
    /// # Errors
    /// [`Error::Secret`], [`Error::File`].
    pub fn remove(&self, connection: &str, field: &str) -> Result<(), Error> {
        self.file.remove(connection, field)?;
        if self.has_keychain() {
            keychain::remove(connection, field)
        } else {
            Ok(())
        }
    }

    fn has_keychain(&self) -> bool {
        *self.keychain.get_or_init(keychain::answers)
    }
}

#[cfg(test)]
#[path = "secrets_tests.rs"]
mod tests;
