//! The system's keychain. Every call runs on a thread of its own and is given up after a while: a keychain may be
//! absent, wait for a password, or hang.

use std::{sync::mpsc, time::Duration};

use joinery_connector::Secret;
use keyring::Entry;

use crate::error::Error;

/// The name under which the keychain lists our secrets.
const SERVICE: &str = "joinery";

/// How long a keychain may take to say that it is there.
const ANSWER: Duration = Duration::from_secs(2);

/// How long it may take with a secret: it may be asking for the password that unlocks it.
const UNLOCK: Duration = Duration::from_secs(120);

/// Whether a keychain answers.
pub(super) fn answers() -> bool {
    within(ANSWER, || Entry::store_status().is_ok()).unwrap_or(false)
}

pub(super) fn set(connection: &str, field: &str, secret: &Secret) -> Result<(), Error> {
    let secret = secret.clone();
    ask(connection, field, move |entry| entry.set_password(secret.reveal()))
}

pub(super) fn get(connection: &str, field: &str) -> Result<Option<Secret>, Error> {
    ask(connection, field, |entry| match entry.get_password() {
        Err(keyring::Error::NoEntry) => Ok(None),
        found => found.map(|text| Some(Secret::new(text))),
    })
}

pub(super) fn remove(connection: &str, field: &str) -> Result<(), Error> {
    ask(connection, field, |entry| match entry.delete_credential() {
        Err(keyring::Error::NoEntry) => Ok(()),
        done => done,
    })
}

fn ask<T: Send + 'static>(
    connection: &str,
    field: &str,
    work: impl FnOnce(Entry) -> keyring::Result<T> + Send + 'static,
) -> Result<T, Error> {
    let name = format!("{connection}/{field}");
    let user = user(connection, field);
    match within(UNLOCK, move || Entry::new(SERVICE, &user).and_then(work)) {
        Some(Ok(done)) => Ok(done),
        Some(Err(error)) => Err(Error::Secret {
            name,
            reason: reason(&error),
        }),
        None => {
            let reason = "the keychain did not answer; unlock it and try again".to_owned();
            Err(Error::Secret { name, reason })
        }
    }
}

/// The account name. A slash in the connection's name is written `%2F`, so that no two secrets share a name.
fn user(connection: &str, field: &str) -> String {
    format!("{}/{field}", connection.replace('%', "%25").replace('/', "%2F"))
}

/// Some variants of the keychain's error hold the secret's bytes: those are never printed.
fn reason(error: &keyring::Error) -> String {
    match error {
        keyring::Error::BadEncoding(_) | keyring::Error::BadDataFormat(..) => {
            "the keychain holds something else under this name; enter the secret again".to_owned()
        }
        other => format!("the keychain said: {other}"),
    }
}

/// Runs `work` on its own thread; `None` when it takes longer than `patience`, cannot start or panics.
fn within<T: Send + 'static>(patience: Duration, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let worker = std::thread::Builder::new().name("keychain".to_owned()).spawn(move || {
        // Nobody listens any more once the patience is over.
        let _ = sender.send(work());
    });
    worker.ok().and_then(|_| receiver.recv_timeout(patience).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keychain_that_hangs_is_given_up() {
        let (_hold, wait) = mpsc::channel::<()>();
        assert_eq!(within(Duration::from_millis(5), move || wait.recv().is_ok()), None);
        assert_eq!(within(ANSWER, || 7), Some(7));
    }

    #[test]
    fn names_of_two_secrets_never_meet() {
        assert_ne!(user("a/b", "c"), user("a", "b/c"));
        assert_ne!(user("a/b", "c"), user("a%2Fb", "c"));
    }

    #[test]
    fn an_error_of_the_keychain_never_shows_the_secret() {
        let error = keyring::Error::BadEncoding(b"hunter2".to_vec());
        assert!(!reason(&error).contains("hunter2"));
    }
}
