//! The jar of each connection. That of a saved one is kept in the store, sealed, so that a session that one process
//! began goes on in the next; every other ends with the process.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use joinery_http::{Cookie, Jar};
use joinery_store::table::cookie_jar;

use crate::{
    connections::Resolved,
    error::Error,
    studio::{Studio, lock},
};

/// Every jar in use, by its connection's name.
#[derive(Default)]
pub(crate) struct Jars(Mutex<HashMap<String, Known>>);

/// A jar, and how it was when it was last the same as in the store.
#[derive(Default)]
struct Known {
    jar: Arc<Jar>,
    mark: Option<i64>,
    changes: u64,
}

/// The jar of a connection, which clients of it share. Looks into the store where this process has none yet.
///
/// # Errors
/// [`Code::Unavailable`](crate::Code::Unavailable) when what is kept cannot be read.
pub(crate) fn jar(studio: &Studio, connection: &Resolved) -> Result<Arc<Jar>, Error> {
    if let Some(known) = lock(&studio.jars.0).get(&connection.name) {
        return Ok(Arc::clone(&known.jar));
    }
    match &connection.profile {
        Some(profile) => fresh(studio, profile),
        None => Ok(Arc::clone(
            &lock(&studio.jars.0).entry(connection.name.clone()).or_default().jar,
        )),
    }
}

/// The jar of a saved connection as the store has it by now: another process may have changed it.
///
/// # Errors
/// As [`jar`].
pub(crate) fn fresh(studio: &Studio, profile: &str) -> Result<Arc<Jar>, Error> {
    let store = studio.store()?;
    let mut jars = lock(&studio.jars.0);
    let known = jars.entry(profile.to_owned()).or_default();
    if cookie_jar::mark(store, profile)? != known.mark {
        let kept = cookie_jar::get(store, profile)?;
        let plain = match &kept {
            Some((_, sealed)) => studio.secrets()?.unseal(profile, sealed)?,
            None => None,
        };
        // What cannot be opened any more is as good as none: signing in again brings new ones.
        let cookies: Vec<Cookie> = plain
            .and_then(|plain| serde_json::from_slice(&plain).ok())
            .unwrap_or_default();
        known.jar.replace(&cookies);
        known.mark = kept.map(|(mark, _)| mark);
        known.changes = known.jar.changes();
    }
    Ok(Arc::clone(&known.jar))
}

/// As [`fresh`], where the connection is a saved one.
///
/// # Errors
/// As [`jar`].
pub(crate) fn refresh(studio: &Studio, connection: &Resolved) -> Result<(), Error> {
    match &connection.profile {
        Some(profile) => fresh(studio, profile).map(drop),
        None => Ok(()),
    }
}

/// Keeps a saved connection's jar where it has changed since it was last kept.
///
/// # Errors
/// [`Code::Unavailable`](crate::Code::Unavailable) when it cannot be written.
pub(crate) fn keep(studio: &Studio, profile: &str) -> Result<(), Error> {
    let mut jars = lock(&studio.jars.0);
    let Some(known) = jars.get_mut(profile) else {
        return Ok(());
    };
    let changes = known.jar.changes();
    if changes == known.changes {
        return Ok(());
    }
    let plain = serde_json::to_vec(&known.jar.list()).expect("cookies are texts and numbers");
    let sealed = studio.secrets()?.seal(profile, &plain)?;
    known.mark = Some(cookie_jar::put(studio.store()?, profile, &sealed)?);
    known.changes = changes;
    Ok(())
}

/// Forgets the cookies of every connection, kept or not; how many there were.
///
/// # Errors
/// As [`jar`].
pub(crate) fn forget_all(studio: &Studio) -> Result<usize, Error> {
    for profile in cookie_jar::connections(studio.store()?)? {
        fresh(studio, &profile)?;
    }
    let names: Vec<String> = lock(&studio.jars.0).keys().cloned().collect();
    let mut forgotten = 0;
    for name in names {
        forgotten += lock(&studio.jars.0)
            .get(&name)
            .map_or(0, |known| known.jar.list().len());
        forget(studio, &name)?;
    }
    Ok(forgotten)
}

/// Forgets the jar of a connection that is no more.
///
/// # Errors
/// As [`keep`].
pub(crate) fn forget(studio: &Studio, profile: &str) -> Result<(), Error> {
    if let Some(known) = lock(&studio.jars.0).get_mut(profile) {
        // Clients hold it, and may serve a connection of the same name.
        known.jar.clear();
        known.mark = None;
        known.changes = known.jar.changes();
    }
    Ok(cookie_jar::remove(studio.store()?, profile)?)
}
