//! What of signing in outlives one request: what each kind remembers, the secrets it was given, how far the clock is off;
//! and the seam to the clock, to chance and to the place where secrets survive the process.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use joinery_connector::Secret;

use crate::error::Error;

/// Secrets that came from servers and are still masked. Older ones have expired.
const REMEMBERED: usize = 32;

/// The clock, chance and the safe: what signing in takes from outside.
pub trait Surroundings: Send + Sync {
    /// Milliseconds since 1970, by this computer's clock.
    fn now_ms(&self) -> i64;
    /// Fills `bytes` with randomness that nobody can guess.
    fn random(&self, bytes: &mut [u8]);
    /// The secret kept under `name` for this connection, if there is one.
    ///
    /// # Errors
    /// Why it cannot be read, in words.
    fn load(&self, name: &str) -> Result<Option<Secret>, String>;
    /// Keeps a secret under `name` beyond the process; `None` forgets it.
    ///
    /// # Errors
    /// Why it cannot be kept, in words.
    fn keep(&self, name: &str, secret: Option<&Secret>) -> Result<(), String>;
}

/// What a connection remembers between requests. One per connection, shared by everything that uses it.
#[derive(Default)]
pub struct Session {
    surroundings: Option<Box<dyn Surroundings>>,
    memories: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
    secrets: Mutex<Vec<Secret>>,
    skew_seconds: Mutex<Option<i64>>,
}

impl Session {
    /// A session in these surroundings.
    pub fn new(surroundings: impl Surroundings + 'static) -> Self {
        Self {
            surroundings: Some(Box::new(surroundings)),
            ..Self::default()
        }
    }

    /// The clock, chance and the safe.
    ///
    /// # Errors
    /// [`Error::Auth`] when the session was made without them.
    pub fn surroundings(&self) -> Result<&dyn Surroundings, Error> {
        self.surroundings.as_deref().ok_or_else(|| Error::Auth {
            kind: "auth",
            reason: "this connection has neither clock nor keychain to sign in with".into(),
        })
    }

    /// What a kind remembers: one value of its own type, empty at first.
    pub fn memory<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let mut memories = lock(&self.memories);
        let memory = memories
            .entry(TypeId::of::<T>())
            .or_insert_with(|| Arc::new(T::default()));
        // The entry of a type holds a value of it, so there is always one to give.
        Arc::clone(memory).downcast().unwrap_or_default()
    }

    /// Masks `secret` from now on, as the connection's own secrets are.
    pub fn hide(&self, secret: &Secret) {
        let mut secrets = lock(&self.secrets);
        if secret.is_empty() || secrets.contains(secret) {
            return;
        }
        if secrets.len() == REMEMBERED {
            secrets.remove(0);
        }
        secrets.push(secret.clone());
    }

    /// The secrets that came from servers.
    pub fn secrets(&self) -> Vec<Secret> {
        lock(&self.secrets).clone()
    }

    /// Seconds that this computer's clock is ahead of the server that signs us in; negative when it is behind. `None`
    /// before that server said its time.
    pub fn clock_ahead(&self) -> Option<i64> {
        *lock(&self.skew_seconds)
    }

    /// Notes the `Date` of an answer that has just come.
    pub(crate) fn note_date(&self, date: &str) {
        let (Ok(surroundings), Ok(server)) = (self.surroundings(), jiff::fmt::rfc2822::parse(date)) else {
            return;
        };
        let here = surroundings.now_ms().div_euclid(1000);
        *lock(&self.skew_seconds) = Some(here - server.timestamp().as_second());
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
