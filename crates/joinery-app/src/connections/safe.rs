//! What signing in takes from the studio: the clock, chance, and the keychain for what must outlive the process. Nothing
//! that a sign-in brought is kept anywhere else.

use std::sync::{Arc, OnceLock};

use joinery_connector::Secret;
use joinery_http::auth::Surroundings;
use joinery_store::Secrets;

use crate::{
    error::Error,
    studio::{StudioOptions, get_or_open, now_ms},
};

/// Before the name of what a sign-in brought, so that it never meets a field of the connector's own.
const PREFIX: &str = "sign-in/";

/// What sign-ins bring, by the names their kinds keep it under.
const KEPT: &[&[&str]] = joinery_http::auth::KEPT;

/// The studio's secrets, opened when first needed.
#[derive(Clone)]
pub(crate) struct Safe {
    pub(crate) options: StudioOptions,
    pub(crate) secrets: Arc<OnceLock<Secrets>>,
}

impl Safe {
    /// The secrets, opened now if they were not.
    pub(crate) fn secrets(&self) -> Result<&Secrets, Error> {
        get_or_open(&self.secrets, || {
            Secrets::open(&self.options.home, self.options.keychain).map_err(Error::from)
        })
    }

    /// Forgets everything that sign-ins of a connection brought.
    pub(crate) fn forget(&self, connection: &str) -> Result<(), Error> {
        for name in KEPT.iter().copied().flatten() {
            self.secrets()?.remove(connection, &format!("{PREFIX}{name}"))?;
        }
        Ok(())
    }
}

/// The surroundings of one connection's sign-in.
pub(crate) struct ConnectionSafe {
    pub(crate) safe: Safe,
    /// Its name; `None` for one that is not saved, whose tokens end with the process.
    pub(crate) connection: Option<String>,
}

impl Surroundings for ConnectionSafe {
    fn now_ms(&self) -> i64 {
        now_ms()
    }

    fn random(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the system has randomness");
    }

    fn load(&self, name: &str) -> Result<Option<Secret>, String> {
        let Some(connection) = &self.connection else {
            return Ok(None);
        };
        let secrets = self.safe.secrets().map_err(|error| error.message)?;
        secrets
            .get(connection, &format!("{PREFIX}{name}"))
            .map_err(|error| error.to_string())
    }

    fn keep(&self, name: &str, secret: Option<&Secret>) -> Result<(), String> {
        let Some(connection) = &self.connection else {
            return Ok(());
        };
        let secrets = self.safe.secrets().map_err(|error| error.message)?;
        let field = format!("{PREFIX}{name}");
        match secret {
            Some(secret) => secrets.set(connection, &field, secret),
            None => secrets.remove(connection, &field),
        }
        .map_err(|error| error.to_string())
    }
}
